/**
 * Measures what a runner costs to which nothing happens: 10,000 objects that five rules look at.
 *
 * ```sh
 * eval "$(deno task -q cluster env)"
 * deno run -A bench/steady.ts --count=10000 --seconds=60
 * ```
 *
 * It ends with the figures as JSON, with exit code 1 if anything was written besides the Lease and the lock, and deletes
 * what it made.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { systemClock } from "../lib/base/clock.ts";
import { readLines } from "../lib/base/lines.ts";
import { connect } from "../lib/client/connect.ts";
import { ConfigMap, Namespace } from "../lib/kinds/core/v1.ts";
import { testCluster } from "../tests/cluster/attach.ts";
import { tokens } from "../tests/cluster/pki.ts";
import { FaultProxy } from "../lib/testing/faults/fault_proxy.ts";

const { values } = parseArgs({
  options: { count: { type: "string", default: "10000" }, seconds: { type: "string", default: "60" } },
});
const count = Number(values.count);
const seconds = Number(values.seconds);
const namespace = `bench-steady-${crypto.randomUUID().slice(0, 8)}`;
const cluster = testCluster();
const { kubeconfig } = cluster;
using admin = (await connect({ kubeconfig, concurrency: 16, requestTimeoutMs: 120_000, clock: systemClock }))
  .inNamespace(namespace);
await using proxy = new FaultProxy({
  upstream: cluster.server,
  upstreamCa: await Deno.readTextFile(`${cluster.dir}/pki/ca.crt`),
});
const path = await cluster.writeKubeconfig({ user: { token: tokens.admin }, server: proxy.server, ca: proxy.ca });
await admin.create(Namespace({ metadata: { name: namespace } }));
try {
  await Promise.all(Array.from({ length: count }, (_, i) => {
    const metadata = { name: `object-${i}`, labels: { bench: namespace } };
    return admin.create(ConfigMap({ metadata, data: { index: String(i), text: "x".repeat(300) } }));
  }));
  const startMs = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", "--v8-flags=--expose-gc", "bench/steady_case.ts", namespace],
    env: { KUBECONFIG: path },
    stdout: "piped",
  }).spawn();
  let memory = { heldMiB: 0, rssMiB: 0 };
  void (async () => {
    for await (const line of readLines(child.stdout)) memory = JSON.parse(line);
  })();
  let settledMs = performance.now();
  for (let seen = 0; performance.now() - settledMs < 15_000;) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const now = proxy.requests.filter(({ path }) => !isSignOfLife(path)).length;
    if (now !== seen || now < count) settledMs = performance.now();
    seen = now;
  }
  const untilSettledMs = settledMs - startMs;
  proxy.requests.length = 0;
  const cpuBefore = cpuMsOf(child.pid);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  const cpuMs = cpuMsOf(child.pid) - cpuBefore;
  const others = proxy.requests.filter(({ path }) => !isSignOfLife(path));
  const writes = others.filter(({ method }) => method !== "GET").map(({ method, path }) => `${method} ${path}`);
  child.kill("SIGKILL");
  await child.status;
  console.log(JSON.stringify({
    ...{ count, rules: 5, seconds },
    settledSeconds: Math.round(untilSettledMs / 100) / 10,
    requestsPerSecond: Math.round(others.length / seconds * 100) / 100,
    signsOfLifePerSecond: Math.round((proxy.requests.length - others.length) / seconds * 100) / 100,
    ...{ writes, cpuMsPerSecond: Math.round(cpuMs / seconds * 10) / 10, ...memory },
  }));
  Deno.exitCode = writes.length > 0 || others.length >= seconds ? 1 : 0;
} finally {
  await admin.delete("namespace", namespace);
}

/** The Lease, and the lock on the parent. */
function isSignOfLife(path: string): boolean {
  return /\/leases\/|\/configmaps\/kubescript-steady(\?|$)/.test(path);
}

function cpuMsOf(pid: number): number {
  const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).replace(/^.*\) /, "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
