import { ok, strictEqual } from "node:assert/strict";
import { KubescriptError } from "../kube/error.ts";
import { colorsFor } from "./colors.ts";
import { formatError } from "./errors_text.ts";

const colors = colorsFor("never", { isTerminal: false }, false);

Deno.test("formatError() leaves out what led to an error of the library, as its message says the reason", () => {
  const refused = new TypeError("connection refused");
  const cases: [error: unknown, text: string][] = [
    [
      new KubescriptError("Cannot connect", { cause: refused, hint: "Start the server" }),
      "error: Cannot connect\nhint: Start the server\n",
    ],
    [
      new KubescriptError("Cannot connect: connection refused", { cause: refused }),
      "error: Cannot connect: connection refused\n",
    ],
    [
      new KubescriptError("Cannot plan", { cause: new KubescriptError("Cannot read", { hint: "Create it" }) }),
      "error: Cannot plan\nhint: Create it\n",
    ],
    [refused, "error: TypeError: connection refused\nhint: Run again with --verbose to see where it happened\n"],
    ["text", "error: text\nhint: Run again with --verbose to see where it happened\n"],
  ];
  for (const [error, text] of cases) strictEqual(formatError(error, { colors, verbose: false }), text);
});

Deno.test("formatError() shows where the first cause happened if everything is to be shown", () => {
  const error = new KubescriptError("Cannot plan", { cause: new TypeError("x") });
  ok(formatError(error, { colors, verbose: true }).includes("errors_text_test.ts"));
  ok(!formatError(error, { colors, verbose: false }).includes("errors_text_test.ts"));
});
