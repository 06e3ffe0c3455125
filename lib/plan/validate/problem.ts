/**
 * What is wrong with a desired object, and the words for it.
 *
 * @module
 */

import { isJsonObject } from "../../base/json.ts";
import type { FieldPath } from "../../kube/desired_object.ts";

/** A mistake for which the API server would refuse an object. */
export interface Problem {
  /** The field; also one that is missing. */
  readonly path: FieldPath;
  /** What is wrong with it; goes on from the name of the field. */
  readonly message: string;
  /** Whether something lacks that may be there already, set by others: no mistake in an object that exists. */
  readonly incomplete?: boolean;
}

const LONGEST_TEXT = 60;

/**
 * Names a value in a message.
 *
 * @param value The value.
 * @returns Scalars as they are written, others by their type.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(nameValue("80"), '"80"');
 * strictEqual(nameValue([80]), "a list");
 * ```
 */
export function nameValue(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (isJsonObject(value)) return "an object";
  if (typeof value !== "string") return String(value);
  return JSON.stringify(value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value);
}

/**
 * Lists values in a message.
 *
 * @param values The values.
 * @param conjunction The word before the last one.
 * @returns For example `"a", "b" or "c"`.
 */
export function listValues(values: readonly unknown[], conjunction: "and" | "or"): string {
  const named = values.map(nameValue);
  return named.length < 2 ? named.join("") : `${named.slice(0, -1).join(", ")} ${conjunction} ${named.at(-1)}`;
}
