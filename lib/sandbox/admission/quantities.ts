/**
 * Sums of quantities.
 *
 * @module
 */

import { canonicalQuantity, parseQuantity } from "../../kube/quantity.ts";

/**
 * Adds two quantities.
 *
 * @param a A quantity, in whose form the sum is written.
 * @param b Another one.
 * @returns The sum.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(addQuantities("500m", "1"), "1500m");
 * strictEqual(addQuantities("1Gi", "1Gi"), "2Gi");
 * ```
 */
export function addQuantities(a: string, b: string): string {
  const [x, y] = [parseQuantity(a), parseQuantity(b)];
  const exponent = Math.min(x.exponent, y.exponent);
  const sum = scale(x.unscaled, x.exponent - exponent) + scale(y.unscaled, y.exponent - exponent);
  const format = x.unscaled === 0n ? y.format : x.format;
  const bytes = exponent >= 0 ? scale(sum, exponent) : 0n;
  if (format === "BinarySI" && bytes % 1024n === 0n) return canonicalQuantity(`${bytes / 1024n}Ki`);
  // No quantity is finer than a billionth.
  return canonicalQuantity(`${scale(sum, exponent + 9)}n`);
}

function scale(value: bigint, power: number): bigint {
  return value * 10n ** BigInt(power);
}
