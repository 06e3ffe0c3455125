/**
 * Measures what a runner costs to which nothing happens: 10,000 objects that five rules look at, one of which keeps a
 * child for each of them.
 *
 * ```sh
 * eval "$(deno task -q cluster env)"
 * deno run -A bench/steady.ts --count=10000 --seconds=60
 * ```
 *
 * It ends with the figures as JSON, with exit code 1 if anything was written besides the Lease and the lock, or more than
 * one request sent in a second, and deletes what it made.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { systemClock } from "../lib/base/clock.ts";
import { readLines } from "../lib/base/lines.ts";
import { connect } from "../lib/client/connect.ts";
import { ConfigMap, Namespace } from "../lib/kinds/core/v1.ts";

/** What the process has sent in a second, and how much memory it holds. */
interface Second {
  readonly requests: readonly string[];
  readonly heldMiB: number;
  readonly rssMiB: number;
}

const caseUrl = new URL("steady_case.ts", import.meta.url).href;
/** How long nothing must be written: what was handled is stored at a limited rate, with breaks that are almost as long. */
const QUIET_SECONDS = 45;

const { values } = parseArgs({
  options: { count: { type: "string", default: "10000" }, seconds: { type: "string", default: "60" } },
});
const count = Number(values.count);
const seconds = Number(values.seconds);
const namespace = `bench-steady-${crypto.randomUUID().slice(0, 8)}`;
using admin = (await connect({ concurrency: 16, requestTimeoutMs: 120_000, clock: systemClock })).inNamespace(
  namespace,
);
await admin.create(Namespace({ metadata: { name: namespace } }));
try {
  await Promise.all(Array.from({ length: count }, (_, i) => {
    const metadata = { name: `object-${i}`, labels: { bench: namespace } };
    return admin.create(ConfigMap({ metadata, data: { index: String(i), text: "x".repeat(300) } }));
  }));
  const startMs = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", "--v8-flags=--expose-gc", caseUrl, namespace],
    stdout: "piped",
  }).spawn();
  const all: Second[] = [];
  void (async () => {
    for await (const line of readLines(child.stdout)) all.push(JSON.parse(line));
  })();
  const quiet = () => all.length - 1 - all.findLastIndex(({ requests }) => requests.some(isWrite));
  let settledMs = 0;
  for (let sent = 0; sent < count || quiet() < QUIET_SECONDS;) {
    await systemClock.sleep(500);
    sent = all.reduce((sum, { requests }) => sum + requests.length, 0);
    if (quiet() <= 1) settledMs = performance.now() - startMs;
  }
  const settledCpuMs = cpuMsOf(child.pid);
  const from = all.length;
  await systemClock.sleep(seconds * 1_000);
  const cpuMs = cpuMsOf(child.pid) - settledCpuMs;
  child.kill("SIGKILL");
  await child.status;
  const steady = all.slice(from);
  const work = steady.flatMap(({ requests }) => requests.filter(isWork));
  const signs = steady.flatMap(({ requests }) => requests).length - work.length;
  const writes = work.filter(isWrite);
  const heldMiB = Math.min(...steady.map((second) => second.heldMiB));
  const rssMiB = steady.at(-1)!.rssMiB;
  console.log(JSON.stringify({
    ...{ count, rules: 5, seconds },
    settledSeconds: Math.round(settledMs / 100) / 10,
    settledRequests: all.slice(0, from).reduce((sum, { requests }) => sum + requests.length, 0),
    settledCpuSeconds: settledCpuMs / 1_000,
    requestsPerSecond: Math.round(work.length / seconds * 100) / 100,
    signsOfLifePerSecond: Math.round(signs / seconds * 100) / 100,
    ...{ writes, cpuMsPerSecond: Math.round(cpuMs / seconds * 10) / 10, heldMiB, rssMiB },
  }));
  Deno.exitCode = writes.length > 0 || work.length >= seconds ? 1 : 0;
} finally {
  await admin.delete("namespace", namespace);
}

/** Whether a request is about anything but the Lease, and the lock on the parent. */
function isWork(request: string): boolean {
  return !/\/leases\/|\/configmaps\/kubescript-steady(\?|$)/.test(request);
}

function isWrite(request: string): boolean {
  return !request.startsWith("GET ") && isWork(request);
}

function cpuMsOf(pid: number): number {
  const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).replace(/^.*\) /, "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
