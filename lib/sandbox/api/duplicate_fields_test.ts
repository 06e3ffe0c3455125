import { deepStrictEqual } from "node:assert/strict";
import { duplicateFields } from "./duplicate_fields.ts";

const CASES: readonly (readonly [text: string, fields: readonly string[]])[] = [
  ['{"a":{"b":1,"b":2},"a":{"b":3,"b":4}}', ["a.b", "a"]],
  ['[{"op":1,"op":2},{"op":1}]', ["[0].op"]],
  ['{"a":[[{"b":1},{"b":1, "c" : {}, "b" : 2}]]}', ["a[0][1].b"]],
  ['{"a":"\\"b\\":","c":{"a":"}"},"d\\"":1,"d\\"":2}', ['d"']],
  ['{"data":{"x.json":"{\\"k\\":1,\\"k\\":2}"}}', []],
  ['{"a":[{"b":1},{"b":1}],"b":1}', []],
  ["null", []],
];

for (const [text, fields] of CASES) {
  Deno.test(`duplicateFields() finds what is twice in ${text}`, () => {
    deepStrictEqual(duplicateFields(text, JSON.parse(text)), fields);
  });
}
