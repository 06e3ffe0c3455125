/**
 * That only one process writes, whatever happens to processes and networks. With `KUBESCRIPT_LEADER_STALLS=20`, leaders
 * stand still that often, and for 30 s each.
 *
 * @module
 */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { systemClock } from "../../lib/base/clock.ts";
import { connect } from "../../lib/client/connect.ts";
import { LeaderElection, type LeaderStatus } from "../../lib/engine/run/leader.ts";
import { testCluster } from "../cluster/attach.ts";
import { tokens } from "../cluster/pki.ts";
import { ElectedWriters, type Writer } from "./elected_writers.ts";
import { connectThroughFaults, writeKubeconfigWith } from "./faulty_client.ts";
import { getObject, kubectl, until } from "./objects.ts";

const cluster = testCluster();
const longRun = Deno.env.get("KUBESCRIPT_LEADER_STALLS");
const STALLS = Number(longRun ?? 2);
const STALL_MS = longRun === undefined ? 20_000 : 30_000;

/** Waits for a condition, and for so long at least. */
async function untilAfter(ms: number, what: string, condition: () => Promise<unknown>): Promise<void> {
  const fromMs = performance.now();
  await condition();
  await until(what, () => Promise.resolve(performance.now() - fromMs > ms));
}

/** Starts two processes: the first one leads. */
async function startTwo(writers: ElectedWriters, stack: AsyncDisposableStack, kubeconfigs: string[] = []) {
  const first = stack.use(writers.start("a", kubeconfigs[0]));
  await first.says("leads in term 0");
  const second = stack.use(writers.start("b", kubeconfigs[1]));
  await second.says("stands by for a");
  await writers.writesAll("a");
  return [first, second] as const;
}

Deno.test("a process takes over from one that was killed", async () => {
  await using writers = await ElectedWriters.setUp();
  await using stack = new AsyncDisposableStack();
  const [a, b] = await startTwo(writers, stack);
  deepStrictEqual(writers.writers, ["a"]);
  a.process.kill("SIGKILL");
  await b.says("leads in term 1");
  await writers.writesAll("b");
  deepStrictEqual(writers.writers, ["a", "b"]);
  const { holderIdentity, leaseTransitions, leaseDurationSeconds } = await writers.lease();
  deepStrictEqual([holderIdentity, leaseTransitions, leaseDurationSeconds], ["b", 1, 15]);
});

Deno.test("a leader that stood still overwrites nothing", async () => {
  await using writers = await ElectedWriters.setUp();
  await using stack = new AsyncDisposableStack();
  let [leader, other]: readonly [Writer, Writer] = await startTwo(writers, stack);
  const expected = ["a"];
  for (let term = 1; term <= STALLS; term++) {
    leader.process.kill("SIGSTOP");
    await untilAfter(STALL_MS, "the leader stands still", async () => {
      await other.says(`leads in term ${term}`);
      await writers.writesAll(other.name);
    });
    leader.process.kill("SIGCONT");
    await leader.says(`stands by for ${other.name}`);
    await writers.writesAll(other.name);
    expected.push(other.name);
    deepStrictEqual(writers.writers, expected);
    [leader, other] = [other, leader];
  }
});

Deno.test("a leader that stood still goes on if nobody took over", async () => {
  await using writers = await ElectedWriters.setUp();
  await using a = writers.start("a");
  await a.says("leads in term 0");
  a.process.kill("SIGSTOP");
  await untilAfter(11_000, "the leader stands still", () => Promise.resolve());
  a.process.kill("SIGCONT");
  await a.says("stands by for a");
  await a.says("leads in term 0, resumed");
  await writers.writesAll("a");
});

Deno.test("a leader that is stopped hands over at the next look of another", async () => {
  await using writers = await ElectedWriters.setUp();
  await using stack = new AsyncDisposableStack();
  const { proxy } = stack.use(await connectThroughFaults());
  const [a, b] = await startTwo(writers, stack, [cluster.kubeconfig, await writeKubeconfigWith(proxy, {})]);
  a.process.kill("SIGTERM");
  strictEqual((await a.process.result).code, 0);
  const before = proxy.requests.length;
  await b.says("leads in term 1");
  const methods = proxy.requests.slice(before).filter(({ path }) => path.includes("/leases/")).map((r) => r.method);
  match(methods.join(" "), /^(GET )?PUT\b/);
  await writers.writesAll("b");
  deepStrictEqual(writers.writers, ["a", "b"]);
});

Deno.test("no process writes while the API server is down for longer than a Lease, and one does afterwards", async () => {
  await using writers = await ElectedWriters.setUp();
  await using stack = new AsyncDisposableStack();
  const { proxy } = stack.use(await connectThroughFaults());
  const kubeconfig = await writeKubeconfigWith(proxy, {});
  const [a, b] = await startTwo(writers, stack, [kubeconfig, kubeconfig]);
  await proxy.stop();
  await untilAfter(20_000, "the API server is down", () => a.says("stands by for a"));
  const before = [a, b].map(({ process }) => process.output.length);
  proxy.start();
  const leaders = () => [a, b].filter(({ process }, i) => process.output.slice(before[i]).includes("leads in term"));
  await until("one of them leads", () => Promise.resolve(leaders().length > 0));
  const [leader] = leaders();
  await writers.writesAll(leader!.name);
  // Long enough for the other one to see that it must not.
  await untilAfter(5_000, "the other one looks", () => writers.writesAll(leader!.name));
  deepStrictEqual(leaders(), [leader]);
  if (leader === a) match(a.process.output.slice(before[0]), /leads in term 0, resumed/);
  deepStrictEqual(writers.writers, leader === a ? ["a"] : ["a", "b"]);
});

Deno.test("a leader that is cut off overwrites nothing when it is back", async () => {
  await using writers = await ElectedWriters.setUp();
  await using stack = new AsyncDisposableStack();
  const { proxy } = stack.use(await connectThroughFaults());
  const [a, b] = await startTwo(writers, stack, [await writeKubeconfigWith(proxy, {})]);
  const hole = proxy.blackHole();
  await a.says("stands by for a");
  await b.says("leads in term 1");
  await writers.writesAll("b");
  hole[Symbol.dispose]();
  await a.says("stands by for b");
  await writers.writesAll("b");
  deepStrictEqual(writers.writers, ["a", "b"]);
});

Deno.test("LeaderElection writes a Lease as the API wants it, and notices that it was deleted", async () => {
  await using home = await cluster.namespace("leader");
  const { kubeconfig } = cluster;
  using client = await connect({ kubeconfig, concurrency: 1, requestTimeoutMs: 5_000, clock: systemClock });
  const statuses: LeaderStatus[] = [];
  const election = new LeaderElection({
    client,
    clock: systemClock,
    namespace: home.name,
    name: "tenants",
    identity: "a",
    onChange: (status) => statuses.push(status),
  });
  const stopping = new AbortController();
  const run = election.run(stopping.signal);
  await until("it leads", () => Promise.resolve(election.term !== undefined));
  const { lost } = election.term!;
  await kubectl(["delete", "lease", "tenants", `--namespace=${home.name}`]);
  await until("it notices", () => Promise.resolve(lost.aborted));
  deepStrictEqual([election.term!.id, election.term!.resumed], [0, false]);
  await until("it renews", async () => {
    const { spec } = await getObject("lease/tenants", home.name);
    match(spec.renewTime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    return spec.renewTime > spec.acquireTime;
  });
  stopping.abort();
  await run;
  const { spec } = await getObject("lease/tenants", home.name);
  deepStrictEqual([spec.holderIdentity ?? "", spec.leaseDurationSeconds], ["", 1]);
  deepStrictEqual(statuses.map(({ reason }) => reason).filter((reason) => reason !== undefined), []);
});

Deno.test("LeaderElection keeps its term though a connection died without a word", async () => {
  await using home = await cluster.namespace("leader");
  await using faulty = await connectThroughFaults({ clock: systemClock });
  const { client, proxy } = faulty;
  const options = { client, clock: systemClock, namespace: home.name, name: "tenants", identity: "a" };
  const election = new LeaderElection(options);
  const stopping = new AbortController();
  const run = election.run(stopping.signal);
  await until("it leads", () => Promise.resolve(election.term !== undefined));
  const term = election.term!;
  using silence = proxy.inject({ fault: "blackHole" }, { method: "PUT", times: 1 });
  const renewals = () => proxy.requests.filter(({ method }) => method === "PUT");
  await until("it renews again", () => Promise.resolve(silence.strikes === 1 && !renewals().at(-1)!.fault));
  strictEqual(election.term, term);
  stopping.abort();
  await run;
});

Deno.test("LeaderElection says which permission is missing, and recovers when it is there", async () => {
  await using home = await cluster.namespace("leader");
  const kubeconfig = await cluster.writeKubeconfig({ user: { token: tokens.nobody } });
  using client = await connect({ kubeconfig, concurrency: 1, requestTimeoutMs: 5_000, clock: systemClock });
  const options = { client, clock: systemClock, namespace: home.name, name: "tenants", identity: "a" };
  const election = new LeaderElection(options);
  const stopping = new AbortController();
  const run = election.run(stopping.signal);
  await until("it is refused", () => Promise.resolve(election.status.reason !== undefined));
  match(election.status.reason!, /^Cannot get Lease\/.*: .*cannot get resource "leases".*\(403 Forbidden\)$/);
  const namespace = `--namespace=${home.name}`;
  await kubectl(["create", "role", "elect", "--verb=get,create,update", "--resource=leases", namespace]);
  await kubectl(["create", "rolebinding", "elect", "--role=elect", "--user=nobody", namespace]);
  await until("it leads", () => Promise.resolve(election.term !== undefined));
  strictEqual(election.status.reason, undefined);
  stopping.abort();
  await run;
});
