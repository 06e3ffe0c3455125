/**
 * JSON as the Kubernetes API needs it: integers beyond 2^53 survive a round trip.
 *
 * Such integers are read as `bigint`; every other number stays a `number`.
 *
 * @module
 */

/** A JSON value. `bigint` stands for an integer that a `number` cannot hold exactly. */
export type Json = string | number | bigint | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json };

// The exact reviver is several times slower than plain parsing, so it runs only for a text that has such a number.
const LONG_NUMBER = /(?:^|[\[:,\s])-?\d{16,}/;

// What YAML 1.1 refuses in a text, or takes for a line break, which swallows the blanks beside it.
const NOT_IN_YAML = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/**
 * Parses JSON without losing digits of large integers.
 *
 * @param text The JSON text.
 * @returns The value; integers outside the safe range are `bigint`.
 * @throws {SyntaxError} If the text is not JSON.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const value = parseJson('{"id": 9007199254740993}') as { id: bigint };
 * strictEqual(stringifyJson(value), '{"id":9007199254740993}');
 * ```
 */
export function parseJson(text: string): unknown {
  if (!LONG_NUMBER.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) => {
    if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
    return context?.source !== undefined && /^-?\d+$/.test(context.source) ? BigInt(context.source) : value;
  });
}

/**
 * Writes a value as JSON; a `bigint` is written with all its digits.
 *
 * The text is YAML too, with the same meaning: the API server reads the body of an apply as YAML.
 *
 * @param value The value.
 * @param indent Spaces per level; compact by default.
 * @returns The text.
 */
export function stringifyJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, bigintReplacer, indent)
    ?.replace(NOT_IN_YAML, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/**
 * Writes a value as JSON with sorted keys, so that equal values give equal texts.
 *
 * @param value The value.
 * @returns The text.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(canonicalJson({ b: 1, a: [true] }), '{"a":[true],"b":1}');
 * ```
 */
export function canonicalJson(value: unknown): string {
  return stringifyJson(sortKeys(value));
}

/**
 * Tells whether a value is a plain JSON object (no array, no `null`).
 *
 * @param value The value to look at.
 * @returns Whether it is an object.
 */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Copies a JSON value.
 *
 * @param value The value.
 * @returns A value of its own, in which nothing is shared.
 */
export function copyJson<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copyJson) as T;
  if (!isJsonObject(value)) return value;
  const object: Record<string, unknown> = {};
  for (const name of Object.keys(value)) object[name] = copyJson(value[name]);
  return object as T;
}

/**
 * Compares two JSON values as they are written; the order of object keys does not matter, `1` equals `1n`.
 *
 * @param a One value.
 * @param b The other.
 * @returns Whether they are the same value.
 */
export function jsonEquals(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => jsonEquals(item, b[i]));
  }
  if (isJsonObject(a)) {
    if (!isJsonObject(b)) return false;
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && jsonEquals(a[key], b[key]));
  }
  if (typeof a === "bigint" || typeof b === "bigint") {
    return (typeof a === "number" || typeof a === "bigint") && (typeof b === "number" || typeof b === "bigint") &&
      String(a) === String(b);
  }
  return false;
}

function bigintReplacer(_key: string, value: unknown): unknown {
  // deno-lint-ignore no-explicit-any -- JSON.rawJSON (ES2026) is in the runtime but not yet in TypeScript's library.
  return typeof value === "bigint" ? (JSON as any).rawJSON(String(value)) : value;
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sortKeys(value[key])]));
}
