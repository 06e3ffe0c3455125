import { deepStrictEqual } from "node:assert/strict";
import type { DesiredObject } from "../kube/desired_object.ts";
import type { KubeObject } from "../kube/object.ts";
import { type Schema, schemaFinder } from "../kube/schema.ts";
import { fillAtomicDefaults } from "./atomic_defaults.ts";

const ITEM: Schema = {
  type: "object",
  properties: {
    name: { type: "string" },
    port: { type: "integer", default: 80 },
    note: { type: "string", default: "none", nullable: true },
    path: { type: "object", default: {}, properties: { type: { type: "string", default: "Prefix" } } },
    more: { type: "object", additionalProperties: { $ref: "#/components/schemas/Inner" } },
  },
};
const INNER: Schema = { type: "object", properties: { weight: { type: "integer", default: 1 } } };
const FILLED = { port: 80, note: "none", path: { type: "Prefix" } };

/** What becomes of `spec` if it has this schema. */
function filled(schema: Schema, spec: unknown): unknown {
  const object = { apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "a" }, spec } as KubeObject;
  const desired: DesiredObject = {
    object,
    initial: [],
    ignore: [],
    dependsOn: [],
    keep: false,
    adopt: false,
    origin: {},
  };
  const metadata: Schema = { type: "array", items: ITEM };
  const find = schemaFinder({ Inner: INNER });
  const result = fillAtomicDefaults(desired, {
    schema: { type: "object", properties: { spec: schema, metadata } },
    find,
  });
  return (result.object as unknown as { spec: unknown }).spec;
}

Deno.test("fillAtomicDefaults() fills in what the server would, but only inside atomic values", () => {
  const list: Schema = { type: "array", items: ITEM };
  const cases: [what: string, schema: Schema, spec: unknown, result: unknown][] = [
    ["an object", ITEM, { name: "a" }, { name: "a" }],
    ["an atomic object", { ...ITEM, "x-kubernetes-map-type": "atomic" }, { name: "a" }, { name: "a", ...FILLED }],
    ["a list", list, [{ name: "a" }, {}], [{ name: "a", ...FILLED }, FILLED]],
    ["an atomic list", { ...list, "x-kubernetes-list-type": "atomic" }, [{}], [FILLED]],
    ["a list of keys", { ...list, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"] }, [{}], [
      {},
    ]],
    ["what is there", list, [{ port: 1, note: null, path: { type: "Exact" } }], [
      { port: 1, note: null, path: { type: "Exact" } },
    ]],
    ["null where it is not allowed", list, [{ port: null }], [FILLED]],
    ["an object inside", list, [{ path: {} }], [FILLED]],
    ["a map inside", list, [{ more: { a: {}, b: { weight: 2 } } }], [
      { ...FILLED, more: { a: { weight: 1 }, b: { weight: 2 } } },
    ]],
    ["a list inside an object", { type: "object", properties: { list } }, { list: [{}], other: 1 }, {
      list: [FILLED],
      other: 1,
    }],
    ["a list of anything", { type: "array" }, [{}], [{}]],
    ["what does not fit", list, [1, null, "a"], [1, null, "a"]],
    ["a value that is no list", list, "a", "a"],
  ];
  for (const [what, schema, spec, result] of cases) deepStrictEqual(filled(schema, spec), result, what);
});
