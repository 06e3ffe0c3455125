import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { isParam, param } from "./param.ts";

const CASES = [
  { name: "string", param: param.string(), good: [["a", "a"], ["", ""]], bad: [[1, "must be text, is 1"]] },
  {
    name: "string with a global pattern",
    param: param.string({ pattern: /^v/g }),
    good: [["v1", "v1"], ["v2", "v2"]],
    bad: [["1", 'must match /^v/g, is "1"']],
  },
  { name: "secret", param: param.secret(), good: [["s", "s"]], bad: [["", "must not be empty"], [7, "must be text"]] },
  {
    name: "integer",
    param: param.integer({ minimum: 0, maximum: 9 }),
    good: [["7", 7], [7, 7], ["+1", 1]],
    bad: [
      ["1.5", 'must be an integer, is "1.5"'],
      ["", 'must be an integer, is ""'],
      [true, "must be an integer, is true"],
      [2n ** 60n, "must be an integer, is 1152921504606846976"],
      [-1, "must be at least 0, is -1"],
      ["10", "must be at most 9, is 10"],
    ],
  },
  {
    name: "boolean",
    param: param.boolean(),
    good: [["true", true], [false, false]],
    bad: [["yes", 'must be true or false, is "yes"']],
  },
  {
    name: "duration",
    param: param.duration(),
    good: [["1m30s", 90_000], ["0", 0]],
    bad: [[90, 'must be a duration such as "30s" or "1h30m", is 90']],
  },
  {
    name: "list",
    param: param.list(),
    good: [["a,b", ["a", "b"]], ["", []], [["a,b"], ["a,b"]]],
    bad: [[[1], "must be a list of texts, is [1]"]],
  },
  {
    name: "choice",
    param: param.choice(["dev", "prod"]),
    good: [["dev", "dev"]],
    bad: [["pord", 'is "pord": did you mean "prod"?'], ["x", 'is "x": known are "dev", "prod"']],
  },
] as const;

for (const { name, param, good, bad } of CASES) {
  Deno.test(`param reads ${name}`, () => {
    for (const [input, value] of good) deepStrictEqual(param.read(input), { value });
    for (const [input, problem] of bad) deepStrictEqual(param.read(input), { problem });
  });
}

Deno.test("isParam() knows params", () => {
  strictEqual(isParam(param.string()), true);
  for (const value of [undefined, null, "x", {}]) strictEqual(isParam(value), false);
});
