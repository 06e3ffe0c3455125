/**
 * Measures watching, on the control plane that `KUBECONFIG` names and beside other clients:
 *
 * ```sh
 * eval "$(deno task -q cluster env)"
 * deno run -A bench/watch.ts --count=10000
 * ```
 *
 * - sync: from the first request until an informer has everything, and the memory of the process then;
 * - replay: how many events a second are taken over that have happened already, by an informer's store and by a rule;
 * - in both cases the CPU time of the whole process, which depends less on what else the machine does.
 *
 * Every measurement has a process of its own, those of different clients alternate, and the median of three counts.
 * It ends with the figures as JSON, and deletes what it made.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { systemClock } from "../lib/base/clock.ts";
import type { Client } from "../lib/client/client.ts";
import { connect } from "../lib/client/connect.ts";
import { ConfigMap, Namespace, Pod } from "../lib/kinds/core/v1.ts";
import { installClientNode, output } from "./client_node.ts";

/** What a process has measured. */
interface Measurement {
  readonly ms: number;
  /** Of the whole process so far. */
  readonly cpuMs: number;
  readonly objects: number;
  readonly rssMiB: number;
}

/** What is measured, and how. */
interface Case {
  readonly name: string;
  readonly what: "sync" | "replay";
  readonly run: (plural: string, resourceVersion: string) => string[];
}

/** The figures of a case. */
interface Figures {
  readonly kind: string;
  readonly client: string;
  readonly what: "sync" | "replay";
  readonly syncMs?: number[];
  readonly eventsPerSecond?: number[];
  readonly cpuMs: number[];
  readonly rssMiB: number[];
}

const ROUNDS = 3;
const namespace = `bench-watch-${crypto.randomUUID().slice(0, 8)}`;
const { values: { count: countText } } = parseArgs({ options: { count: { type: "string", default: "10000" } } });
const count = Number(countText);

function kubescript(mode: string): Case["run"] {
  const script = new URL("watch_case.ts", import.meta.url).pathname;
  return (plural, version) => {
    const args = [mode, plural, namespace, String(count), version];
    return [Deno.execPath(), "run", "-A", "--no-check", "--quiet", script, ...args];
  };
}

function clientNode(mode: string, command: readonly string[]): Case["run"] {
  return (plural, version) => [...command, mode, plural, namespace, String(count), version];
}

/** An object of about 1 kB, or a Pod of about 13 kB with its managedFields, on no Node. */
function makeObject(kind: string, i: number) {
  const metadata = { name: `object-${i}`, namespace, labels: { app: `app-${i % 10}`, bench: "watch" } };
  if (kind === "ConfigMap") return ConfigMap({ metadata, data: { index: String(i), text: "x".repeat(300) } });
  const env = Array.from({ length: 35 }, (_, e) => ({ name: `VARIABLE_${e}`, value: `value ${e} of container` }));
  const containers = ["web", "proxy"].map((name) => ({ name, image: `registry.example.com/${name}:1.2.3`, env }));
  return Pod({ metadata, spec: { schedulerName: "nobody", containers } });
}

async function touchAll(client: Client): Promise<void> {
  const data = { touched: crypto.randomUUID() };
  await Promise.all(Array.from({ length: count }, (_, i) => client.patch(ConfigMap, `object-${i}`, { data })));
}

async function measure(cases: readonly Case[], plural: string, resourceVersion: string): Promise<Figures[]> {
  const runs = cases.map((): Measurement[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, { name, run }] of cases.entries()) {
      const measured = JSON.parse(await output(run(plural, resourceVersion))) as Measurement;
      if (measured.objects !== count) throw new Error(`Cannot count ${plural} with ${name}: ${measured.objects}`);
      runs[i]!.push(measured);
    }
  }
  return cases.map(({ name, what }, i) => ({
    ...{ kind: plural, client: name, what },
    cpuMs: sorted(runs[i]!.map(({ cpuMs }) => cpuMs)),
    rssMiB: sorted(runs[i]!.map(({ rssMiB }) => rssMiB)),
    ...what === "sync"
      ? { syncMs: sorted(runs[i]!.map(({ ms }) => ms)) }
      : { eventsPerSecond: sorted(runs[i]!.map(({ ms }) => count / ms * 1_000)) },
  }));
}

function sorted(numbers: number[]): number[] {
  return numbers.map(Math.round).sort((a, b) => a - b);
}

/** The median, and the spread around it. */
function show(numbers: readonly number[] | undefined): string {
  if (!numbers) return "";
  return `${numbers[Math.floor(numbers.length / 2)]} (${numbers[0]}–${numbers.at(-1)})`;
}

const folder = await Deno.makeTempDir({ prefix: "kubescript-bench-" });
const options = { concurrency: 16, requestTimeoutMs: 120_000, clock: systemClock };
const client = (await connect(options)).inNamespace(namespace);
const figures: Figures[] = [];
try {
  const peer = await installClientNode(folder, "watch_client_node.mjs");
  const syncs: Case[] = [
    { name: "bare fetch", what: "sync", run: kubescript("bare") },
    { name: "kubescript", what: "sync", run: kubescript("full") },
    { name: "kubescript, projected", what: "sync", run: kubescript("projected") },
    { name: "kubescript, metadata", what: "sync", run: kubescript("metadata") },
    { name: peer.name, what: "sync", run: clientNode("sync", peer.command) },
  ];
  const replays: Case[] = [
    { name: "bare fetch", what: "replay", run: kubescript("bare-replay") },
    { name: "kubescript", what: "replay", run: kubescript("replay") },
    { name: "kubescript rule", what: "replay", run: kubescript("rule-replay") },
    { name: peer.name, what: "replay", run: clientNode("replay", peer.command) },
  ];
  await client.create(Namespace({ metadata: { name: namespace } }));
  for (const kind of ["ConfigMap", "Pod"]) {
    await Promise.all(Array.from({ length: count }, (_, i) => client.create(makeObject(kind, i))));
    const plural = `${kind.toLowerCase()}s`;
    figures.push(...await measure(syncs, plural, ""));
    if (kind === "Pod") continue;
    const [page] = await Array.fromAsync(client.list(ConfigMap, { limit: 1 }).pages());
    await touchAll(client);
    figures.push(...await measure(replays, plural, page!.resourceVersion));
  }
} finally {
  await Deno.remove(folder, { recursive: true });
  await client.delete(Namespace, namespace);
  client[Symbol.dispose]();
}
console.table(figures.map(({ kind, client, what, syncMs, eventsPerSecond, cpuMs, rssMiB }) => ({
  ...{
    kind,
    client,
    what,
    "sync, ms": show(syncMs),
    "events/s": show(eventsPerSecond),
    "CPU, ms": show(cpuMs),
    "memory, MiB": show(rssMiB),
  },
})));
console.log(JSON.stringify({ count, rounds: ROUNDS, cpus: navigator.hardwareConcurrency, figures }));
