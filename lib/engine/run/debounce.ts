/**
 * How long keys of a rule wait until nothing is added any more.
 *
 * @module
 */

import { parseDuration } from "../../base/duration.ts";
import type { Debounce } from "../../script/rules/select.ts";
import type { WorkRule } from "./work_queue.ts";

const DEBOUNCE_FACTOR = 10;

/**
 * Reads the option of a rule.
 *
 * @param debounce The option; with a time alone, nothing waits for longer than ten times that.
 * @returns The times; `undefined` if nothing waits.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(debounceOf("2s"), { waitMs: 2_000, longestMs: 20_000 });
 * ```
 */
export function debounceOf(debounce: string | Debounce | undefined): WorkRule["debounce"] {
  if (debounce === undefined) return undefined;
  const { wait, longest } = typeof debounce === "string" ? { wait: debounce, longest: undefined } : debounce;
  const waitMs = parseDuration(wait);
  return { waitMs, longestMs: longest === undefined ? waitMs * DEBOUNCE_FACTOR : parseDuration(longest) };
}
