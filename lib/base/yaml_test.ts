import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { parseYamlDocuments, type YamlError } from "./yaml.ts";

// The wanted values are what kubectl's library (sigs.k8s.io/yaml 1.6.0) makes of the same texts.
const scalars: [string, unknown][] = [
  ["0644", 420],
  ["0o644", 420],
  ["0O17", 15],
  ["-0o17", -15],
  ["0o8", "0o8"],
  ["08", 8],
  ["0_17", 15],
  ["0x1F", 31],
  ["0X1F", 31],
  ["-0x1F", -31],
  ["0b101", 5],
  ["0x", "0x"],
  ["+12", 12],
  ["-0", 0],
  ["1_000", 1000],
  ["_1", "_1"],
  ["9007199254740991", 9007199254740991],
  ["9007199254740993", 9007199254740993n],
  ["-9007199254740993", -9007199254740993n],
  ["18446744073709551615", 18446744073709551615n],
  ["1.", 1],
  ["1.5", 1.5],
  ["+.5", 0.5],
  ["-0.0", 0],
  ["1e3", 1000],
  ["1E400", "1E400"],
  ["1.5.6", "1.5.6"],
  ["12:30", "12:30"],
  ["190:20:30", "190:20:30"],
  ["2001-01-01", "2001-01-01"],
  ["2001-01-01T00:00:00Z", "2001-01-01T00:00:00Z"],
  ["y", true],
  ["Yes", true],
  ["on", true],
  ["TRUE", true],
  ["n", false],
  ["off", false],
  ["yES", "yES"],
  ["'yes'", "yes"],
  ["~", null],
  ["Null", null],
  ["", null],
  ["<<", "<<"],
  ["=", "="],
  ["!!str 3", "3"],
  ["!!int '3'", 3],
  ["!!float 3", 3],
  ["!!bool yes", true],
];

Deno.test("parseYamlDocuments() reads scalars as kubectl does", () => {
  for (const [text, want] of scalars) {
    deepStrictEqual(parseYamlDocuments(`- ${text}\n`)[0]?.value, [want], text);
  }
});

Deno.test("parseYamlDocuments() makes every key a string", () => {
  const text = "true: a\ny1: b\n1: c\n0644: d\n1.10: e\n9007199254740993: f\n__proto__: g\n";
  deepStrictEqual(Object.entries(parseYamlDocuments(text)[0]!.value as Record<string, unknown>), [
    ["1", "c"],
    ["420", "d"],
    ["true", "a"],
    ["y1", "b"],
    ["1.1", "e"],
    ["9007199254740993", "f"],
    ["__proto__", "g"],
  ]);
});

Deno.test("parseYamlDocuments() follows anchors and merge keys", () => {
  const text =
    "base: &base { a: 1, b: 2 }\nmerged:\n  b: 3\n  <<: *base\nboth:\n  <<: [{ a: 4 }, *base]\nalias: *base\n";
  deepStrictEqual(parseYamlDocuments(text)[0]?.value, {
    base: { a: 1, b: 2 },
    merged: { a: 1, b: 3 },
    both: { a: 4, b: 2 },
    alias: { a: 1, b: 2 },
  });
});

Deno.test("parseYamlDocuments() gives the line of each document that is not empty", () => {
  const cases: [string, number[]][] = [
    ["", []],
    ["# nothing\n", []],
    ["a: 1\n", [1]],
    ["\n# about a\na: 1\n---\n---\n# about b\n\nb: 1\n--- # c\n\nc: 1\n...\n", [3, 8, 11]],
    ["a: 1\r\n---\r\nb: 1\r\n", [1, 3]],
    ["---\n- 1\n---\n{b: 1}\n---\ntext\n", [2, 4, 6]],
    ['{\n\t"a": 1\n}\n', [1]],
  ];
  for (const [text, want] of cases) deepStrictEqual(parseYamlDocuments(text).map(({ line }) => line), want, text);
});

Deno.test("parseYamlDocuments() lets closing brackets stand as far left as what they belong to, as formatters do", () => {
  const text = "a:\n  b: {\n    c: [\n      1,\n    ],\n  }\n---\nd: |\n  [\n  ]\n";
  deepStrictEqual(parseYamlDocuments(text), [
    { value: { a: { b: { c: [1] } } }, line: 1 },
    { value: { d: "[\n]\n" }, line: 8 },
  ]);
});

Deno.test("parseYamlDocuments() says where a mistake is", () => {
  const cases: [string, string][] = [
    ["a: 1\n\tb: 2\n", "line 2, column 1: tab characters must not be used in indentation"],
    ["a: 1\nb: 2\na: 3\n", "line 3, column 1: duplicated mapping key"],
    ["1: a\n'1': b\n", "line 2, column 2: duplicated mapping key"],
    ["a: b: c\n", "line 1, column 5: bad indentation of a mapping entry"],
    ["ok: 1\n---\na: *b\n", 'line 3, column 5: unidentified alias "b"'],
    ["a: &x\n  b: *x\n", 'line 2, column 7: recursive alias "x" is not supported'],
    ["a: .nan\n", "line 1, column 1: a value that is not a finite number has no JSON form"],
    ["- 1\n- -.inf\n", "line 2, column 3: a value that is not a finite number has no JSON form"],
    ["null: 1\n", "line 1, column 1: a key must be a string, a number or a boolean"],
    ["a: !secret x\n", "line 1, column 4: unknown scalar tag !<!secret>"],
  ];
  for (const [text, want] of cases) {
    throws(() => parseYamlDocuments(text), (error) => {
      strictEqual((error as Error).message, `Cannot parse YAML: ${want}`);
      strictEqual((error as YamlError).line, Number(/line (\d+)/.exec(want)![1]));
      strictEqual((error as Error).cause, undefined);
      return error instanceof SyntaxError;
    });
  }
});
