import { deepStrictEqual, notStrictEqual, strictEqual } from "node:assert/strict";
import { initial } from "./initial.ts";
import { copyPlain, type PlainCopy } from "./plain_copy.ts";

function copy(value: unknown): PlainCopy & { problems: string[] } {
  const problems: string[] = [];
  const result = copyPlain(value, (path, problem) => problems.push(`${path.join(".")} ${problem}`));
  return { ...result, problems };
}

Deno.test("copyPlain() copies deeply and leaves frozen input alone", () => {
  const input = Object.freeze({ list: Object.freeze([Object.freeze({ a: null })]), big: 2n ** 60n, no: undefined });
  const { value, problems } = copy(input);
  deepStrictEqual(value, { list: [{ a: null }], big: 2n ** 60n });
  notStrictEqual(value.list, input.list);
  deepStrictEqual(problems, []);
});

Deno.test("copyPlain() copies what stands in two places twice", () => {
  const labels = { app: "web" };
  const { value, problems } = copy({ a: labels, b: [labels, labels] });
  deepStrictEqual(value, { a: labels, b: [labels, labels] });
  deepStrictEqual(problems, []);
});

Deno.test("copyPlain() keeps the key __proto__ a key", () => {
  const { value } = copy(JSON.parse('{"__proto__": {"a": 1}}'));
  strictEqual(JSON.stringify(value), '{"__proto__":{"a":1}}');
});

Deno.test("copyPlain() takes marks off and tells where they were", () => {
  const { value, initial: paths } = copy({ replicas: initial(2), list: [initial({ a: 1 })], no: initial(undefined) });
  deepStrictEqual(value, { replicas: 2, list: [{ a: 1 }] });
  deepStrictEqual(paths, [["replicas"], ["list", 0]]);
});

Deno.test("copyPlain() reports what JSON cannot express", () => {
  class Money {}
  const cyclic: Record<string, unknown> = {};
  cyclic.self = [cyclic];
  const cases: [value: unknown, problem: string][] = [
    [{ a: NaN }, "a is NaN, which JSON cannot express"],
    [{ a: [Infinity] }, "a.0 is Infinity, which JSON cannot express"],
    [{ a: Symbol("s") }, "a is a symbol, which JSON cannot express"],
    [{ a: () => 1 }, "a is a function: was it meant to be called?"],
    [{ a: new Date(0) }, "a is a Date: write it as text, for example with toISOString()"],
    [{ a: Promise.resolve(1) }, "a is a promise: await it"],
    [{ a: new Map() }, "a is a Map, which JSON cannot express: write plain objects and arrays"],
    [{ a: new Money() }, "a is a Money, which JSON cannot express: write plain objects and arrays"],
    [{ a: [1, undefined] }, "a.1 is undefined, which a list cannot hold: filter it out"],
    [cyclic, "self.0 refers back to a value that it is in"],
    [{ a: initial({ b: initial(1) }) }, "a.b is marked with initial() within a value that is marked already"],
  ];
  for (const [value, problem] of cases) deepStrictEqual(copy(value).problems, [problem]);
});
