/**
 * `deno run -A bench/paging.ts [--count N]`: how much memory it takes to look at every object of a long list.
 *
 * It uses the control plane of `deno task cluster env`, or the one that the process was given, makes the objects once,
 * and takes them away again.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { systemClock } from "../lib/base/clock.ts";
import { connect } from "../lib/client/connect.ts";
import { ConfigMap } from "../lib/kinds/mod.ts";
import { testCluster } from "../tests/cluster/attach.ts";

const { values } = parseArgs({ options: { count: { type: "string", default: "100000" } } });
const count = Number(values.count);
const namespace = "bench-paging";
const MIB = 1024 * 1024;
const LANES = 16;

using client = await connect({
  kubeconfig: testCluster().kubeconfig,
  concurrency: LANES,
  requestTimeoutMs: 60_000,
  clock: systemClock,
});
await client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }).catch(() => {});
let made = (await client.listMetadata(ConfigMap, { namespace }).toArray()).length;
await Promise.all(Array.from({ length: LANES }, async () => {
  while (made < count) {
    const name = `map-${made++}`;
    await client.create(ConfigMap({ metadata: { name, namespace }, data: { text: "x".repeat(200) } })).catch(() => {});
  }
}));
(globalThis as { gc?: () => void }).gc?.();
const start = Deno.memoryUsage().rss;
let most = start;
let seen = 0;
const startedMs = performance.now();
for await (const object of client.list(ConfigMap, { namespace })) {
  if (object.metadata.name !== "" && ++seen % 500 === 0) most = Math.max(most, Deno.memoryUsage().rss);
}
const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
console.log(
  `${seen} ConfigMaps in ${seconds} s: ${((most - start) / MIB).toFixed(0)} MiB above start (${
    (start / MIB).toFixed(0)
  } MiB)`,
);
await client.delete("namespace", namespace);
