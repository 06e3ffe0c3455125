import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { LiveObject } from "../kube/object.ts";
import { liveObject, watchEvent } from "./watched_objects_test.ts";
import { Store, type StoreEvent } from "./store.ts";

/** Prints what happened: `changed a 1>2 (watch)`. */
function describe({ type, object, old, from }: StoreEvent<LiveObject>): string {
  const before = old ? `${old.metadata.resourceVersion}>` : "";
  return `${type} ${object.metadata.name} ${before}${object.metadata.resourceVersion} (${from})`;
}

function makeStore(objects: LiveObject[] = [], project = (object: LiveObject) => object) {
  const events: string[] = [];
  const errors: unknown[] = [];
  const store = new Store<LiveObject>({
    project,
    onEvents: (batch) => events.push(...batch.map(describe)),
    onError: (error) => errors.push(error),
  });
  fill(store, objects);
  events.length = 0;
  return { store, events, errors };
}

function fill(store: Store<LiveObject>, objects: LiveObject[]): void {
  store.stageNothing();
  for (const object of objects) store.stage(object);
  store.replace();
}

function names(objects: LiveObject[]): string[] {
  return objects.map(({ metadata }) => metadata.name).sort();
}

const applied: [what: string, known: LiveObject[], event: ReturnType<typeof watchEvent>, events: string[]][] = [
  ["an addition", [], watchEvent("ADDED", "a", 2), ["added a 2 (watch)"]],
  ["a change", [liveObject("a", 1)], watchEvent("MODIFIED", "a", 2), ["changed a 1>2 (watch)"]],
  ["an addition of what is there", [liveObject("a", 9)], watchEvent("ADDED", "a", 10), ["changed a 9>10 (watch)"]],
  ["a change of what is not there", [], watchEvent("MODIFIED", "a", 2), ["added a 2 (watch)"]],
  ["a deletion", [liveObject("a", 1)], watchEvent("DELETED", "a", 2), ["deleted a 2 (watch)"]],
  ["a deletion by the version that was deleted", [liveObject("a", 1)], watchEvent("DELETED", "a", 1), [
    "deleted a 1 (watch)",
  ]],
  ["another object of the same name", [liveObject("a", 1, "x")], watchEvent("ADDED", "a", 3, "y"), [
    "deleted a 1 (watch)",
    "added a 3 (watch)",
  ]],
  ["the deletion of a successor", [liveObject("a", 1, "x")], watchEvent("DELETED", "a", 3, "y"), [
    "deleted a 1 (watch)",
  ]],
  ["the same version again", [liveObject("a", 2)], watchEvent("MODIFIED", "a", 2), []],
  ["an older change", [liveObject("a", 10)], watchEvent("MODIFIED", "a", 9), []],
  ["the deletion of a predecessor", [liveObject("a", 3, "y")], watchEvent("DELETED", "a", 2, "x"), []],
  ["the deletion of what is not there", [], watchEvent("DELETED", "a", 2), []],
  ["a change to a version without order", [liveObject("a", "x")], watchEvent("MODIFIED", "a", "b"), [
    "changed a x>b (watch)",
  ]],
  ["the same version without order", [liveObject("a", "x")], watchEvent("MODIFIED", "a", "x"), []],
  ["the deletion of another object without order", [liveObject("a", "x")], watchEvent("DELETED", "a", "z", "o"), []],
];
for (const [what, known, event, expected] of applied) {
  Deno.test(`Store.apply() takes over ${what}`, () => {
    const { store, events } = makeStore(known);
    store.apply(event);
    deepStrictEqual(events, expected);
  });
}

Deno.test("Store.replace() tells what has changed in the meantime", () => {
  const { store, events } = makeStore([liveObject("same", 1), liveObject("old", 2), liveObject("gone", 3)]);
  const same = store.get(undefined, "same");
  const gone = store.get(undefined, "gone");
  fill(store, [liveObject("same", 1), liveObject("old", 8), liveObject("new", 9)]);
  deepStrictEqual(events, ["deleted gone 3 (list)", "changed old 2>8 (list)", "added new 9 (list)"]);
  strictEqual(store.get(undefined, "same"), same);
  strictEqual(gone?.metadata.resourceVersion, "3");
  deepStrictEqual(names(store.list()), ["new", "old", "same"]);
});

Deno.test("Store.replace() tells a successor from the object that had its name", () => {
  const { store, events } = makeStore([liveObject("a", 1, "x")]);
  fill(store, [liveObject("a", 5, "y")]);
  deepStrictEqual(events, ["deleted a 1 (list)", "added a 5 (list)"]);
});

Deno.test("Store.replace() trusts a server that was set back", () => {
  const { store, events } = makeStore([liveObject("a", 9)]);
  fill(store, [liveObject("a", 5)]);
  deepStrictEqual(events, ["changed a 9>5 (list)"]);
});

Deno.test("Store shows changes only when all of them were made", () => {
  const seen: string[][] = [];
  const store: Store<LiveObject> = new Store<LiveObject>({
    project: (object) => object,
    onEvents: () => seen.push(names(store.list())),
    onError: () => {},
  });
  strictEqual(store.complete, false);
  store.stageNothing();
  store.stage(liveObject("a", 1));
  store.stage(liveObject("b", 2));
  deepStrictEqual([store.size, seen], [0, []]);
  store.replace();
  deepStrictEqual([store.complete, seen], [true, [["a", "b"]]]);
});

Deno.test("Store.stage() takes initial events in any order", () => {
  const { store, events } = makeStore();
  store.stageNothing();
  store.stage(liveObject("a", 7));
  store.stage(liveObject("a", 3));
  store.stage(liveObject("b", 4));
  store.stage(liveObject("c", 8, "x"));
  store.unstage(liveObject("b", 9));
  store.unstage(liveObject("c", 6, "older"));
  store.unstage(liveObject("d", 9));
  store.replace();
  deepStrictEqual(events, ["added a 7 (list)", "added c 8 (list)"]);
});

Deno.test("Store.stageNothing() forgets what was collected by an attempt that failed", () => {
  const { store } = makeStore();
  store.stageNothing();
  store.stage(liveObject("a", 1));
  fill(store, [liveObject("b", 2)]);
  deepStrictEqual(names(store.list()), ["b"]);
});

Deno.test("Store keeps what it is told to keep, and an object as it was if that fails", () => {
  const { store, events, errors } = makeStore([], (object) => {
    if (object.metadata.resourceVersion === "13") throw new Error("unlucky");
    return { ...object, short: true };
  });
  fill(store, [liveObject("a", 1), liveObject("b", 13)]);
  store.apply(watchEvent("MODIFIED", "a", 13));
  strictEqual(store.get(undefined, "a")?.["short"], true);
  fill(store, [liveObject("a", 13)]);
  deepStrictEqual(events, ["added a 1 (list)"]);
  store.apply(watchEvent("DELETED", "a", 13));
  deepStrictEqual(events, ["added a 1 (list)", "deleted a 1 (watch)"]);
  deepStrictEqual(errors, Array(4).fill(new Error("unlucky")));
});

Deno.test("Store.list() selects by namespace and labels, and stays right when objects change", () => {
  const labelled = (ref: string, version: number, labels: Record<string, string>): LiveObject => {
    const object = liveObject(ref, version);
    return { ...object, metadata: { ...object.metadata, labels } };
  };
  const { store } = makeStore([
    labelled("x/a", 1, { app: "web", tier: "1" }),
    labelled("x/b", 2, { app: "db" }),
    labelled("y/c", 3, { app: "web" }),
    liveObject("y/d", 4),
  ]);
  const lists = () =>
    [
      { namespace: "x" },
      { labels: { app: "web" } },
      { labels: "app=web", namespace: "y" },
      { labels: "app=web,tier" },
      { labels: { app: ["db", "cache"] } },
      { labels: "!app" },
      { labels: "constructor=x" },
    ].map((selection) => names(store.list(selection)).join());
  deepStrictEqual(lists(), ["a,b", "a,c", "c", "a", "b", "d", ""]);
  store.apply({ type: "MODIFIED", object: labelled("x/a", 5, { app: "cache" }) });
  store.apply({ type: "DELETED", object: labelled("y/c", 6, { app: "web" }) });
  store.apply({ type: "ADDED", object: labelled("y/e", 7, { app: "web" }) });
  deepStrictEqual(lists(), ["a,b", "e", "e", "", "a,b", "d", ""]);
});

Deno.test("Store.addIndex() indexes what is there and what comes, until the index is given up", () => {
  const { store } = makeStore([liveObject("a", 1), liveObject("b", 2)]);
  const index = store.addIndex(({ metadata }) => [metadata.uid, "all"]);
  store.apply(watchEvent("ADDED", "a", 3, "x"));
  store.apply(watchEvent("DELETED", "b", 4));
  deepStrictEqual([names(index.get("x")), names(index.get("all")), index.keys()], [["a"], ["a"], ["all", "x"]]);
  store.removeIndex(index);
  store.apply(watchEvent("ADDED", "c", 5));
  deepStrictEqual(names(index.get("all")), ["a"]);
});

Deno.test("Store.absorb() has a write at once, and its echo is no news", () => {
  const { store, events } = makeStore([liveObject("a", 1)]);
  store.absorb(liveObject("a", 3), "rule");
  strictEqual(store.get(undefined, "a")?.metadata.resourceVersion, "3");
  store.absorb(liveObject("b", 4), "rule");
  deepStrictEqual(events, ["changed a 1>3 (write)", "added b 4 (write)"]);
  store.apply(watchEvent("MODIFIED", "a", 3));
  store.apply(watchEvent("ADDED", "b", 4));
  strictEqual(events.length, 2);
  store.absorb(liveObject("a", 2), "rule");
  strictEqual(store.get(undefined, "a")?.metadata.resourceVersion, "3");
});

Deno.test("Store.absorb() does not hide what others wrote before", () => {
  const { store, events } = makeStore([liveObject("a", 1)]);
  store.absorb(liveObject("a", 3), "rule");
  store.absorb(liveObject("a", 5), "rule");
  events.length = 0;
  for (const version of [2, 3, 4, 5]) store.apply(watchEvent("MODIFIED", "a", version));
  // Both writes of others are told by what there is now.
  deepStrictEqual(events, ["changed a 1>5 (watch)", "changed a 1>5 (watch)"]);
  store.apply(watchEvent("MODIFIED", "a", 6));
  strictEqual(events.at(-1), "changed a 5>6 (watch)");
});

Deno.test("Store.absorb() does not hide what others wrote before a list", () => {
  const { store, events } = makeStore([liveObject("a", 1)]);
  store.absorb(liveObject("a", 3), "rule");
  events.length = 0;
  fill(store, [liveObject("a", 3)]);
  deepStrictEqual(events, ["changed a 1>3 (list)"]);
  fill(store, [liveObject("a", 3)]);
  strictEqual(events.length, 1);
});

Deno.test("Store.absorb() takes over a successor, and then its deletion", () => {
  const { store, events } = makeStore([liveObject("a", 1, "x")]);
  store.absorb(liveObject("a", 5, "y"), "rule");
  store.apply(watchEvent("DELETED", "a", 2, "x"));
  store.apply(watchEvent("DELETED", "a", 7, "y"));
  deepStrictEqual(events, ["deleted a 1 (write)", "added a 5 (write)", "deleted a 7 (watch)"]);
});

Deno.test("Store tells each write of others, and none of its own, in whatever order answers and events come", () => {
  const write = fc.record({ own: fc.boolean(), early: fc.integer({ min: 0, max: 4 }) });
  fc.assert(fc.property(fc.array(write, { maxLength: 20 }), (writes) => {
    const { store, events } = makeStore([liveObject("a", 1)]);
    let [seen, told] = [1, 0];
    const deliver = (upTo: number) => {
      while (seen < upTo) {
        const isOwn = writes[++seen - 2]!.own;
        const before = events.length;
        store.apply(watchEvent("MODIFIED", "a", seen));
        if (!isOwn) told += events.length - before;
      }
    };
    for (const [i, { own, early }] of writes.entries()) {
      if (!own) continue;
      // The watch has come so far when the answer arrives; what it has passed is not absorbed.
      deliver(Math.max(seen, i + 2 - early));
      if (i + 2 > seen) store.absorb(liveObject("a", i + 2), "rule");
    }
    deliver(writes.length + 1);
    strictEqual(told, writes.filter(({ own }) => !own).length);
    strictEqual(store.get(undefined, "a")?.metadata.resourceVersion, String(writes.length + 1));
  }));
});
