import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { formatLabelSelector, type LabelSelectorInput, matchesLabels, parseLabelSelector } from "./label_selector.ts";

Deno.test("formatLabelSelector() prints what was read, in the API server's order", () => {
  const cases: [LabelSelectorInput, string][] = [
    ["", ""],
    [" \t\n", ""],
    ["a=x", "a=x"],
    ["a==x", "a=x"],
    ["a != x", "a!=x"],
    ["a=", "a="],
    ["b,a", "a,b"],
    ["!a , b", "!a,b"],
    ["a in (y,x,y)", "a in (x,y)"],
    ["a notin(x)", "a notin (x)"],
    ["a in ()", "a in ()"],
    ["a in (x,,y)", "a in (,x,y)"],
    ["a in (,)", "a in ()"],
    ["in in (in,notin)", "in in (in,notin)"],
    ["n>3,m<5", "m<5,n>3"],
    ["example.com/team=x,tier in (web)", "example.com/team=x,tier in (web)"],
    [{}, ""],
    [{ team: "x", tier: ["web", "api"] }, "team=x,tier in (api,web)"],
    [{ team: "", "example.com/a": ["x"] }, "example.com/a in (x),team="],
  ];
  for (const [selector, want] of cases) {
    strictEqual(formatLabelSelector(parseLabelSelector(selector)), want, JSON.stringify(selector));
    strictEqual(formatLabelSelector(parseLabelSelector(want)), want);
  }
});

Deno.test("parseLabelSelector() refuses bad syntax and names the position", () => {
  const cases: [string, number, string][] = [
    ["a b", 3, `expected an operator (=, ==, !=, in, notin, >, <), found "b"`],
    ["a=x y", 5, `expected "," or the end, found "y"`],
    ["a=x,", 5, "expected a key, found the end"],
    ["=x", 1, `expected a key, found "="`],
    ["a,,b", 3, `expected a key, found ","`],
    ["!a=x", 3, `expected "," or the end, found "="`],
    ["a!", 2, `expected an operator (=, ==, !=, in, notin, >, <), found "!"`],
    ["a===x", 4, `expected a value, found "="`],
    ["a in x", 6, `expected "(", found "x"`],
    ["a in (x", 8, `expected "," or ")", found the end`],
    ["a in (x y)", 9, `expected "," or ")", found "y"`],
    ["a=)", 3, `expected "," or the end, found ")"`],
    ["n>x", 3, `expected an integer, found "x"`],
    ["n>", 3, "expected an integer, found the end"],
  ];
  for (const [selector, position, why] of cases) {
    throws(() => parseLabelSelector(selector), {
      name: "RangeError",
      message: `Cannot read label selector "${selector}" at position ${position}: ${why}`,
    });
  }
});

Deno.test("parseLabelSelector() refuses keys and values that no label can have", () => {
  const cases: [LabelSelectorInput, RegExp][] = [
    ["a,-b", /at position 3: "-b" is not allowed, name part must consist of/],
    ["a=/", /at position 3: "\/" is not allowed, a valid label must be/],
    ["a in (x,y/)", /at position 9: "y\/" is not allowed/],
    [{ "a/b/c": "x" }, /^Cannot select by label "a\/b\/c": a valid label key must/],
    [{ a: ["x", "y z"] }, /^Cannot select by label "a": a valid label must/],
    [{ a: [] }, /^Cannot select by label "a": it has no values$/],
  ];
  for (const [selector, message] of cases) throws(() => parseLabelSelector(selector), { name: "RangeError", message });
});

Deno.test("matchesLabels() tells which labels are selected", () => {
  const labels = { team: "x", empty: "", count: "5", constructor: "y" };
  const cases: [string, boolean][] = [
    ["", true],
    ["team=x", true],
    ["team=y", false],
    ["absent=", false],
    ["empty=", true],
    ["team!=y", true],
    ["team!=x", false],
    ["absent!=x", true],
    ["team in (x,y)", true],
    ["absent in (x)", false],
    ["team notin (y)", true],
    ["team notin (x)", false],
    ["absent notin (x)", true],
    ["empty", true],
    ["absent", false],
    ["toString", false],
    ["!absent", true],
    ["!team", false],
    ["count>4", true],
    ["count>5", false],
    ["count<10", true],
    ["team>1", false],
    ["absent<1", false],
    ["team=x,!absent", true],
    ["team=x,absent", false],
  ];
  for (const [selector, want] of cases) {
    strictEqual(matchesLabels(parseLabelSelector(selector), labels), want, selector);
  }
  strictEqual(matchesLabels(parseLabelSelector("team"), undefined), false);
  deepStrictEqual(["!team", "team"].map((selector) => matchesLabels(parseLabelSelector(selector))), [true, false]);
});
