import { deepStrictEqual } from "node:assert/strict";
import { systemClock } from "../../lib/base/clock.ts";
import { connect } from "../../lib/client/connect.ts";
import { testCluster } from "../cluster/attach.ts";
import { findWrongChanges } from "../runner/change_log.ts";
import { startRun } from "../runner/run.ts";
import { World } from "../runner/world.ts";
import { connectThroughFaults, writeKubeconfigWith } from "./faulty_client.ts";
import { until } from "./objects.ts";

const cluster = testCluster();
const SOURCES = 500;
const QUIET_MS = 12_000;

Deno.test("a runner to which nothing happens writes nothing but that it is there", async () => {
  await using namespace = await cluster.namespace("steady");
  await using faulty = await connectThroughFaults();
  const { kubeconfig } = cluster;
  using admin = await connect({ kubeconfig, concurrency: 16, requestTimeoutMs: 30_000, clock: systemClock });
  const world = new World(admin, namespace.name);
  await world.create(SOURCES);
  await using run = startRun({
    kubeconfig: await writeKubeconfigWith(faulty.proxy, {}),
    namespace: namespace.name,
    clock: systemClock,
    tick: "1h",
  });
  await until("all is as it should be", async () => {
    return (await world.findWrong()).length === 0 && findWrongChanges(run.told, world.histories).length === 0;
  });
  // What was handled is stored within a few seconds.
  const { requests } = faulty.proxy;
  let quietSinceMs = systemClock.monotonic();
  let seen = 0;
  await until("nothing happens", () => {
    const count = requests.filter(({ path }) => !isSignOfLife(path)).length;
    if (count !== seen) quietSinceMs = systemClock.monotonic();
    seen = count;
    return Promise.resolve(systemClock.monotonic() - quietSinceMs > 5_000);
  });
  requests.length = 0;
  const fromMs = systemClock.monotonic();
  await until("the time is over", () => Promise.resolve(systemClock.monotonic() - fromMs > QUIET_MS));
  const others = requests.filter(({ method, path }) => method !== "GET" && !isSignOfLife(path));
  deepStrictEqual(others.map(({ method, path }) => `${method} ${path}`), []);
});

/** The Lease, and the lock on the parent. */
function isSignOfLife(path: string): boolean {
  return /\/leases\/|\/configmaps\/kubescript-copier(\?|$)/.test(path);
}
