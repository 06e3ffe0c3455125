/**
 * The selectors of API objects.
 *
 * @module
 */

/**
 * Tells whether labels have all entries of a map.
 *
 * @param map The map.
 * @param labels The labels.
 * @returns Whether they have.
 */
export function matchesMap(
  map: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>> = {},
): boolean {
  return Object.entries(map).every(([key, value]) => labels[key] === value);
}

/**
 * Reads a number that may be a part of another one, such as `25%`.
 *
 * @param value The number.
 * @param total What a percentage is of.
 * @param round How a percentage is rounded.
 * @returns The number.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(scaledValue("25%", 2, Math.ceil), 1);
 * strictEqual(scaledValue(3, 2, Math.ceil), 3);
 * ```
 */
export function scaledValue(value: number | string, total: number, round: (value: number) => number): number {
  if (typeof value === "number") return value;
  return value.endsWith("%") ? round(parseInt(value) * total / 100) : Number(value);
}
