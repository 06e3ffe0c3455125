import { deepStrictEqual, notStrictEqual, strictEqual } from "node:assert/strict";
import { ManualClock } from "../../base/manual_clock.ts";
import type { Client } from "../../client/client.ts";
import type { LiveObject } from "../../kube/object.ts";
import type { SetIdentity } from "../../plan/set_identity.ts";
import type { RuleState } from "./rule_state.ts";
import { essenceOf, readState, StateStore } from "./state_store.ts";

const READY: RuleState = { name: "copies", type: "each", phase: "Ready", objects: 3, failing: 0, failures: [] };
const FAILURE = { object: "Secret/s", message: "broken", failures: 3, since: "2026-01-01T00:00:00Z" };
const set = { namespace: "n", parentName: "kubescript-x" } as SetIdentity;
const parent = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "kubescript-x", uid: "1" } };

/** A cluster with one ConfigMap, that counts writes. */
function fakeCluster() {
  let live: LiveObject | undefined;
  const cluster = { writes: 0, refuse: false };
  const write = (object: unknown) => {
    if (cluster.refuse) return Promise.reject(new Error("forbidden"));
    cluster.writes++;
    live = object as LiveObject;
    return Promise.resolve(live);
  };
  const client = { find: () => Promise.resolve(live), create: write, replace: write } as unknown as Client;
  return Object.assign(cluster, { client });
}

Deno.test("essenceOf() says the same as long as nothing has happened that somebody would want to know", () => {
  const ran: RuleState = { ...READY, lastRun: { time: "2026-01-01T00:00:00Z", result: "done", seconds: 1 } };
  strictEqual(essenceOf([ran]), essenceOf([READY]));
  const failing: RuleState = { ...READY, phase: "Failing", failing: 1, failures: [FAILURE] };
  strictEqual(essenceOf([{ ...failing, failures: [{ ...FAILURE, failures: 9 }] }]), essenceOf([failing]));
  notStrictEqual(essenceOf([failing]), essenceOf([READY]));
  notStrictEqual(essenceOf([{ ...READY, objects: 4 }]), essenceOf([READY]));
  const { objects: _, ...timer } = ran;
  notStrictEqual(
    essenceOf([timer]),
    essenceOf([{ ...timer, lastRun: { ...ran.lastRun!, time: "2026-01-02T00:00:00Z" } }]),
  );
});

Deno.test("StateStore writes what has changed, and nothing else, also after a restart", async () => {
  const clock = new ManualClock();
  const cluster = fakeCluster();
  const { client } = cluster;
  let rules: readonly RuleState[] = [READY];
  const open = () => StateStore.open({ client, set, parent, clock, read: () => rules, onError() {} });
  {
    await using _ = await open();
  }
  strictEqual(cluster.writes, 1);
  deepStrictEqual((await readState(client, set))?.rules, [READY]);
  {
    await using _ = await open();
  }
  strictEqual(cluster.writes, 1);
  {
    await using _ = await open();
    rules = [{ ...READY, phase: "Blocked", reason: "3 are missing" }];
  }
  strictEqual(cluster.writes, 2);
});

Deno.test("StateStore looks again and again, and tells what keeps it from writing", async () => {
  const clock = new ManualClock();
  const cluster = fakeCluster();
  const { client } = cluster;
  const errors: unknown[] = [];
  let rules: readonly RuleState[] = [READY];
  const read = () => rules;
  await using _ = await StateStore.open({ client, set, parent, clock, read, onError: (error) => errors.push(error) });
  const pass = async (ms: number) => {
    await clock.advance(ms);
    // What the timer has begun comes to its end.
    for (let i = 0; i < 20; i++) await Promise.resolve();
  };
  await pass(3_000);
  strictEqual(cluster.writes, 1);
  for (let i = 0; i < 10; i++) await pass(3_000);
  strictEqual(cluster.writes, 1);
  rules = [{ ...READY, objects: 4 }];
  cluster.refuse = true;
  await pass(3_000);
  strictEqual(errors.length, 1);
  cluster.refuse = false;
  await pass(3_000);
  strictEqual(cluster.writes, 1);
  await pass(30_000);
  strictEqual(cluster.writes, 2);
});
