/**
 * What informers make of networks and servers that fail: nothing is lost, and nothing is told twice.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { systemClock } from "../../lib/base/clock.ts";
import type { Client } from "../../lib/client/client.ts";
import { connect } from "../../lib/client/connect.ts";
import { ConfigMap } from "../../lib/kinds/core/v1.ts";
import type { LiveObject } from "../../lib/kube/object.ts";
import type { Informer } from "../../lib/watch/informer.ts";
import { Informers } from "../../lib/watch/informers.ts";
import { testCluster } from "../cluster/attach.ts";
import { startSecondApiServer } from "../cluster/second_api_server.ts";
import { failureStatus, htmlAnswer, statusAnswer } from "../../lib/testing/faults/answers.ts";
import type { Fault, RequestMatcher } from "../../lib/testing/faults/fault.ts";
import type { FaultProxy } from "../../lib/testing/faults/fault_proxy.ts";
import { hasRealPrograms } from "./capabilities.ts";
import { connectThroughFaults } from "./faulty_client.ts";
import { until } from "./objects.ts";
import { Recorder } from "./recorder.ts";

const cluster = testCluster();
const configMaps = ConfigMap.type;
const TEST_LABEL = { test: "watch" };
// As patient as ever, but quick.
const timing = { openMs: 1_000, silenceMs: 1_000, probeMs: 2_000, catchUpMs: 200 };
const tooOld = { reason: "Expired", message: "too old resource version: 1 (2)" };

interface Setup extends AsyncDisposable {
  /** Goes to the server directly. */
  readonly admin: Client;
  readonly proxy: FaultProxy;
  readonly informers: Informers;
}

/** Makes a namespace, a client that reaches it, and informers that reach it through a proxy. */
async function setUp(): Promise<Setup> {
  await using stack = new AsyncDisposableStack();
  const { name } = stack.use(await cluster.namespace("watch-faults"));
  const { kubeconfig } = cluster;
  const direct = stack.use(
    await connect({ kubeconfig, concurrency: 16, requestTimeoutMs: 30_000, clock: systemClock }),
  );
  const { client, proxy } = stack.use(await connectThroughFaults({ clock: systemClock, requestTimeoutMs: 2_000 }));
  const informers = stack.use(makeInformers(client.inNamespace(name)));
  const held = stack.move();
  return { admin: direct.inNamespace(name), proxy, informers, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

function makeInformers(client: Client): Informers {
  const onError = (error: unknown) => {
    throw error;
  };
  return new Informers(client, { clock: systemClock, onError, timing });
}

function follow(informers: Informers): Informer<LiveObject> {
  return informers.get(configMaps, { labels: TEST_LABEL });
}

async function create(client: Client, ...names: string[]): Promise<void> {
  for (const name of names) {
    await client.create({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, labels: TEST_LABEL } });
  }
}

/** The watches that arrived at the proxy: those for all there is, and those from a version on. */
function watches(proxy: FaultProxy): string[] {
  return proxy.requests
    .filter(({ path }) => path.includes("watch=true"))
    .map(({ path }) => path.includes("sendInitialEvents") ? "all" : "resume");
}

function errorEvent(code: number, status: typeof tooOld): string {
  return JSON.stringify({ type: "ERROR", object: failureStatus(code, status) });
}

Deno.test("Informer reads everything by one request, also what the server would compress", async () => {
  await using setup = await setUp();
  const { admin, proxy, informers } = setup;
  const data = { text: "x".repeat(1_000) };
  const names = Array.from({ length: 400 }, (_, i) => `m-${i}`);
  await Promise.all(names.map((name) => {
    return admin.create({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, labels: TEST_LABEL }, data });
  }));
  using informer = follow(informers);
  await informer.synced();
  strictEqual(informer.size, 400);
  deepStrictEqual([proxy.requests.length, watches(proxy)], [1, ["all"]]);
});

const initial: RequestMatcher = { watch: true, path: /sendInitialEvents/ };
const resumed: RequestMatcher = { watch: true, path: /configmaps\?(?!.*sendInitialEvents)/ };

// Each of them strikes the first stream, which has three objects to send.
const starts: [what: string, fault: Fault, matcher?: RequestMatcher][] = [
  ["is cut between initial events", { fault: "cut", afterLines: 2 }],
  ["is cut within an initial event", { fault: "cut", afterLines: 2, afterBytes: 40 }],
  ["is cut before the end of the initial events", { fault: "cut", afterLines: 3 }],
  ["falls silent during the initial events", { fault: "stall", afterLines: 2 }],
  ["sends every initial event twice", { fault: "duplicate" }],
  ["is refused", { fault: "answer", answer: statusAnswer(422, { reason: "Invalid", message: "forbidden" }) }],
  ["is not accepted", { fault: "drop" }],
  ["is not answered", { fault: "blackHole" }],
  ["is answered by a web page", { fault: "answer", answer: htmlAnswer(502) }],
  ["is answered 500", { fault: "answer", answer: statusAnswer(500, { reason: "InternalError", message: "oops" }) }],
  ["is answered 410", { fault: "answer", answer: statusAnswer(410, tooOld) }],
  ["is to wait", {
    fault: "answer",
    answer: statusAnswer(429, { reason: "TooManyRequests", message: "slow down", retryAfterSeconds: 1 }),
  }],
];

Deno.test("Informer reads everything, however its first stream fails", async (t) => {
  await using setup = await setUp();
  const { admin, proxy, informers } = setup;
  await create(admin, "a", "b", "c");
  for (const [what, fault] of starts) {
    await t.step(`it ${what}`, async () => {
      using struck = proxy.inject(fault, { ...initial, times: 1 });
      using informer = follow(informers);
      const recorder = new Recorder(informer);
      await informer.synced();
      await recorder.untilPhase("live");
      deepStrictEqual(recorder.events.toSorted(), ["added a (list)", "added b (list)", "added c (list)"]);
      strictEqual(struck.strikes, 1);
    });
  }
});

const interruptions: [what: string, fault: Fault][] = [
  ["is cut within an event", { fault: "cut", afterLines: 1, afterBytes: 40 }],
  ["is cut between events", { fault: "cut", afterLines: 2 }],
  ["falls silent", { fault: "stall", afterLines: 1 }],
  ["falls silent within an event", { fault: "stall", afterLines: 1, afterBytes: 9 }],
  ["sends every event twice", { fault: "duplicate" }],
  ["sends an error", { fault: "insert", line: errorEvent(500, { reason: "InternalError", message: "oops" }) }],
  ["sends what is no event", { fault: "insert", line: '{"type":"ADDED"', afterLines: 1 }],
  ["is not accepted", { fault: "drop" }],
  ["is not answered", { fault: "blackHole" }],
  ["is to wait", {
    fault: "answer",
    answer: statusAnswer(429, { reason: "TooManyRequests", message: "slow down", retryAfterSeconds: 1 }),
  }],
];

Deno.test("Informer goes on where it was, however its watch fails", async (t) => {
  await using setup = await setUp();
  const { admin, proxy, informers } = setup;
  for (const [what, fault] of interruptions) {
    await t.step(`it ${what}`, async () => {
      using informer = follow(informers);
      const recorder = new Recorder(informer);
      await informer.synced();
      proxy.requests.length = 0;
      using struck = proxy.inject(fault, { ...resumed, times: 1 });
      await proxy.closeConnections();
      await create(admin, "a", "b", "c");
      await admin.patch(configMaps, "b", { data: { x: "1" } });
      for (const name of ["a", "b", "c"]) await admin.delete(configMaps, name);
      await recorder.untilEvents(7);
      await recorder.untilPhase("live");
      deepStrictEqual(recorder.events, [
        ...["added a (watch)", "added b (watch)", "added c (watch)", "changed b (watch)"],
        ...["deleted a (watch)", "deleted b (watch)", "deleted c (watch)"],
      ]);
      strictEqual(struck.strikes, 1);
      ok(!watches(proxy).includes("all"));
    });
  }
});

const expiries: [what: string, fault: Fault][] = [
  ["as an answer", { fault: "answer", answer: statusAnswer(410, tooOld) }],
  ["as an event", { fault: "insert", line: errorEvent(410, tooOld) }],
];

Deno.test("Informer tells what was deleted while the history was lost", async (t) => {
  await using setup = await setUp();
  const { admin, proxy, informers } = setup;
  for (const [what, fault] of expiries) {
    await t.step(what, async () => {
      await create(admin, "a", "b");
      const last = await admin.patch(configMaps, "a", { data: { x: "last" } });
      using informer = follow(informers);
      const recorder = new Recorder(informer);
      await informer.synced();
      recorder.clear();
      await proxy.stop();
      await admin.delete(configMaps, "a");
      await admin.delete(configMaps, "b");
      await create(admin, "b", "c");
      using struck = proxy.inject(fault, { ...resumed, times: 1 });
      proxy.start();
      await recorder.untilEvents(4);
      await recorder.untilPhase("live");
      deepStrictEqual(recorder.events.toSorted(), [
        ...["added b (list)", "added c (list)", "deleted a (list)", "deleted b (list)"],
      ]);
      const deleted = recorder.objects[recorder.events.indexOf("deleted a (list)")]!;
      deepStrictEqual([deleted["data"], deleted.metadata.uid], [{ x: "last" }, last.metadata.uid]);
      strictEqual(struck.strikes, 1);
      for (const name of ["b", "c"]) await admin.delete(configMaps, name);
    });
  }
});

Deno.test("Informer finds out by a probe that its connection is dead", async (t) => {
  await using setup = await setUp();
  const { admin, proxy, informers } = setup;
  await t.step("while others work", async () => {
    // The stream goes on to the end of the initial events, and then nothing more comes.
    using struck = proxy.inject({ fault: "stall", afterLines: 1 }, { ...initial, times: 1 });
    using informer = follow(informers);
    const recorder = new Recorder(informer);
    await informer.synced();
    proxy.requests.length = 0;
    await create(admin, "a");
    await recorder.untilEvents(1);
    await recorder.until(() => recorder.statuses.length >= 4);
    deepStrictEqual(recorder.statuses.slice(1), [
      "live",
      "reconnecting: the watch has fallen silent",
      "live",
    ]);
    await create(admin, "b");
    await recorder.untilEvents(2);
    deepStrictEqual(recorder.events, ["added a (watch)", "added b (watch)"]);
    // The probe and the watch in the place of the dead one.
    deepStrictEqual(watches(proxy).slice(0, 2), ["resume", "resume"]);
    strictEqual(struck.strikes, 1);
  });
  await t.step("with all others", async () => {
    using informer = follow(informers);
    const recorder = new Recorder(informer);
    await informer.synced();
    recorder.clear();
    {
      using _hole = proxy.blackHole();
      await create(admin, "c");
      await recorder.untilPhase("reconnecting");
      match(recorder.statuses.at(-1)!, /no answer within/);
    }
    await recorder.untilPhase("live");
    await recorder.untilEvents(1);
    deepStrictEqual(recorder.events, ["added c (watch)"]);
  });
});

Deno.test("Informer leaves a quiet watch alone, whatever its probes meet", async () => {
  await using setup = await setUp();
  const { admin, proxy, informers } = setup;
  using informer = follow(informers);
  const recorder = new Recorder(informer);
  await informer.synced();
  const answer = statusAnswer(500, { reason: "InternalError", message: "oops" });
  using failed = proxy.inject({ fault: "answer", answer }, { ...resumed, path: /timeoutSeconds=1&/, times: 2 });
  proxy.requests.length = 0;
  await until("there were four probes", () => Promise.resolve(watches(proxy).length >= 4));
  await create(admin, "a");
  await recorder.untilEvents(1);
  deepStrictEqual([recorder.events, recorder.statuses], [["added a (watch)"], ["syncing", "live"]]);
  strictEqual(failed.strikes, 2);
  // One connection for each probe, so none of them says anything about another one.
  strictEqual(new Set(proxy.requests.map(({ connection }) => connection)).size, proxy.requests.length);
});

// There is no second API server beside a sandbox.
const ignore = !hasRealPrograms();
Deno.test("Informers find their way back to an API server that was killed", { ignore }, async () => {
  await using namespace = await cluster.namespace("watch-faults");
  await using second = await startSecondApiServer(cluster);
  const options = { concurrency: 16, requestTimeoutMs: 30_000, clock: systemClock };
  using admin = (await connect({ ...options, kubeconfig: cluster.kubeconfig })).inNamespace(namespace.name);
  using client = (await connect({ ...options, kubeconfig: second.kubeconfig })).inNamespace(namespace.name);
  await using informers = makeInformers(client);
  using informer = follow(informers);
  using others = new DisposableStack();
  for (let i = 0; i < 10; i++) others.use(informers.get(configMaps, { labels: { test: `watch-${i}` } }));
  const recorder = new Recorder(informer);
  await create(admin, "a", "b");
  await recorder.untilEvents(2);
  recorder.clear();
  await second.kill();
  await recorder.untilPhase("reconnecting");
  await admin.delete(configMaps, "a");
  await create(admin, "c");
  await second.start();
  await recorder.untilEvents(2);
  await recorder.untilPhase("live");
  // It has no history of its own yet, so it may say that it is gone, and have everything read anew.
  deepStrictEqual(recorder.events.map((event) => event.replace(/ \(.*/, "")), ["deleted a", "added c"]);
  deepStrictEqual(informer.list().map(({ metadata }) => metadata.name).toSorted(), ["b", "c"]);
});
