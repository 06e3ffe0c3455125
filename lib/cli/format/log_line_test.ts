import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { colorsFor } from "../colors.ts";
import { formatLogLine } from "./log_line.ts";

const colors = colorsFor("never", { isTerminal: false }, false);

Deno.test("formatLogLine() writes one JSON object with keys that nothing takes over", () => {
  const fields = { level: "slow", count: 2 };
  const line = { level: "warn", rule: "copies", object: "Secret/s", message: "Two\nlines", fields } as const;
  const text = formatLogLine(line, 0, { colors, format: "json" });
  strictEqual(text.split("\n").length, 2);
  deepStrictEqual(JSON.parse(text), {
    time: "1970-01-01T00:00:00.000Z",
    level: "warn",
    rule: "copies",
    object: "Secret/s",
    message: "Two\nlines",
    "fields.level": "slow",
    count: 2,
  });
});
