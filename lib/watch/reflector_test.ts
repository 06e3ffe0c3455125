import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { ApiError } from "../client/errors.ts";
import type { LiveObject } from "../kube/object.ts";
import { FakeSource } from "./_fake_source_test.ts";
import { ManualClock, settle } from "../base/manual_clock.ts";
import { bookmark, liveObject, watchEvent } from "./watched_objects_test.ts";
import { Reflector } from "./reflector.ts";
import { ServerGate } from "./server_gate.ts";
import { Store } from "./store.ts";

const request = { method: "GET", path: "/", what: "watch pods" } as const;
const unreachable = new DOMException("no answer within 10 s", "TimeoutError");

function refusal(code: number, retryAfterSeconds?: number): ApiError {
  return new ApiError(request, code, {
    apiVersion: "v1",
    kind: "Status",
    message: "no",
    details: { retryAfterSeconds } as never,
  });
}

interface Running extends AsyncDisposable {
  readonly source: FakeSource;
  readonly clock: ManualClock;
  readonly store: Store<LiveObject>;
  readonly statuses: string[];
  names(): string[];
}

/** Runs a reflector as long as its variable lasts. */
async function run(clock = new ManualClock(), gate = new ServerGate(clock)): Promise<Running> {
  const source = new FakeSource();
  const statuses: string[] = [];
  const store = new Store<LiveObject>({ project: (object) => object, onEvents() {}, onError() {} });
  const reflector = new Reflector({
    ...{ source, target: store, gate, clock },
    onStatus: ({ phase }) => statuses.push(phase),
  });
  const stop = new AbortController();
  const ended = reflector.run(stop.signal);
  await settle();
  return {
    ...{ source, clock, store, statuses },
    names: () => store.list().map(({ metadata }) => metadata.name),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}

/** Runs a reflector that follows a watch from version 5. */
async function follow(clock?: ManualClock, gate?: ServerGate): Promise<Running> {
  const running = await run(clock, gate);
  running.source.watches[0]!.open(watchEvent("ADDED", "a", 1), bookmark(5, true));
  await settle();
  deepStrictEqual(running.statuses, ["live"]);
  running.statuses.length = 0;
  return running;
}

Deno.test("Reflector reads what there is by a stream, and follows it", async () => {
  await using reflector = await run();
  const [watch] = reflector.source.watches;
  deepStrictEqual([watch!.options.resourceVersion, watch!.options.timeoutSeconds], [undefined, 290]);
  watch!.open(watchEvent("ADDED", "a", 3), watchEvent("ADDED", "b", 1));
  await settle();
  deepStrictEqual(reflector.names(), []);
  watch!.send(bookmark(5, true), watchEvent("DELETED", "a", 6), watchEvent("ADDED", "c", 7));
  await settle();
  deepStrictEqual(reflector.names(), ["b", "c"]);
  watch!.end();
  await settle();
  deepStrictEqual(reflector.source.watches.length, 1);
});

Deno.test("Reflector lists by pages where there is no such stream", async () => {
  await using reflector = await run();
  const { lists, watches } = reflector.source;
  watches[0]!.fail(refusal(422));
  await settle();
  strictEqual(lists[0]!.options.limit, 500);
  lists[0]!.send({ items: [liveObject("a", 1)], resourceVersion: "5" });
  lists[0]!.fail(refusal(410));
  await settle();
  strictEqual(lists[1]!.options.limit, 0);
  lists[1]!.send({ items: [liveObject("b", 2)], resourceVersion: "6" });
  lists[1]!.end();
  await settle();
  deepStrictEqual([watches.length, watches[1]!.options.resourceVersion, reflector.names()], [2, "6", ["b"]]);
  watches[1]!.open();
  deepStrictEqual(reflector.statuses, ["syncing", "syncing", "live"]);
});

Deno.test("Reflector resumes from the last version, with nothing of the old watch", async () => {
  await using reflector = await follow();
  const { watches } = reflector.source;
  watches[0]!.send(watchEvent("ADDED", "b", 8));
  await reflector.clock.advance(2_000);
  watches[0]!.fail(unreachable);
  await settle();
  const { resourceVersion, freshConnection } = watches[1]!.options;
  deepStrictEqual([resourceVersion, freshConnection, reflector.statuses], ["8", true, ["reconnecting"]]);
  watches[1]!.open();
  watches[0]!.send(watchEvent("ADDED", "c", 9));
  await settle();
  deepStrictEqual([reflector.names(), reflector.statuses], [["a", "b"], ["reconnecting", "live"]]);
});

Deno.test("Reflector gives up a watch that is not accepted in time", async () => {
  await using reflector = await follow();
  const { watches } = reflector.source;
  await reflector.clock.advance(2_000);
  watches[0]!.end();
  await reflector.clock.advance(9_999);
  strictEqual(watches.length, 2);
  await reflector.clock.advance(101);
  deepStrictEqual([watches.length, watches[2]!.options.freshConnection], [3, true]);
  watches[2]!.open();
  await reflector.clock.advance(14_000);
  deepStrictEqual([watches.length, reflector.statuses], [3, ["reconnecting", "live"]]);
});

Deno.test("Reflector notices a connection that died without a word within 20 s", async () => {
  await using reflector = await follow();
  const { watches } = reflector.source;
  await reflector.clock.advance(15_000);
  const [, probe] = watches;
  const { resourceVersion, timeoutSeconds, freshConnection } = probe!.options;
  deepStrictEqual([resourceVersion, timeoutSeconds, freshConnection], ["5", 1, true]);
  await reflector.clock.advance(4_999);
  strictEqual(watches.length, 2);
  await reflector.clock.advance(1);
  strictEqual(probe!.options.signal.aborted, true);
  deepStrictEqual([watches.length, watches[2]!.options.resourceVersion], [3, "5"]);
  watches[2]!.open(watchEvent("ADDED", "b", 6));
  await settle();
  deepStrictEqual([reflector.names(), reflector.statuses], [["a", "b"], ["reconnecting", "live"]]);
});

Deno.test("Reflector takes what a probe finds, and replaces the watch that lacks it", async () => {
  await using reflector = await follow();
  const { watches } = reflector.source;
  await reflector.clock.advance(15_000);
  watches[1]!.open(watchEvent("ADDED", "b", 6));
  await settle();
  deepStrictEqual(reflector.names(), ["a", "b"]);
  watches[1]!.end();
  await reflector.clock.advance(1_999);
  strictEqual(watches.length, 2);
  watches[0]!.onItsWay.push(watchEvent("ADDED", "c", 7));
  await reflector.clock.advance(1);
  deepStrictEqual([watches.length, watches[2]!.options.resourceVersion], [3, "6"]);
  // What the old one has still sent comes again from the new one.
  deepStrictEqual(reflector.names(), ["a", "b"]);
  strictEqual(watches[0]!.options.signal.aborted, true);
});

Deno.test("Reflector gives up a probe together with its watch", async () => {
  await using reflector = await follow();
  const { watches } = reflector.source;
  await reflector.clock.advance(15_000);
  watches[0]!.end();
  await settle();
  strictEqual(watches[1]!.options.signal.aborted, true);
  watches[2]!.open();
  await reflector.clock.advance(14_000);
  deepStrictEqual([watches.length, reflector.statuses], [3, []]);
});

Deno.test("Reflector keeps a watch that is only quiet", async () => {
  await using reflector = await follow();
  const { watches } = reflector.source;
  for (let i = 1; i <= 4; i++) {
    await reflector.clock.advance(15_000);
    strictEqual(watches.length, 1 + i);
    watches[i]!.open();
    watches[i]!.end();
    await settle();
  }
  // What is heard in between puts the next probe off.
  await reflector.clock.advance(14_000);
  watches[0]!.send(bookmark(9));
  await reflector.clock.advance(14_000);
  strictEqual(watches.length, 5);
  await reflector.clock.advance(1_000);
  deepStrictEqual([watches.length, watches[5]!.options.resourceVersion, reflector.statuses], [6, "9", []]);
});

Deno.test("Reflector waits for a permission, longer and longer but no longer than 30 s", async () => {
  await using reflector = await run();
  const { watches } = reflector.source;
  const gaps: number[] = [];
  for (let i = 0; i < 10; i++) {
    watches.at(-1)!.fail(refusal(403));
    const startMs = reflector.clock.now();
    while (watches.length < i + 2) await reflector.clock.advance(125);
    gaps.push(reflector.clock.now() - startMs);
  }
  deepStrictEqual(gaps, [125, 250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  watches.at(-1)!.open(bookmark(5, true));
  await settle();
  deepStrictEqual(reflector.statuses.slice(-3), ["waiting", "syncing", "live"]);
});

Deno.test("Reflector waits as long as the server asks, and a little more", async () => {
  await using reflector = await follow();
  const { watches } = reflector.source;
  await reflector.clock.advance(2_000);
  watches[0]!.end();
  await settle();
  watches[1]!.fail(refusal(429, 7));
  await reflector.clock.advance(7_124);
  strictEqual(watches.length, 2);
  await reflector.clock.advance(1);
  strictEqual(watches.length, 3);
});

Deno.test("Reflectors of one server try it once a second while it is away, and go on at once when it is back", async () => {
  const clock = new ManualClock();
  const gate = new ServerGate(clock);
  await using all = new AsyncDisposableStack();
  const reflectors: Running[] = [];
  for (let i = 0; i < 20; i++) reflectors.push(all.use(await follow(clock, gate)));
  await clock.advance(2_000);
  for (const { source } of reflectors) source.watches[0]!.fail(unreachable);
  await settle();
  const attempts = () => reflectors.flatMap(({ source }) => source.watches.slice(1));
  const underWay = () => attempts().filter((watch) => !watch.isOver);
  strictEqual(underWay().length, 20);
  for (let i = 0; i < 600; i++) {
    for (const watch of underWay()) watch.fail(unreachable);
    await clock.advance(100);
  }
  // One attempt every half second, as this clock draws the shortest waits.
  const inOneMinute = attempts().length - 20;
  ok(inOneMinute > 100 && inOneMinute < 140, `${inOneMinute} attempts`);

  while (underWay().length === 0) await clock.advance(100);
  strictEqual(underWay().length, 1);
  underWay()[0]!.open();
  await settle();
  strictEqual(underWay().length, 20);
});

Deno.test("Reflectors do not take the end of one of them for an answer of the server", async () => {
  const clock = new ManualClock();
  const gate = new ServerGate(clock);
  const stopped = await run(clock, gate);
  await using reflector = await run(clock, gate);
  for (const { source } of [stopped, reflector]) source.watches[0]!.fail(unreachable);
  await clock.advance(50);
  const underWay = stopped.source.watches.length > 1 ? stopped : reflector;
  strictEqual(stopped.source.watches.length + reflector.source.watches.length, 3);
  strictEqual(underWay, stopped);
  await stopped[Symbol.asyncDispose]();
  await settle();
  strictEqual(reflector.source.watches.length, 1);
});

Deno.test("Reflector ends by its signal, whatever it does, and only then", async (t) => {
  const situations: [what: string, prepare: (reflector: Running) => Promise<void> | void][] = [
    ["opening a stream", () => {}],
    ["listing", ({ source }) => source.watches[0]!.fail(refusal(422))],
    ["following", ({ source }) => source.watches[0]!.open(bookmark(5, true))],
    ["waiting", ({ source }) => source.watches[0]!.fail(refusal(403))],
    ["waiting for the server", ({ source }) => source.watches[0]!.fail(unreachable)],
    ["probing", async ({ source, clock }) => {
      source.watches[0]!.open(bookmark(5, true));
      await clock.advance(15_000);
    }],
  ];
  for (const [what, prepare] of situations) {
    await t.step(what, async () => {
      const reflector = await run();
      await prepare(reflector);
      await settle();
      await reflector[Symbol.asyncDispose]();
      const { watches, lists } = reflector.source;
      const asked = watches.length + lists.length;
      await reflector.clock.advance(600_000);
      strictEqual(watches.length + lists.length, asked);
    });
  }
});
