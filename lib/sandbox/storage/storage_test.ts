import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import type { StoredObject } from "../registry/served_resource.ts";
import { CompactedError, objectKey, Storage, type StorageEvent } from "./storage.ts";
import type { LogEntry, StorageLog } from "./storage_log.ts";

const MAPS = "/configmaps";

function draft(name: string, value: number) {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, value };
}

type Step =
  | { readonly type: "put" | "delete"; readonly key: string; readonly value: number }
  | { readonly type: "compact"; readonly back: number };

const keys = fc.constantFrom("a/x", "a/y", "a-b/x", "b/x", "b/x-y");
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ type: fc.constant("put" as const), key: keys, value: fc.nat(9) }) },
    { weight: 3, arbitrary: fc.record({ type: fc.constant("delete" as const), key: keys, value: fc.constant(0) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant("compact" as const), back: fc.nat(5) }) },
  ),
  { maxLength: 40 },
);

/** What a storage should hold after each revision, as plain snapshots. */
class Model {
  readonly snapshots: ReadonlyMap<string, number>[] = [new Map()];
  compacted = 0;

  write(key: string, value: number | undefined): void {
    const next = new Map(this.snapshots.at(-1));
    if (value === undefined) next.delete(key);
    else next.set(key, value);
    this.snapshots.push(next);
  }

  /** The keys and values of a revision, in order. */
  at(index: number, prefix: string): [string, number][] {
    return [...this.snapshots[index]!].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => a < b ? -1 : 1);
  }
}

function run(storage: Storage, model: Model, first: number, step: Step): void {
  if (step.type === "compact") {
    const index = Math.max(model.snapshots.length - 1 - step.back, 0);
    storage.compact(first + index);
    model.compacted = Math.max(model.compacted, index);
  } else if (step.type === "put") {
    storage.put(MAPS, step.key, draft(step.key, step.value));
    model.write(step.key, step.value);
  } else {
    const isThere = model.snapshots.at(-1)!.has(step.key);
    strictEqual(storage.delete(MAPS, step.key) !== undefined, isThere);
    if (isThere) model.write(step.key, undefined);
  }
}

function values(entries: Iterable<[string, StoredObject]>): [string, number][] {
  return Array.from(entries, ([key, object]) => [key, object.value as number]);
}

Deno.test("Storage behaves as a list of snapshots does", () => {
  fc.assert(fc.property(steps, fc.constantFrom("", "a/", "b/"), (all, prefix) => {
    const storage = new Storage();
    const first = storage.revision;
    const model = new Model();
    for (const step of all) run(storage, model, first, step);
    strictEqual(storage.revision, first + model.snapshots.length - 1);
    deepStrictEqual(values(storage.entries(MAPS, prefix)), model.at(model.snapshots.length - 1, prefix));
    for (let index = 0; index < model.snapshots.length; index++) {
      const read = () => values(storage.entriesAt(first + index, MAPS, prefix));
      if (index < model.compacted) throws(read, CompactedError);
      else deepStrictEqual(read(), model.at(index, prefix));
    }
  }));
});

Deno.test("Storage.since() leads from any revision to the present", () => {
  fc.assert(fc.property(steps, (all) => {
    const storage = new Storage();
    const first = storage.revision;
    const model = new Model();
    for (const step of all) run(storage, model, first, step);
    for (let index = model.compacted; index < model.snapshots.length; index++) {
      const state = new Map(model.snapshots[index]);
      for (const { type, key, object, old } of storage.since(first + index, MAPS)) {
        strictEqual(type === "ADDED", !state.has(key));
        strictEqual(old?.value, state.get(key));
        if (type === "DELETED") state.delete(key);
        else state.set(key, object.value as number);
      }
      deepStrictEqual(state, new Map(model.snapshots.at(-1)));
    }
  }));
});

Deno.test("Storage keeps no more history than it may", () => {
  const storage = new Storage({ historyLimit: 10 });
  const first = storage.revision;
  for (let i = 0; i < 100; i++) storage.put(MAPS, "a/x", draft("x", i));
  throws(() => storage.since(first + 50, MAPS), CompactedError);
  strictEqual(storage.since(first + 90, MAPS).length, 10);
});

Deno.test("Storage tells all listeners of writes in order, also of those by listeners", () => {
  const storage = new Storage();
  const seen: string[] = [];
  const note = (who: string) => ({ type, key }: StorageEvent) => void seen.push(`${who} ${type} ${key}`);
  storage.subscribe((event) => {
    note("first")(event);
    if (event.key === "a/x") storage.put(MAPS, "a/y", draft("y", 1));
  });
  const stop = storage.subscribe(note("second"));
  storage.put(MAPS, "a/x", draft("x", 1));
  stop();
  storage.delete(MAPS, "a/y");
  deepStrictEqual(seen, [
    "first ADDED a/x",
    "second ADDED a/x",
    "first ADDED a/y",
    "second ADDED a/y",
    "first DELETED a/y",
  ]);
});

Deno.test("Storage has a write in its log before anybody can see it", () => {
  const entries: LogEntry[] = [];
  const log: StorageLog = {
    load: () => ({
      revision: 500,
      entries: [{ revision: 450, storedAs: MAPS, key: "a/old", object: draft("old", 7) }],
    }),
    append: (entry) => {
      if (entry.key === "a/bad") throw new Error("the disk is full");
      entries.push(entry);
    },
    [Symbol.dispose]: () => {},
  };
  const storage = new Storage({ log });
  deepStrictEqual(values(storage.entries(MAPS)), [["a/old", 7]]);
  throws(() => storage.since(499, MAPS), CompactedError);
  throws(() => storage.put(MAPS, "a/bad", draft("bad", 1)), /the disk is full/);
  strictEqual(storage.get(MAPS, "a/bad"), undefined);
  strictEqual(storage.revision, 500);
  storage.put(MAPS, objectKey("a", "x"), draft("x", 1));
  storage.delete(MAPS, "a/x");
  deepStrictEqual(entries.map(({ revision, key, object }) => [revision, key, object?.value]), [
    [501, "a/x", 1],
    [502, "a/x", undefined],
  ]);
});
