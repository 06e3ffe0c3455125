import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { LiveObject } from "../kube/object.ts";
import { settle } from "../base/manual_clock.ts";
import { liveObject, watchEvent } from "./watched_objects_test.ts";
import { streamEvents } from "./event_stream.ts";
import { Store, type StoreEvent } from "./store.ts";

/** A store whose events are read as a stream. */
function makeStream(signal?: AbortSignal) {
  const listeners = new Set<(event: StoreEvent<LiveObject>) => void>();
  const store = new Store<LiveObject>({
    project: (object) => object,
    onEvents: (events) => events.forEach((event) => listeners.forEach((listener) => listener(event))),
    onError() {},
  });
  const closed = new AbortController();
  const events = streamEvents<LiveObject>({
    subscribe(onEvent) {
      listeners.add(onEvent);
      return { [Symbol.dispose]: () => void listeners.delete(onEvent) };
    },
    closed: closed.signal,
    signal,
  });
  return { store, events, closed, listeners };
}

function describe({ type, object, old }: StoreEvent<LiveObject>): string {
  return `${type} ${object.metadata.name} ${
    old ? `${old.metadata.resourceVersion}>` : ""
  }${object.metadata.resourceVersion}`;
}

/** Reads until the stream has ended. */
async function read(events: AsyncIterable<StoreEvent<LiveObject>>, into: string[] = []): Promise<string[]> {
  for await (const event of events) into.push(describe(event));
  return into;
}

type Change = Parameters<typeof watchEvent>;

const merged: [what: string, known: LiveObject[], changes: Change[], expected: string[]][] = [
  ["changes into one", [liveObject("a", 1)], [["MODIFIED", "a", 2], ["MODIFIED", "a", 3]], ["changed a 1>3"]],
  ["an addition and a change", [], [["ADDED", "a", 2], ["MODIFIED", "a", 3]], ["added a 3"]],
  ["an addition and a deletion into nothing", [], [["ADDED", "a", 2], ["DELETED", "a", 3]], []],
  ["a change and a deletion", [liveObject("a", 1)], [["MODIFIED", "a", 2], ["DELETED", "a", 3]], ["deleted a 3"]],
  [
    "an object and its successor into both",
    [liveObject("a", 1, "x")],
    [["DELETED", "a", 2, "x"], ["ADDED", "a", 3, "y"], ["MODIFIED", "a", 4, "y"]],
    ["deleted a 2", "added a 4"],
  ],
  [
    "an object, its successor, and the end of that",
    [liveObject("a", 1, "x")],
    [["DELETED", "a", 2, "x"], ["ADDED", "a", 3, "y"], ["DELETED", "a", 4, "y"]],
    ["deleted a 2"],
  ],
];
for (const [what, known, changes, expected] of merged) {
  Deno.test(`streamEvents() merges ${what} if nobody reads`, async () => {
    const { store, events, closed } = makeStream();
    store.stageNothing();
    for (const object of known) store.stage(object);
    store.replace();
    const seen: string[] = [];
    const reading = read(events, seen);
    for (const change of changes) store.apply(watchEvent(...change));
    await settle();
    deepStrictEqual(seen, expected);
    closed.abort();
    await reading;
  });
}

Deno.test("streamEvents() gives every change to a reader who keeps up", async () => {
  const { store, events, closed } = makeStream();
  const seen: string[] = [];
  const reading = read(events, seen);
  for (let version = 1; version <= 3; version++) {
    store.apply(watchEvent("MODIFIED", "a", version));
    await settle();
  }
  deepStrictEqual(seen, ["added a 1", "changed a 1>2", "changed a 2>3"]);
  closed.abort();
  await reading;
});

Deno.test("streamEvents() ends when it is closed, after what was pending, and by its signal with an error", async () => {
  const { store, events, closed, listeners } = makeStream();
  const reading = read(events);
  store.apply(watchEvent("ADDED", "a", 1));
  closed.abort();
  deepStrictEqual(await reading, ["added a 1"]);
  strictEqual(listeners.size, 0);

  const controller = new AbortController();
  const stopped = makeStream(controller.signal);
  const rejected = rejects(read(stopped.events), new Error("stopped"));
  await settle();
  controller.abort(new Error("stopped"));
  await rejected;
  strictEqual(stopped.listeners.size, 0);
  await rejects(read(makeStream(controller.signal).events), new Error("stopped"));
});

Deno.test("streamEvents() lets go when the reader stops", async () => {
  const { store, events, listeners } = makeStream();
  const first = events.next();
  store.apply(watchEvent("ADDED", "a", 1));
  await first;
  await events.return(undefined);
  strictEqual(listeners.size, 0);
});

Deno.test("streamEvents() tells a reader of any speed enough to know the content", async () => {
  const change = fc.tuple(
    fc.constantFrom("a", "b"),
    fc.constantFrom("ADDED" as const, "DELETED" as const),
    fc.boolean(),
  );
  await fc.assert(fc.asyncProperty(fc.array(change, { maxLength: 30 }), async (changes) => {
    const { store, events, closed } = makeStream();
    const known = new Map<string, LiveObject>();
    const follow = async () => {
      for await (const { type, object, old } of events) {
        const { name } = object.metadata;
        if (type === "added") strictEqual(known.has(name), false);
        else strictEqual(known.get(name)?.metadata.uid, object.metadata.uid);
        if (type === "changed") strictEqual(old, known.get(name));
        if (type === "deleted") known.delete(name);
        else known.set(name, object);
      }
    };
    const following = follow();
    let version = 0;
    for (const [name, type, pause] of changes) {
      const uid = store.get(undefined, name)?.metadata.uid ?? `${name}-${version}`;
      store.apply(watchEvent(type, name, ++version, uid));
      if (pause) await settle();
    }
    closed.abort();
    await following;
    deepStrictEqual([...known.values()].sort(byName), store.list().sort(byName));
  }));
});

function byName(a: LiveObject, b: LiveObject): number {
  return a.metadata.name < b.metadata.name ? -1 : 1;
}
