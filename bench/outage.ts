/**
 * Measures how soon those who watch notice that a server is back, or that a connection is dead, on the control plane that
 * `deno task cluster up` has started, and with an API server of its own that is killed:
 *
 * ```sh
 * eval "$(deno task -q cluster env)"
 * deno run -A bench/outage.ts
 * ```
 *
 * - killed: from the first write that works again until the first event, and the most requests in a second meanwhile;
 * - black hole: from the moment when nothing comes any more by the connection of the watch, which stays open, until the
 *   first event.
 *
 * All clients go through proxies of their own, at the same time; the median of three counts. It ends with the figures as
 * JSON, and deletes what it made.
 *
 * @module
 */
import { systemClock } from "../lib/base/clock.ts";
import { readLines } from "../lib/base/lines.ts";
import { connect } from "../lib/client/connect.ts";
import { ConfigMap, Namespace } from "../lib/kinds/core/v1.ts";
import { FaultProxy } from "../lib/testing/faults/fault_proxy.ts";
import { testCluster } from "../tests/cluster/attach.ts";
import { tokens } from "../tests/cluster/pki.ts";
import { startSecondApiServer } from "../tests/cluster/second_api_server.ts";
import { rateOf } from "../tests/runner/request_rate.ts";
import { installClientNode } from "./client_node.ts";

/** A process that watches. */
interface Watcher extends AsyncDisposable {
  readonly name: string;
  readonly proxy: FaultProxy;
  /** Settles when it watches. */
  readonly ready: Promise<void>;
  /** When it was told something last; 0 if it was not. */
  toldMs: number;
}

/** What is measured, and for whom. */
type Figures = Map<string, number[]>;

const ROUNDS = 3;
const LONGEST_MS = 45_000;
const namespace = `bench-outage-${crypto.randomUUID().slice(0, 8)}`;
const folder = await Deno.makeTempDir({ prefix: "kubescript-bench-" });
const cluster = testCluster();
await using server = await startSecondApiServer(cluster);
const upstream = JSON.parse(await Deno.readTextFile(server.kubeconfig)).clusters[0].cluster.server as string;
const upstreamCa = await Deno.readTextFile(`${cluster.dir}/pki/ca.crt`);
const connectOptions = { concurrency: 16, requestTimeoutMs: 10_000, clock: systemClock };
using admin = (await connect({ ...connectOptions, kubeconfig: server.kubeconfig })).inNamespace(namespace);
using http = Deno.createHttpClient({ caCerts: [upstreamCa] });
const figures: Figures = new Map();

function note(what: string, client: string, value: number): void {
  const key = `${what}: ${client}`;
  figures.set(key, [...figures.get(key) ?? [], Math.round(value * 100) / 100]);
}

async function startWatcher(name: string, command: readonly string[], stallAfterLines?: number): Promise<Watcher> {
  const proxy = new FaultProxy({ upstream, upstreamCa });
  const stall = { fault: "stall", afterLines: stallAfterLines ?? 0 } as const;
  if (stallAfterLines !== undefined) proxy.inject(stall, { watch: true, path: /bench%3Dlatency/, times: 1 });
  const user = { token: tokens.admin };
  const path = await cluster.writeKubeconfig({ user, server: proxy.server, ca: proxy.ca, namespace });
  const [program, ...args] = command;
  const child = new Deno.Command(program!, {
    args: [...args, "outage", namespace, "1"],
    env: { KUBECONFIG: path },
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let hasEnded = false;
  void child.status.then(() => hasEnded = true);
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  const watcher: Watcher = {
    ...{ name, proxy, ready, toldMs: 0 },
    async [Symbol.asyncDispose]() {
      // Some peers do not outlive an outage.
      if (!hasEnded) child.kill("SIGKILL");
      await child.status;
      await reading;
      await proxy[Symbol.asyncDispose]();
    },
  };
  const reading = (async () => {
    for await (const line of readLines(child.stdout)) {
      if (line === "ready") resolve();
      else watcher.toldMs = performance.now();
    }
  })();
  return watcher;
}

/** Tries to write, once: a client would try again by itself. */
async function touch(): Promise<boolean> {
  const path = `${upstream}/api/v1/namespaces/${namespace}/configmaps/object-0`;
  const headers = { authorization: `Bearer ${tokens.admin}`, "content-type": "application/merge-patch+json" };
  const body = JSON.stringify({ data: { touched: crypto.randomUUID() } });
  try {
    const response = await fetch(path, { client: http, method: "PATCH", headers, body });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** Writes again and again until all have been told, and calls back with how long each of them took. */
async function untilTold(watchers: readonly Watcher[], onTold: (watcher: Watcher, fromMs: number) => void) {
  let fromMs: number | undefined;
  const waiting = new Set(watchers);
  const giveUpAtMs = performance.now() + LONGEST_MS;
  while (waiting.size > 0 && performance.now() < giveUpAtMs) {
    const sentMs = performance.now();
    if (await touch()) fromMs ??= sentMs;
    await systemClock.sleep(100);
    for (const watcher of waiting) {
      if (fromMs === undefined || watcher.toldMs < fromMs) continue;
      onTold(watcher, fromMs);
      waiting.delete(watcher);
    }
  }
  for (const watcher of waiting) onTold({ ...watcher, toldMs: Infinity }, 0);
}

async function startAll(commands: readonly Command[], stalled: boolean): Promise<Watcher[]> {
  const watchers = await Promise.all(commands.map(({ name, command, linesBefore }) => {
    return startWatcher(name, command, stalled ? linesBefore : undefined);
  }));
  await Promise.all(watchers.map(({ ready }) => ready));
  return watchers;
}

/**
 * How a client is run, and how many lines its watch gets before it has all that there is; absent for one that waits for
 * ever.
 */
interface Command {
  readonly name: string;
  readonly command: readonly string[];
  readonly linesBefore: number | undefined;
}

async function measureKill(watchers: readonly Watcher[], seconds: number): Promise<void> {
  // Long enough that what happened before does not count any more.
  await systemClock.sleep(12_000);
  for (const { proxy } of watchers) proxy.requests.length = 0;
  const killedMs = performance.now();
  await server.kill();
  const started = systemClock.sleep(seconds * 1_000).then(() => server.start());
  const what = `killed, back after ${seconds} s`;
  await untilTold(watchers, ({ name, toldMs, proxy }, fromMs) => {
    note(`${what}, ms until the first event`, name, toldMs - fromMs);
    note(`${what}, requests in the worst second`, name, rateOf(proxy.requests, performance.now() - killedMs).most);
  });
  await started;
}

async function measureBlackHole(commands: readonly Command[]): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const fromMs = performance.now();
  const watchers = await startAll(commands.filter(({ linesBefore }) => linesBefore !== undefined), true);
  for (const watcher of watchers) stack.use(watcher);
  await untilTold(watchers, ({ name, toldMs }, writtenMs) => {
    note("black hole, ms until the first event", name, toldMs - Math.max(fromMs, writtenMs));
  });
}

try {
  await admin.create(Namespace({ metadata: { name: namespace } }));
  await admin.create(
    ConfigMap({ metadata: { name: "object-0", labels: { bench: "latency" } }, data: { touched: "" } }),
  );
  const script = new URL("latency_case.ts", import.meta.url).pathname;
  const own = (what: string) => [Deno.execPath(), "run", "-A", "--no-check", "--quiet", script, what];
  const peer = await installClientNode(folder, "latency_client_node.mjs");
  const commands = [
    { name: "bare fetch", command: own("bare"), linesBefore: undefined },
    { name: "kubescript informer", command: own("informer"), linesBefore: 2 },
    { name: "kubescript rule", command: own("rule"), linesBefore: 2 },
    { name: peer.name, command: peer.command, linesBefore: 0 },
  ];
  {
    await using stack = new AsyncDisposableStack();
    const watchers = await startAll(commands, false);
    for (const watcher of watchers) stack.use(watcher);
    for (let round = 0; round < ROUNDS; round++) {
      for (const seconds of [5, 10]) await measureKill(watchers, seconds);
    }
  }
  for (let round = 0; round < ROUNDS; round++) await measureBlackHole(commands);
} finally {
  await Deno.remove(folder, { recursive: true });
  await admin.delete(Namespace, namespace);
}
console.table([...figures].map(([what, values]) => {
  const sorted = values.toSorted((a, b) => a - b);
  return { what, median: sorted[Math.floor(sorted.length / 2)], from: sorted[0], to: sorted.at(-1) };
}));
console.log(JSON.stringify({ rounds: ROUNDS, cpus: navigator.hardwareConcurrency, figures: [...figures] }));
