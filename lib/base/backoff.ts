/**
 * How long to wait between attempts.
 *
 * @module
 */

/** The bounds of a backoff. */
export interface BackoffOptions {
  /** The longest wait after the first failure, in milliseconds. */
  readonly firstMs: number;
  /** The longest wait after many failures, in milliseconds. */
  readonly maxMs: number;
}

/**
 * Tells how long to wait before the next attempt: twice as long after each failure, less up to half of it, so that
 * those who failed together do not come back together.
 *
 * @param failures How many attempts have failed in a row, 1 or more.
 * @param random A number from 0 to 1.
 * @param options The bounds.
 * @returns Milliseconds.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const bounds = { firstMs: 100, maxMs: 1_000 };
 * deepStrictEqual([1, 2, 3, 4, 5].map((failures) => backoffMs(failures, 1, bounds)), [100, 200, 400, 800, 1_000]);
 * ```
 */
export function backoffMs(failures: number, random: number, { firstMs, maxMs }: BackoffOptions): number {
  return Math.min(maxMs, firstMs * 2 ** (failures - 1)) * (0.5 + random / 2);
}
