/**
 * Numbers that look like chance, and are the same in every run.
 *
 * @module
 */

/**
 * Makes a source of numbers.
 *
 * @param seed The seed.
 * @returns Draws a number from 0 (inclusive) to 1 (exclusive): mulberry32.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(seededRandom(1)(), seededRandom(1)());
 * ```
 */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
