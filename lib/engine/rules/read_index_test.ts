import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { LiveObject } from "../../kube/object.ts";
import { ReadIndex } from "./read_index.ts";
import { isConcerned, type ReadRecord } from "./reads.ts";

function object(namespace: string | undefined, name: string, labels: Record<string, string> = {}): LiveObject {
  const metadata = { name, uid: name, resourceVersion: "1", labels, ...(namespace !== undefined && { namespace }) };
  return { apiVersion: "v1", kind: "Map", metadata };
}

const word = fc.constantFrom("a", "b");
const place = fc.constantFrom(undefined, "a", "b");
const labels = fc.dictionary(fc.constantFrom("app", "tier"), word, { maxKeys: 2 });
const selector = fc.oneof(labels, fc.constantFrom("app", "!app", "app in (a,b)", "app!=a,tier=b", ""));
const record: fc.Arbitrary<ReadRecord> = fc.oneof(
  fc.record({ kind: word, ref: fc.record({ namespace: place, name: word }) }),
  fc.record({ kind: word, selection: fc.record({ namespace: place, labels: selector }) }),
);
const state = fc.tuple(place, word, labels).map(([namespace, name, own]) => object(namespace, name, own));

Deno.test("ReadIndex finds whom a look at all records finds", () => {
  const readers = fc.array(fc.tuple(word, fc.array(record, { maxLength: 4 })), { maxLength: 6 });
  fc.assert(fc.property(readers, word, fc.array(state, { minLength: 1, maxLength: 2 }), (calls, kind, states) => {
    const index = new ReadIndex();
    const last = new Map<string, readonly ReadRecord[]>();
    for (const [reader, records] of calls) {
      const note = index.begin(reader);
      for (const read of records) note(read);
      last.set(reader, records);
    }
    const expected = [...last].flatMap(([reader, records]) =>
      records.some((read) => isConcerned(read, kind, states)) ? [reader] : []
    );
    deepStrictEqual([...index.concerned(kind, states)].sort(), expected.sort());
    for (const reader of last.keys()) index.delete(reader);
    strictEqual(index.concerned(kind, states).size, 0);
  }));
});

Deno.test("ReadIndex does not count what an earlier call still reads", () => {
  const index = new ReadIndex();
  const early = index.begin("a");
  index.begin("a");
  early({ kind: "Map", selection: {} });
  strictEqual(index.concerned("Map", [object("x", "y")]).size, 0);
});

Deno.test("ReadIndex asks nobody who has read something else", () => {
  const index = new ReadIndex();
  let asked = 0;
  for (let i = 0; i < 1_000; i++) {
    const selection = { labels: { app: `app-${i}` } };
    const counted = {
      get namespace() {
        asked++;
        return undefined;
      },
      ...selection,
    };
    index.begin(`reader-${i}`)({ kind: "Map", selection: counted });
  }
  asked = 0;
  deepStrictEqual([...index.concerned("Map", [object("shop", "web", { app: "app-7", tier: "x" })])], ["reader-7"]);
  strictEqual(asked <= 2, true, `${asked}`);
});
