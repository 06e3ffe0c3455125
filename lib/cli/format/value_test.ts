import { strictEqual } from "node:assert/strict";
import type { FieldChange } from "../../plan/change.ts";
import { formatField } from "./value.ts";

Deno.test("formatField() shows values so that they cannot be mistaken", () => {
  const cases: [field: Omit<FieldChange, "path">, text: string][] = [
    [{ from: "nginx:1.28", to: "nginx:1.29" }, "nginx:1.28 → nginx:1.29"],
    [{ from: 5, to: "5" }, '5 → "5"'],
    [{ from: true, to: "true" }, 'true → "true"'],
    [{ from: "1e3", to: "-1" }, '"1e3" → "-1"'],
    [{ from: null, to: "null" }, 'null → "null"'],
    [{ from: "hello world", to: " hello" }, 'hello world → " hello"'],
    [{ from: "", to: "\u001b[31m" }, '"" → "\\u001b[31m"'],
    [{ to: { a: [1, 12345678901234567890n] } }, '(none) → {"a":[1,12345678901234567890]}'],
    [{ from: "old" }, "old → (none)"],
  ];
  for (const [field, text] of cases) strictEqual(formatField({ path: "x", ...field }), `x: ${text}`);
});

Deno.test("formatField() shows the first line that differs", () => {
  const cases: [from: string, to: string, text: string][] = [
    ["a\nb\nc", "a\nB\nc", "x, line 2: b → B"],
    ["a\nb", "a\nb\n", 'x, line 3: (none) → ""'],
    ["a\nb\nc", "a\nb", "x, line 3: c → (none)"],
    ["a", "a\nb", 'x: a → "a\\nb"'],
  ];
  for (const [from, to, text] of cases) strictEqual(formatField({ path: "x", from, to }), text);
});

Deno.test("formatField() cuts values to the width, and gives the longer one what the shorter one leaves", () => {
  const long = "y".repeat(100);
  strictEqual(formatField({ path: "x", from: 1, to: long }, 50).length, 50);
  strictEqual(formatField({ path: "x", from: long, to: 1 }, 50), `x: ${"y".repeat(42)}… → 1`);
  strictEqual(formatField({ path: "x", from: long, to: long }, 50), `x: ${"y".repeat(21)}… → ${"y".repeat(21)}…`);
  strictEqual(formatField({ path: "x", from: long, to: long }).length, 206);
});
