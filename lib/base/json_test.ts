import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { canonicalJson, isJsonObject, jsonEquals, parseJson, stringifyJson } from "./json.ts";

for (
  const [text, value] of [
    ["9007199254740991", 9007199254740991],
    ["9007199254740993", 9007199254740993n],
    ["-9007199254740993", -9007199254740993n],
    ['{"a":[12345678901234567890]}', { a: [12345678901234567890n] }],
    ["1234567890123456", 1234567890123456],
    ["1e30", 1e30],
    ["12345678901234567.5", 12345678901234567.5],
    ['"9007199254740993"', "9007199254740993"],
    ['{"__proto__":1}', JSON.parse('{"__proto__":1}')],
  ] as const
) {
  Deno.test(`parseJson() reads ${text} and stringifyJson() keeps its value`, () => {
    deepStrictEqual(parseJson(text), value);
    strictEqual(jsonEquals(parseJson(stringifyJson(value)), value), true);
  });
}

Deno.test("parseJson() refuses what is not JSON, with and without long numbers", () => {
  throws(() => parseJson("{"), SyntaxError);
  throws(() => parseJson("{9007199254740993"), SyntaxError);
});

Deno.test("stringifyJson() indents", () => strictEqual(stringifyJson({ a: 1n }, 2), '{\n  "a": 1\n}'));

Deno.test("stringifyJson() escapes what YAML would read in another way", () => {
  strictEqual(stringifyJson("a\u0085b\u2028\ufeff"), '"a\\u0085b\\u2028\\ufeff"');
});

for (
  const [a, b, same] of [
    [1, 1n, true],
    [1, 2n, false],
    [1, "1", false],
    [1n, true, false],
    [278410672304458900, 278410672304458900n, true], // what the number is written as, not what it is exactly
    [null, undefined, false],
    [null, {}, false],
    [[], {}, false],
    [[1, 2], [2, 1], false],
    [[1], [1, 2], false],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [{ a: undefined }, { b: undefined }, false],
    [{ toString: 1 }, {}, false],
    [0, -0, true],
  ] as const
) {
  Deno.test(`jsonEquals() says ${same} for ${Deno.inspect(a)} and ${Deno.inspect(b)}`, () => {
    strictEqual(jsonEquals(a, b), same);
    strictEqual(jsonEquals(b, a), same);
  });
}

Deno.test("isJsonObject() knows maps only", () => {
  deepStrictEqual([{}, [], null, undefined, "x", 1].map(isJsonObject), [true, false, false, false, false, false]);
});

const json = fc.jsonValue({ maxDepth: 4 });

Deno.test("property: jsonEquals() and canonicalJson() agree", () => {
  fc.assert(
    fc.property(json, json, (a, b) => strictEqual(jsonEquals(a, b), canonicalJson(a) === canonicalJson(b))),
    { numRuns: 200 },
  );
});

Deno.test("property: the order of keys matters neither to jsonEquals() nor to canonicalJson()", () => {
  fc.assert(
    fc.property(json, (value) => {
      const reversed = reverseKeys(value);
      strictEqual(jsonEquals(value, reversed), true);
      strictEqual(canonicalJson(value), canonicalJson(reversed));
    }),
    { numRuns: 200 },
  );
});

Deno.test("property: stringifyJson() and parseJson() are inverse", () => {
  const value = fc.oneof(json, fc.bigInt(), fc.array(fc.bigInt()));
  fc.assert(
    fc.property(value, (value) => strictEqual(jsonEquals(parseJson(stringifyJson(value)), value), true)),
    { numRuns: 200 },
  );
});

function reverseKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reverseKeys);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).reverse().map(([key, inner]) => [key, reverseKeys(inner)]));
}
