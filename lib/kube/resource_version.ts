/**
 * The order of resource versions.
 *
 * They are opaque by contract, but those of the API server and of custom resources are integers that grow with every
 * write to the kind (KEP-5504, stable since 1.35). Other servers may do otherwise.
 *
 * @module
 */

/**
 * Compares two versions of objects of one kind.
 *
 * @param a One version.
 * @param b The other.
 * @returns Less than zero if `a` is the older one, zero if they are equal, more than zero if it is the newer one;
 * `undefined` if they have no order.
 *
 * @example Usage
 * ```ts
 * import { ok, strictEqual } from "node:assert/strict";
 *
 * ok(compareResourceVersions("999", "1000")! < 0);
 * strictEqual(compareResourceVersions("a", "b"), undefined);
 * ```
 */
export function compareResourceVersions(a: string, b: string): number | undefined {
  if (a === b) return 0;
  if (!isOrdered(a) || !isOrdered(b)) return undefined;
  // Longer than any number that JavaScript can hold, but without leading zeros the longer text is the larger number.
  return a.length === b.length ? (a < b ? -1 : 1) : a.length - b.length;
}

function isOrdered(version: string): boolean {
  return /^[1-9]\d*$/.test(version);
}
