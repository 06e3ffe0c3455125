/**
 * Measures how soon a handler knows of an update, and what a burst of updates costs, on the control plane that
 * `KUBECONFIG` names and beside other clients:
 *
 * ```sh
 * eval "$(deno task -q cluster env)"
 * deno run -A bench/latency.ts
 * ```
 *
 * - latency: 100 updates a second, each from the answer to the PUT, in the same process, to the handler;
 * - burst: 10,000 updates as fast as they can be sent by another process, and the CPU time of the one that handles them;
 * - start: from the first request until the handler has run for 10,000 objects.
 *
 * Every measurement has a process of its own, those of different clients alternate, and the median of three counts. It
 * ends with the figures as JSON, and deletes what it made.
 *
 * @module
 */
import { systemClock } from "../lib/base/clock.ts";
import { readLines } from "../lib/base/lines.ts";
import { connect } from "../lib/client/connect.ts";
import { ConfigMap, Namespace } from "../lib/kinds/core/v1.ts";
import { installClientNode } from "./client_node.ts";

const ROUNDS = 3;
const BURST = 10_000;
const namespace = `bench-latency-${crypto.randomUUID().slice(0, 8)}`;
const folder = await Deno.makeTempDir({ prefix: "kubescript-bench-" });
using client = (await connect({ concurrency: 16, requestTimeoutMs: 120_000, clock: systemClock })).inNamespace(
  namespace,
);

/** Runs one process, and has objects updated when it asks for that. */
async function measure(command: readonly string[], mode: string): Promise<Record<string, number>> {
  const [program, ...args] = command;
  const child = new Deno.Command(program!, { args: [...args, mode, namespace, String(BURST)], stdout: "piped" })
    .spawn();
  let result: Record<string, number> = {};
  for await (const line of readLines(child.stdout)) {
    if (line === "ready") await touchAll();
    else result = JSON.parse(line);
  }
  const { code } = await child.status;
  if (code !== 0) throw new Error(`Cannot measure ${mode} by ${command.join(" ")}: exit code ${code}`);
  return result;
}

async function touchAll(): Promise<void> {
  const data = { touched: crypto.randomUUID() };
  await Promise.all(Array.from({ length: BURST }, (_, i) => client.patch(ConfigMap, `object-${i}`, { data })));
}

function show(numbers: readonly number[]): string {
  const sorted = numbers.toSorted((a, b) => a - b).map((number) => Math.round(number * 100) / 100);
  return `${sorted[Math.floor(sorted.length / 2)]} (${sorted[0]}–${sorted.at(-1)})`;
}

try {
  const peer = await installClientNode(folder, "latency_client_node.mjs");
  const script = new URL("latency_case.ts", import.meta.url).pathname;
  const own = (what: string) => [Deno.execPath(), "run", "-A", "--no-check", "--quiet", script, what];
  const clients: [name: string, command: string[]][] = [
    ["bare fetch", own("bare")],
    ["kubescript informer", own("informer")],
    ["kubescript rule", own("rule")],
    [peer.name, peer.command],
  ];
  await client.create(Namespace({ metadata: { name: namespace } }));
  await Promise.all(Array.from({ length: BURST }, (_, i) => {
    const metadata = { name: `object-${i}`, labels: { bench: "latency" } };
    return client.create(ConfigMap({ metadata, data: { index: String(i), text: "x".repeat(300) } }));
  }));
  const figures = [];
  for (const mode of ["latency", "burst"]) {
    const results = clients.map((): Record<string, number>[] => []);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, [, command]] of clients.entries()) results[i]!.push(await measure(command, mode));
    }
    for (const [i, [name]] of clients.entries()) {
      const keys = Object.keys(results[i]![0]!);
      const shown = Object.fromEntries(keys.map((key) => [key, show(results[i]!.map((result) => result[key]!))]));
      figures.push({ client: name, mode, ...shown });
    }
  }
  console.table(figures);
  console.log(JSON.stringify({ rounds: ROUNDS, cpus: navigator.hardwareConcurrency, figures }));
} finally {
  await Deno.remove(folder, { recursive: true });
  await client.delete(Namespace, namespace);
}
