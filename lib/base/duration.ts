/**
 * Durations as Go and kubectl write them: `90s`, `1h30m`, `250ms`.
 *
 * @module
 */

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Reads a duration.
 *
 * @param text One or more numbers with a unit: `ms`, `s`, `m`, `h`, and, unlike Go, `d`. A bare `0` is allowed.
 * @returns Milliseconds.
 * @throws {RangeError} If the text is not a duration.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(parseDuration("1m30s"), 90_000);
 * ```
 */
export function parseDuration(text: string): number {
  if (text === "0") return 0;
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) {
    throw new RangeError(`Cannot read "${text}" as a duration: write numbers with units, for example "30s" or "1h30m"`);
  }
  let total = 0;
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(number) * UNITS_MS[unit!]!;
  }
  return total;
}

/**
 * Writes a duration for people: at most two units, rounded down.
 *
 * @param ms Milliseconds.
 * @returns For example `850ms`, `4.2s`, `2m10s`, `3h`.
 */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.floor(ms)}ms`;
  if (ms < 60_000) return `${Math.floor(ms / 100) / 10}s`;
  const [big, small, bigUnit, smallUnit] = ms < 3_600_000
    ? [Math.floor(ms / 60_000), Math.floor(ms / 1_000) % 60, "m", "s"]
    : ms < 86_400_000
    ? [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, "h", "m"]
    : [Math.floor(ms / 86_400_000), Math.floor(ms / 3_600_000) % 24, "d", "h"];
  return small === 0 ? `${big}${bigUnit}` : `${big}${bigUnit}${small}${smallUnit}`;
}
