/**
 * The part of a message that says what was perhaps meant.
 *
 * @module
 */

import { nearest } from "../base/nearest.ts";

/**
 * Says which known name was perhaps meant.
 *
 * @param name What was written.
 * @param known The names that would have been right.
 * @returns Text to append to a message; if no name is near, all of them; empty if there are none.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(suggestion("imge", ["image", "env"]), ': did you mean "image"?');
 * strictEqual(suggestion("x", ["image", "env"]), ': known are "image", "env"');
 * ```
 */
export function suggestion(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  if (near !== undefined) return `: did you mean "${near}"?`;
  return known.length === 0 ? "" : `: known are ${known.map((item) => `"${item}"`).join(", ")}`;
}
