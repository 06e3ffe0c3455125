/**
 * `deno task soak [--minutes 10] [--seed N]`: two runners work for a while on a control plane of their own, behind
 * proxies that fail at random, while others edit at random. In the end it says what was found, with exit code 1 if
 * anything was wrong.
 *
 * After each fault everything must be as the script says, every change told at least once, in order and with the right old
 * value; the API server must not be flooded; nobody may write who does not lead; memory must not grow.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { systemClock } from "../../lib/base/clock.ts";
import { connect } from "../../lib/client/connect.ts";
import { TestCluster } from "../cluster/attach.ts";
import { startControlPlane } from "../cluster/control_plane.ts";
import { Soak } from "./soak.ts";

const { values: { minutes, seed } } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    seed: { type: "string", default: String(Date.now() % 100_000) },
  },
});
await using plane = await startControlPlane();
const cluster = new TestCluster(plane);
await using namespace = await cluster.namespace("soak");
using admin = await connect({
  kubeconfig: plane.kubeconfig,
  concurrency: 16,
  requestTimeoutMs: 30_000,
  clock: systemClock,
});
await using soak = await Soak.start({ cluster, admin, namespace: namespace.name, seed: Number(seed) });
console.log(`Soaking for ${minutes} minutes, with seed ${seed}`);
await soak.run(Number(minutes) * 60_000);
console.log(soak.summary());
Deno.exitCode = soak.problems.length > 0 ? 1 : 0;
