import { deepStrictEqual } from "node:assert/strict";
import { formatFieldPath } from "../../kube/field_path.ts";
import { type Schema, schemaFinder } from "../../kube/schema.ts";
import { validateObject } from "./validate_object.ts";

const TEXT = { type: "string" };
const META: Schema = {
  type: "object",
  properties: { name: TEXT, labels: { type: "object", additionalProperties: TEXT } },
};

/** The fields and messages of what is wrong with an object that has a `spec` of this schema. */
function problemsOf(spec: Schema, value: unknown, builtIn = true): string[] {
  const find = schemaFinder({ Meta: META });
  const properties = { metadata: { $ref: "#/components/schemas/Meta" }, spec };
  const problems = validateObject({ metadata: { name: "a" }, spec: value }, {
    schema: { type: "object", properties },
    find,
  }, { builtIn });
  return problems.map(({ path, message, incomplete }) => {
    const field = formatFieldPath(path.map((step) => typeof step === "number" ? { index: step } : { field: step }));
    return `${field} ${message}${incomplete ? " (incomplete)" : ""}`;
  });
}

const PORT: Schema = {
  type: "object",
  properties: { port: { type: "integer" }, protocol: { ...TEXT, default: "TCP" }, name: { ...TEXT, default: "" } },
  required: ["port", "name"],
};
const PORTS: Schema = {
  type: "array",
  items: PORT,
  "x-kubernetes-list-type": "map",
  "x-kubernetes-list-map-keys": ["port", "protocol"],
};
const FREE: Schema = {
  type: "object",
  "x-kubernetes-preserve-unknown-fields": true,
  properties: { known: { type: "integer" }, inner: { type: "object", properties: { a: TEXT } } },
};

const CASES: readonly [what: string, spec: Schema, value: unknown, problems: string[]][] = [
  ["a right object", { type: "object", properties: { ports: PORTS } }, { ports: [{ port: 1, name: "a" }] }, []],
  ["an unknown field", { type: "object", properties: { a: TEXT } }, { b: 1 }, ['spec.b is unknown: did you mean "a"?']],
  ["a field named as what every object has", { type: "object", properties: { size: TEXT } }, { constructor: 1 }, [
    'spec.constructor is unknown: known are "size"',
  ]],
  ["an unknown field without a value", { type: "object", properties: { size: TEXT } }, { colour: null }, [
    'spec.colour is unknown: known are "size"',
  ]],
  ["several mistakes", { type: "object", properties: { a: TEXT, b: { type: "integer" } } }, { a: 1, b: "x" }, [
    "spec.a must be text, is 1: put it in quotes",
    'spec.b must be an integer, is "x"',
  ]],
  ["a list in place of an object", { type: "object", properties: {} }, [], ["spec must be an object, is a list"]],
  ["an object in place of a list", PORTS, {}, ["spec must be a list, is an object"]],
  ["a map", { type: "object", additionalProperties: TEXT }, { a: "x", b: 1 }, [
    "spec.b must be text, is 1: put it in quotes",
  ]],
  ["a free map", { type: "object" }, { a: { b: [1, null] } }, []],
  ["a map that is closed", { type: "object", additionalProperties: false }, { a: 1 }, ["spec.a is unknown"]],
  ["anything", {}, [{ a: [1] }], []],
  ["fields of any name beside known ones", FREE, { known: 1, more: 1, inner: { b: 1 } }, []],
  ["a known field beside those of any name", FREE, { known: "x" }, ['spec.known must be an integer, is "x"']],
  [
    "an embedded object",
    { type: "object", "x-kubernetes-embedded-resource": true, properties: { spec: {} } },
    { apiVersion: "v1", kind: "Pod", metadata: { name: "a" }, spec: 1 },
    [],
  ],
  ["missing fields", PORTS, [{ name: null }, { port: 1, name: "" }], [
    "spec[0].port is missing (incomplete)",
    "spec[0].name is missing (incomplete)",
    "spec[1].name is empty",
  ]],
  ["items of one key", PORTS, [{ port: 1, name: "a" }, { port: 1, protocol: "TCP", name: "b" }], [
    'spec[1] has the same port 1 and protocol "TCP" as item 0',
  ]],
  ["items of another key", PORTS, [{ port: 1, name: "a" }, { port: 1, protocol: "UDP", name: "b" }], []],
  ["an item without a key", PORTS, [{ name: "a" }, { name: "a" }], [
    "spec[0].port is missing (incomplete)",
    "spec[1].port is missing (incomplete)",
  ]],
  ["an item that is null", PORTS, [null], ["spec[0] is null: remove it"]],
  ["a set", { type: "array", items: TEXT, "x-kubernetes-list-type": "set" }, ["a", "b", "a"], [
    'spec[2] has the same value "a" as item 0',
  ]],
  ["long texts that end differently", { type: "array", items: TEXT, "x-kubernetes-list-type": "set" }, [
    `${"x".repeat(99)}1`,
    `${"x".repeat(99)}2`,
  ], []],
  ["a list of equal items", { type: "array", items: TEXT }, ["a", "a", null], []],
  ["too many items", { type: "array", items: TEXT, maxItems: 1 }, ["a", "b"], [
    "spec must have at most 1 items, has 2",
  ]],
  ["too few items", { type: "array", items: TEXT, minItems: 1 }, [], [
    "spec must have at least 1 items, has 0 (incomplete)",
  ]],
  ["too few fields", { type: "object", additionalProperties: TEXT, minProperties: 1 }, {}, [
    "spec must have at least 1 fields, has 0 (incomplete)",
  ]],
  ["null", { type: "object", properties: { a: TEXT, b: PORTS } }, { a: null, b: null }, []],
  ["a schema that is not there", { $ref: "#/components/schemas/Nowhere" }, { a: 1 }, []],
];

Deno.test("validateObject() tells what the server would refuse", () => {
  for (const [what, spec, value, problems] of CASES) deepStrictEqual(problemsOf(spec, value), problems, what);
});

const CUSTOM_CASES: readonly [what: string, spec: Schema, value: unknown, problems: string[]][] = [
  ["null", { type: "object", properties: { a: TEXT } }, { a: null }, ["spec.a is null: remove it"]],
  ["null where it is allowed", { type: "object", properties: { a: { ...TEXT, nullable: true } } }, { a: null }, []],
  ["null where there is a default", { type: "object", properties: { a: { ...TEXT, default: "x" } } }, { a: null }, []],
  ["null where anything is allowed", { type: "object", properties: { a: {} } }, { a: null }, []],
  ["what has a default", PORT, { port: 1 }, []],
  ["what has none", PORT, { name: "a" }, ["spec.port is missing (incomplete)"]],
  ["an empty text", PORT, { port: 1, name: "" }, []],
];

Deno.test("validateObject() knows what is different in custom resources", () => {
  for (const [what, spec, value, problems] of CUSTOM_CASES) {
    deepStrictEqual(problemsOf(spec, value, false), problems, what);
  }
});

Deno.test("validateObject() takes the metadata of all kinds alike", () => {
  const kind = { schema: { type: "object", properties: { metadata: META } }, find: schemaFinder({}) };
  deepStrictEqual(validateObject({ metadata: { labels: null } }, kind, { builtIn: false }), []);
});

Deno.test("validateObject() does not show what it is told to hide", () => {
  const kind = { schema: { type: "object", properties: { data: { type: "object", additionalProperties: TEXT } } } };
  const name = (path: readonly (string | number)[], value: unknown) => path.includes("data") ? "hidden" : String(value);
  deepStrictEqual(
    validateObject({ data: { password: 12345 } }, { ...kind, find: schemaFinder({}) }, { builtIn: true, name }),
    [{ path: ["data", "password"], message: "must be text, is hidden: put it in quotes" }],
  );
});
