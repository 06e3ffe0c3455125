/**
 * Values as the server prints them in messages about patches.
 *
 * @module
 */

import { isJsonObject } from "../../base/json.ts";

/**
 * Prints a value as Go's `%v` does.
 *
 * @param value The value.
 * @returns For example `map[name:web ports:[80 81]]`.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(goText({ b: [1, "x"], a: null }), "map[a:<nil> b:[1 x]]");
 * ```
 */
export function goText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goText).join(" ")}]`;
  if (isJsonObject(value)) {
    return `map[${Object.keys(value).sort().map((name) => `${name}:${goText(value[name])}`).join(" ")}]`;
  }
  return value === null ? "<nil>" : String(value);
}

/**
 * Names the type that a JSON value has in Go.
 *
 * @param value The value.
 * @returns For example `map[string]interface {}`.
 */
export function typeName(value: unknown): string {
  if (Array.isArray(value)) return "[]interface {}";
  if (isJsonObject(value)) return "map[string]interface {}";
  if (typeof value === "number") return Number.isInteger(value) ? "int64" : "float64";
  return value === null
    ? "%!s(<nil>)"
    : typeof value === "boolean"
    ? "bool"
    : typeof value === "bigint"
    ? "int64"
    : "string";
}
