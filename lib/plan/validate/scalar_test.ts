import { strictEqual } from "node:assert/strict";
import type { Schema } from "../../kube/schema.ts";
import { checkScalar } from "./scalar.ts";

const QUANTITY = 'must be a quantity such as "500m" or "2Gi"';
const TIME = 'must be a time such as "2026-01-31T12:00:00Z"';
const MIXED = "must be an integer or text";

/** What is wrong with a value, without the value; `undefined` if nothing is. */
type Case = readonly [schema: Schema, value: unknown, fault: string | undefined, advice?: string];

const CASES: readonly Case[] = [
  [{ type: "string" }, "", undefined],
  [{ type: "string" }, 5, "must be text", ": put it in quotes"],
  [{ type: "string" }, true, "must be text", ": put it in quotes"],
  [{ type: "string" }, { a: 1 }, "must be text"],
  [{ type: "string" }, ["a"], "must be text"],
  [{ type: "integer" }, 3, undefined],
  [{ type: "integer" }, 2n ** 60n, undefined],
  [{ type: "integer" }, 1.5, "must be an integer"],
  [{ type: "integer" }, "3", "must be an integer", ": write it without quotes"],
  [{ type: "integer" }, "3.5", "must be an integer"],
  [{ type: "integer" }, "", "must be an integer"],
  [{ type: "integer" }, "three", "must be an integer"],
  [{ type: "integer" }, false, "must be an integer"],
  [{ type: "number" }, 1.5, undefined],
  [{ type: "number" }, "1.5", "must be a number", ": write it without quotes"],
  [{ type: "boolean" }, false, undefined],
  [{ type: "boolean" }, "false", "must be true or false", ": write it without quotes"],
  [{ type: "boolean" }, "yes", "must be true or false"],
  [{ type: "boolean" }, 1, "must be true or false"],
  [{ type: "object" }, "a", "must be an object"],
  [{ type: "array" }, { a: 1 }, "must be a list"],
  [{}, "anything", undefined],
  [{ format: "quantity" }, "1.5Gi", undefined],
  [{ format: "quantity" }, 0.5, undefined],
  [{ format: "quantity" }, 10n ** 20n, undefined],
  [{ format: "quantity" }, " 1 ", undefined],
  [{ format: "quantity" }, "1e4000", undefined],
  [{ format: "quantity" }, "1GB", QUANTITY],
  [{ format: "quantity" }, "one", QUANTITY],
  [{ format: "quantity" }, "", QUANTITY],
  [{ format: "quantity" }, true, QUANTITY],
  [{ format: "quantity" }, ["1"], QUANTITY],
  [{ format: "int-or-string" }, 80, undefined],
  [{ format: "int-or-string" }, "25%", undefined],
  [{ format: "int-or-string" }, 1.5, MIXED],
  [{ format: "int-or-string" }, true, MIXED],
  [{ format: "int-or-string" }, [80], MIXED],
  [{ "x-kubernetes-int-or-string": true }, "80", undefined],
  [{ "x-kubernetes-int-or-string": true }, {}, MIXED],
  [{ type: "string", format: "byte" }, "YWJj\nYQ==\n", undefined],
  [{ type: "string", format: "byte" }, "", undefined],
  [{ type: "string", format: "byte" }, "YR==", undefined],
  [{ type: "string", format: "byte" }, "YQ", "must be base64"],
  [{ type: "string", format: "byte" }, "Y===", "must be base64"],
  [{ type: "string", format: "byte" }, "-_-_", "must be base64"],
  [{ type: "string", format: "byte" }, "YWJj YWJj", "must be base64"],
  [{ type: "string", format: "date-time" }, "2026-01-31T12:00:00Z", undefined],
  [{ type: "string", format: "date-time" }, "2026-01-31T12:00:00.123456+01:00", undefined],
  [{ type: "string", format: "date-time" }, "2026-01-31", TIME],
  [{ type: "string", format: "date-time" }, "2026-01-31 12:00:00", TIME],
  [{ type: "string", format: "email" }, "whatever", undefined],
  [{ type: "string", enum: ["Always", "Never"] }, "Never", undefined],
  [{ type: "string", enum: ["Always", "Never"] }, "never", 'must be "Always" or "Never"', ': did you mean "Never"?'],
  [{ type: "string", enum: ["Always", "Never"] }, "Sometimes", 'must be "Always" or "Never"'],
  [{ type: "integer", enum: [1, 2] }, 3, "must be 1 or 2"],
  [{ type: "integer", minimum: 1 }, 1, undefined],
  [{ type: "integer", minimum: 1 }, 0, "must be at least 1"],
  [{ type: "integer", minimum: 1, exclusiveMinimum: true }, 1, "must be more than 1"],
  [{ type: "number", maximum: 5 }, 5.5, "must be at most 5"],
  [{ type: "number", maximum: 5, exclusiveMaximum: true }, 5, "must be less than 5"],
  [{ type: "integer", maximum: 5 }, 2n ** 60n, "must be at most 5"],
  [{ type: "string", minLength: 2 }, "a", "must have at least 2 characters"],
  [{ type: "string", maxLength: 2 }, "ä🎉", undefined],
  [{ type: "string", maxLength: 2 }, "abc", "must have at most 2 characters"],
  [{ type: "string", pattern: "^[a-z]+$" }, "abc", undefined],
  [{ type: "string", pattern: "b" }, "abc", undefined],
  [{ type: "string", pattern: "^[a-z]+$" }, "Abc", "must match ^[a-z]+$"],
  [{ type: "string", pattern: "^(?:a|b)\\.\\d$" }, "a.x", "must match ^(?:a|b)\\.\\d$"],
  // What Go and JavaScript do not read alike is left to the server.
  [{ type: "string", pattern: "(?i)^abc$" }, "ABC", undefined],
  [{ type: "string", pattern: "^[[:alpha:]]+$" }, "abc", undefined],
  [{ type: "string", pattern: "^[]a]$" }, "]", undefined],
  [{ type: "string", pattern: "^\\pL+$" }, "abc", undefined],
  [{ type: "string", pattern: "\\Aabc\\z" }, "abc", undefined],
  [{ type: "string", pattern: "(" }, "abc", undefined],
  [{ type: "string", pattern: "^\\S+$" }, "a\u00a0b", undefined],
];

Deno.test("checkScalar() tells what the server would refuse", () => {
  for (const [schema, value, fault, advice = ""] of CASES) {
    const found = checkScalar(value, schema, { builtIn: true, name: () => "it" });
    const what = `${JSON.stringify(schema)} ${String(value)}`;
    strictEqual(found, fault && `${fault}, is it${advice}`, what);
  }
});

Deno.test("checkScalar() takes an empty text for none, but only in built-in kinds", () => {
  const schema = { type: "string", enum: ["a"] };
  strictEqual(checkScalar("", schema, { builtIn: true, name: String }), undefined);
  strictEqual(checkScalar("", schema, { builtIn: false, name: JSON.stringify }), 'must be "a", is ""');
});
