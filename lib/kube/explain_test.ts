import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { explainField, type Explanation } from "./explain.ts";
import { type KindSchema, type Schema, schemaFinder } from "./schema.ts";

function ref(name: string): Schema {
  return { $ref: `#/components/schemas/com.example.v1.${name}` };
}

const kind: KindSchema = {
  schema: {
    description: "A widget.",
    type: "object",
    required: ["spec"],
    properties: {
      kind: { type: "string" },
      metadata: { allOf: [ref("Meta")], default: {}, description: "Its metadata." },
      spec: ref("Spec"),
    },
  },
  find: schemaFinder({
    "com.example.v1.Meta": { type: "object", description: "Metadata of anything.", properties: {} },
    "com.example.v1.Spec": {
      type: "object",
      description: "What is wanted.",
      required: ["parts"],
      properties: {
        parts: { type: "array", description: "What it has.", items: { allOf: [ref("Part")], default: {} } },
        byName: { type: "object", additionalProperties: ref("Part") },
        labels: { type: "object", additionalProperties: { type: "string" } },
        anything: { type: "object", additionalProperties: true },
        matrix: { type: "array", items: { type: "array", items: { type: "integer" } } },
        policy: { type: "string", enum: ["Always", "Never"], default: "Always" },
        port: ref("IntOrString"),
        time: ref("Time"),
        raw: { "x-kubernetes-preserve-unknown-fields": true },
        nested: ref("Spec"),
        lost: ref("Lost"),
        inline: { type: "object", properties: { a: { type: "boolean" } } },
      },
    },
    "com.example.v1.Part": { type: "object", required: ["name"], properties: { name: { type: "string" } } },
    "com.example.v1.IntOrString": { oneOf: [{ type: "integer" }, { type: "string" }], format: "int-or-string" },
    "com.example.v1.Time": { type: "string", format: "date-time" },
  }),
};

Deno.test("explainField() tells the fields of the object itself", () => {
  const fields = [
    { path: "kind", type: "string", description: "", required: false },
    { path: "metadata", type: "Meta", description: "Its metadata.", required: false, default: {} },
    { path: "spec", type: "Spec", description: "What is wanted.", required: true },
  ];
  deepStrictEqual(explainField(kind, ""), {
    path: "",
    type: "Object",
    description: "A widget.",
    required: true,
    fields,
  });
});

const types: [path: string, type: string][] = [
  ["spec.parts", "[]Part"],
  ["spec.byName", "map[string]Part"],
  ["spec.labels", "map[string]string"],
  ["spec.anything", "map[string]Object"],
  ["spec.matrix", "[][]integer"],
  ["spec.policy", "string"],
  ["spec.port", "IntOrString"],
  ["spec.time", "string"],
  ["spec.raw", "Object"],
  ["spec.nested", "Spec"],
  ["spec.nested.nested.nested", "Spec"],
  ["spec.lost", "Lost"],
  ["spec.inline", "Object"],
  ["spec.inline.a", "boolean"],
];
for (const [path, type] of types) {
  Deno.test(`explainField() names the type of ${path} as kubectl does`, () => {
    strictEqual(explainField(kind, path).type, type);
  });
}

Deno.test("explainField() goes through lists and maps", () => {
  const name = (path: string) => ({ path, type: "string", description: "", required: true });
  const fieldsOf = ({ fields }: Explanation) => fields;
  deepStrictEqual(fieldsOf(explainField(kind, "spec.parts")), [name("spec.parts.name")]);
  deepStrictEqual(fieldsOf(explainField(kind, "spec.byName")), [name("spec.byName.name")]);
  deepStrictEqual(explainField(kind, "spec.parts.name"), { ...name("spec.parts.name"), fields: [] });
  deepStrictEqual(fieldsOf(explainField(kind, "spec.labels")), []);
});

Deno.test("explainField() tells values and default", () => {
  deepStrictEqual(explainField(kind, "spec.policy"), {
    path: "spec.policy",
    type: "string",
    description: "",
    required: false,
    enum: ["Always", "Never"],
    default: "Always",
    fields: [],
  });
});

const mistakes: [path: string, message: string][] = [
  ["sepc", 'Cannot explain "sepc": there is no field "sepc" but kind, metadata, spec'],
  ["spec.parts.image", 'Cannot explain "spec.parts.image": there is no field "image" but name'],
  ["kind.name", 'Cannot explain "kind.name": there is no field "name" but none'],
];
for (const [path, message] of mistakes) {
  Deno.test(`explainField() does not find ${path}`, () => {
    throws(() => explainField(kind, path), { name: "RangeError", message });
  });
}
