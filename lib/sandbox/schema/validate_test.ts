import { deepStrictEqual } from "node:assert/strict";
import type { Schema } from "../../kube/schema.ts";
import answers from "../builtin/testdata/answers.json" with { type: "json" };
import { validateBySchema } from "./validate.ts";

// deno-lint-ignore no-explicit-any -- what the API server said
const all = answers as any[];
const schema: Schema = all[0].object.spec.versions[0].schema.openAPIV3Schema;

/** Reading drops `null` where a schema does not allow it, and fills in defaults. */
// deno-lint-ignore no-explicit-any -- any object
function complete({ spec: { withDefault, text, byName, ...spec } }: any): unknown {
  return {
    spec: {
      withDefault: withDefault ?? "x",
      ...(text !== null && text !== undefined && { text }),
      // deno-lint-ignore no-explicit-any -- any item
      ...(byName && { byName: byName.map((item: any) => ({ port: 80, ...item })) }),
      ...spec,
    },
  };
}

for (const { name, object, answer } of all) {
  // What cannot be read is not judged.
  if (object.kind !== "Gadget" || answer.code === 400) continue;
  Deno.test(`validateBySchema() says what the API server says about ${name}`, () => {
    const causes = validateBySchema(complete(object), { schema, find: () => undefined });
    deepStrictEqual(causes, answer.details?.causes ?? []);
  });
}

const CASES: readonly [what: string, schema: Schema, value: unknown, message: string | undefined][] = [
  [
    "a text that is too short",
    { type: "string", minLength: 2 },
    "a",
    'Invalid value: "a": a in body should be at least 2 chars long',
  ],
  [
    "an exclusive bound",
    { type: "number", minimum: 1, exclusiveMinimum: true },
    1,
    "Invalid value: 1: a in body should be greater than 1",
  ],
  ["a list of too few", { type: "array", minItems: 1 }, [], "Invalid value: 0: a in body should have at least 1 items"],
  [
    "a value twice in a set",
    { type: "array", "x-kubernetes-list-type": "set", items: { type: "string" } },
    ["x", "x"],
    'Duplicate value: "x"',
  ],
  [
    "no alternative",
    { anyOf: [{ type: "string" }, { type: "boolean" }] },
    1,
    'Invalid value: "": "a" must validate at least one schema (anyOf)',
  ],
  [
    "two alternatives",
    { oneOf: [{ type: "number" }, { type: "integer" }] },
    1,
    'Invalid value: "": "a" must validate one and only one schema (oneOf). Found 2 valid',
  ],
  [
    "a format",
    { type: "string", format: "ipv4" },
    "1.2.3",
    'Invalid value: "1.2.3": a in body must be of type ipv4: "1.2.3"',
  ],
  ["null where it is allowed", { type: "string", nullable: true }, null, undefined],
];

for (const [what, property, value, message] of CASES) {
  Deno.test(`validateBySchema() judges ${what}`, () => {
    const kind = { schema: { type: "object", properties: { a: property } }, find: () => undefined };
    deepStrictEqual(validateBySchema({ a: value }, kind).map((error) => error.message), message ? [message] : []);
  });
}
