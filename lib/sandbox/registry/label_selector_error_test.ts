import { strictEqual } from "node:assert/strict";
import { labelSelectorError } from "./label_selector_error.ts";

// As kube-apiserver 1.37 answers.
const PARSE = "unable to parse requirement: ";
const CASES: readonly (readonly [text: string, message: string])[] = [
  ["a=b=c", "found '=', expected: ',' or 'end of string'"],
  ["!a=b", "found '=', expected: ',' or 'end of string'"],
  ["=", "found '=', expected: !, identifier, or 'end of string'"],
  ["a,", "found '', expected: identifier after ','"],
  ["!", `${PARSE}found '', expected: identifier`],
  ["a in b", `${PARSE}found 'b' expected: '('`],
  ["a in (x,=)", `${PARSE}found '=', expected: ',', or identifier`],
  ["a in (x", `${PARSE}found '', expected: ',' or ')'`],
  ["a b", `${PARSE}found 'b', expected: in, notin, =, ==, !=, gt, lt`],
  ["a>x", `${PARSE}values[0]: Invalid value: "x": for 'Gt', 'Lt' operators, the value must be an integer`],
];

for (const [text, message] of CASES) {
  Deno.test(`labelSelectorError() says what is wrong with ${text}`, () => {
    strictEqual(labelSelectorError(text), message);
  });
}

Deno.test("labelSelectorError() names keys and values that no label can have", () => {
  strictEqual(labelSelectorError("-x=1").startsWith(`${PARSE}<nil>: Invalid value: "-x": name part must`), true);
  strictEqual(labelSelectorError("a in (x,-y)").startsWith(`${PARSE}values[0][a]: Invalid value: "-y": a valid`), true);
});
