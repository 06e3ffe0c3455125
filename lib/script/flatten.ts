/**
 * Nested lists made flat, each item with its place.
 *
 * @module
 */

import type { Origin } from "../kube/desired_object.ts";
import { fieldOrigin } from "./field_origin.ts";

/**
 * Makes nested lists flat and skips falsy items.
 *
 * @param value A value, or lists of values.
 * @param origin Where it was written.
 * @yields Every value that is neither falsy nor a list, and where it was written.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual([...flatten(["a", [false, "b"]], {})], [
 *   { value: "a", origin: { path: "[0]" } },
 *   { value: "b", origin: { path: "[1][1]" } },
 * ]);
 * ```
 */
export function* flatten(value: unknown, origin: Origin): Generator<{ value: unknown; origin: Origin }> {
  if (!value) return;
  if (!Array.isArray(value)) {
    yield { value, origin };
    return;
  }
  for (const [i, item] of value.entries()) yield* flatten(item, fieldOrigin(origin, [i]));
}
