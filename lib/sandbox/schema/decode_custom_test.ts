import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Schema } from "../../kube/schema.ts";
import { decodeCustom } from "./decode_custom.ts";
import { loadMetaDecoder } from "./meta_types.ts";

const decodeMetadata = await loadMetaDecoder("meta/v1.ObjectMeta");

const TEXT: Schema = { type: "string" };
const KNOWN: Schema = { type: "object", properties: { a: TEXT } };
const EMBEDDED: Schema = { type: "object", "x-kubernetes-embedded-resource": true };
const SPEC: Readonly<Record<string, Schema>> = {
  text: TEXT,
  size: { type: "integer", default: 3 },
  nullable: { type: "string", nullable: true },
  port: { "x-kubernetes-int-or-string": true },
  list: { type: "array", items: { type: "object", properties: { a: TEXT, d: { type: "string", default: "x" } } } },
  texts: { type: "array", items: TEXT },
  map: { type: "object", additionalProperties: KNOWN },
  values: { type: "object", additionalProperties: { type: "string", default: "v" } },
  open: { type: "object", "x-kubernetes-preserve-unknown-fields": true, properties: { known: KNOWN } },
  openList: { type: "array", "x-kubernetes-preserve-unknown-fields": true, items: KNOWN },
  nested: { type: "object", properties: { a: { type: "string", default: "q" } } },
  embedded: EMBEDDED,
  embeddings: { type: "object", additionalProperties: EMBEDDED },
};

/** Of each `spec` what is kept, without the default of `size`, and the unknown fields in it. */
const KEPT: Readonly<Record<string, readonly [sent: unknown, kept: unknown, ...unknown: string[]]>> = {
  "texts": [{ text: "x" }, { text: "x" }],
  "unknown fields": [{ zz: 1, aa: { b: 1 } }, {}, "spec.aa", "spec.zz"],
  "null": [{ size: null, text: null, nullable: null }, { nullable: null }],
  "texts or integers": [{ port: { a: 1 } }, { port: {} }, "spec.port.a"],
  "an object instead of a text": [{ text: { a: 1 } }, { text: {} }, "spec.text.a"],
  "a list instead of a text": [
    { text: [{ a: 1 }, [{ b: 1 }]] },
    { text: [{}, [{}]] },
    "spec.text[0].a",
    "spec.text[1][0].b",
  ],
  "a number instead of a text": [{ text: 1 }, { text: 1 }],
  "an object instead of a list": [{ list: { a: { b: 1 } } }, { list: {} }, "spec.list.a"],
  "a list instead of a map": [{ map: [{ a: 1 }] }, { map: [{}] }, "spec.map[0].a"],
  "defaults in items": [{ list: [{}, { a: "1", d: "2" }] }, { list: [{ d: "x" }, { a: "1", d: "2" }] }],
  "null in a list": [{ texts: [null, "a"] }, { texts: [null, "a"] }],
  "null in a map": [{ map: { a: null, b: {} } }, { map: { b: {} } }],
  "null in a map with a default": [{ values: { a: null } }, { values: { a: "v" } }],
  "unknown fields in a map": [{ map: { k: { b: 1 } } }, { map: { k: {} } }, "spec.map.k.b"],
  "what is open": [{ open: { x: { y: null }, z: null } }, { open: { x: { y: null }, z: null } }],
  "known fields of what is open": [
    { open: { known: { a: "1", b: 2 } } },
    { open: { known: { a: "1" } } },
    "spec.open.known.b",
  ],
  "a list instead of what is open": [{ open: [1, { a: null }] }, { open: [1, { a: null }] }],
  "a list that is open": [{ openList: [{ a: "1", b: { c: null } }] }, { openList: [{ a: "1", b: { c: null } }] }],
  "nested defaults": [{ nested: {} }, { nested: { a: "q" } }],
  "metadata of an object within": [
    { embedded: { kind: "X", other: 1, metadata: { name: "n", labels: {}, creationTimestamp: null, foo: 1 } } },
    { embedded: { kind: "X", metadata: { name: "n" } } },
    "spec.embedded.other",
    "spec.embedded.metadata.foo",
  ],
  "no metadata of an object within": [{ embedded: { metadata: null } }, { embedded: { metadata: {} } }],
  "metadata of an object in a map": [
    { embeddings: { k: { metadata: { foo: 1 } } } },
    { embeddings: { k: { metadata: {} } } },
    "spec.embeddings[k].metadata.foo",
  ],
};

Deno.test("decodeCustom() keeps what the schema knows, and fills in its defaults", async (t) => {
  for (const [what, [sent, kept, ...fields]] of Object.entries(KEPT)) {
    await t.step(what, () => {
      const { draft, unknown, error } = decode({ spec: sent });
      deepStrictEqual({ spec: draft.spec, unknown, error }, {
        spec: { ...kept as object, size: 3 },
        unknown: fields,
        error: undefined,
      });
    });
  }
});

Deno.test("decodeCustom() names unknown fields of metadata first, then those of the schema", () => {
  const { draft, unknown } = decode({ spec: { z: 1 }, extra: 1, metadata: { zoo: 1, name: "n", foo: 1 } });
  deepStrictEqual(draft.metadata, { name: "n" });
  deepStrictEqual(unknown, ["metadata.foo", "metadata.zoo", "extra", "spec.z"]);
});

Deno.test("decodeCustom() leaves null where it is put together from parts", () => {
  const { draft } = decode({ spec: { text: null, size: null } }, false);
  deepStrictEqual(draft.spec, { text: null, size: 3 });
});

Deno.test("decodeCustom() shares nothing with what it reads", () => {
  const sent = { spec: { open: { a: [{ b: 1 }] } } };
  const { draft } = decode(sent);
  (draft.spec as typeof sent["spec"]).open.a[0]!.b = 2;
  strictEqual(sent.spec.open.a[0]!.b, 1);
});

const REFUSED: Readonly<Record<string, readonly [object: Record<string, unknown>, error: string]>> = {
  "metadata that is none": [
    { metadata: "x" },
    "json: cannot unmarshal string into Go value of type v1.ObjectMeta",
  ],
  "metadata of a wrong type": [
    { metadata: { labels: { a: 1 } } },
    "json: cannot unmarshal number into Go struct field ObjectMeta.labels of type string",
  ],
  "metadata of an object within": [
    { spec: { embeddings: { k: { metadata: { labels: 1 } } } } },
    'spec.embeddings[k].metadata: Invalid value: {"labels":1}: ' +
    "json: cannot unmarshal number into Go struct field ObjectMeta.labels of type map[string]string",
  ],
  "the kind of an object within": [
    { spec: { embedded: { kind: null } } },
    "spec.embedded.kind: Invalid value: null: must be a string",
  ],
};

Deno.test("decodeCustom() refuses metadata of wrong types", async (t) => {
  for (const [what, [object, error]] of Object.entries(REFUSED)) {
    await t.step(what, () => strictEqual(decode(object).error, error));
  }
});

function decode(object: Record<string, unknown>, isText?: boolean): ReturnType<typeof decodeCustom> {
  return decodeCustom(object, { properties: { spec: { type: "object", properties: SPEC } } }, decodeMetadata, isText);
}
