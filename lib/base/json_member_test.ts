import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { withoutMember } from "./json_member.ts";

const cases: [what: string, text: string, path: string[], expected: string][] = [
  ["the only member", '{"a":1}', ["a"], "{}"],
  ["the first member", '{"a":[1,{"b":2}],"c":3}', ["a"], '{"c":3}'],
  ["a member in between", '{"a":1,"b":"x","c":3}', ["b"], '{"a":1,"c":3}'],
  ["the last member", '{"a":1,"b":{"c":[]}}', ["b"], '{"a":1}'],
  ["a member of a member", '{"x":0,"a":{"y":0,"b":1}}', ["a", "b"], '{"x":0,"a":{"y":0}}'],
  ["not one of another object", '{"b":{"a":1},"c":[{"a":1}]}', ["a"], '{"b":{"a":1},"c":[{"a":1}]}'],
  ["not one of a deeper object", '{"c":{"b":{"a":1}},"b":{"a":1}}', ["b", "a"], '{"c":{"b":{"a":1}},"b":{}}'],
  [
    "not what a string says",
    String.raw`{"b":"{\"a\":1,","c":"\\","a":1}`,
    ["a"],
    String.raw`{"b":"{\"a\":1,","c":"\\"}`,
  ],
  ["a member with brackets in strings", String.raw`{"a":{"k:{\"x\":\"]\\\"}":1},"b":2}`, ["a"], '{"b":2}'],
  ["nothing of a list", '[{"a":1}]', ["a"], '[{"a":1}]'],
  ["nothing of a value that is none", '{"a":1}', ["a", "b"], '{"a":1}'],
  ["nothing of a text with blanks", '{ "b": 1, "a": 1 }', ["a"], '{ "b": 1, "a": 1 }'],
  ["nothing of a text that is cut off", '{"a":{"b":"x', ["a"], '{"a":{"b":"x'],
  ["nothing of no text", "", ["a"], ""],
];
for (const [what, text, path, expected] of cases) {
  Deno.test(`withoutMember() leaves out ${what}`, () => {
    strictEqual(withoutMember(text, path), expected);
  });
}

Deno.test("property: withoutMember() leaves out exactly what a deletion deletes", () => {
  const { json } = fc.letrec((tie) => ({
    json: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(1, -2.5, true, null, "", "a", '"', "\\", '\\"', "{", '},"a":[1],"'),
      fc.array(tie("json"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom("a", "b", '"', 'a"', '{"a":'), tie("json"), { maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(json, fc.array(fc.constantFrom("a", "b"), { minLength: 1, maxLength: 3 }), (value, path) => {
      const text = JSON.stringify(value);
      const expected = JSON.parse(text);
      const holder = path.slice(0, -1).reduce((object, name) => isObject(object) ? object[name] : undefined, expected);
      if (isObject(holder)) delete holder[path.at(-1)!];
      deepStrictEqual(JSON.parse(withoutMember(text, path)), expected);
    }),
    { numRuns: 1_000 },
  );
});

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
