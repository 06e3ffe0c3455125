/**
 * Durations as tables show them, such as `5m30s`: what apimachinery calls `HumanDuration`.
 *
 * @module
 */

const UNITS = [
  { name: "s", seconds: 1 },
  { name: "m", seconds: 60 },
  { name: "h", seconds: 3600 },
  { name: "d", seconds: 86_400 },
  { name: "y", seconds: 31_536_000 },
] as const;

/** Up to how many seconds a duration is told in a unit, alone or with the next smaller one. */
const STEPS: readonly { readonly below: number; readonly unit: 0 | 1 | 2 | 3 | 4; readonly withRest: boolean }[] = [
  { below: 120, unit: 0, withRest: false },
  { below: 600, unit: 1, withRest: true },
  { below: 3 * 3600, unit: 1, withRest: false },
  { below: 8 * 3600, unit: 2, withRest: true },
  { below: 48 * 3600, unit: 2, withRest: false },
  { below: 8 * 86_400, unit: 3, withRest: true },
  { below: 2 * 31_536_000, unit: 3, withRest: false },
  { below: 8 * 31_536_000, unit: 4, withRest: true },
  { below: Infinity, unit: 4, withRest: false },
];

/**
 * Tells a duration with two or three significant digits.
 *
 * @param ms The milliseconds.
 * @returns For example `90s`, `5m30s` or `2d`; `<invalid>` if it is negative by more than clocks may differ.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(humanDuration(90_000), "90s");
 * strictEqual(humanDuration(330_000), "5m30s");
 * ```
 */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1000);
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  const { unit, withRest } = STEPS.find(({ below }) => seconds < below)!;
  const { name, seconds: length } = UNITS[unit];
  const smaller = UNITS[unit - 1];
  const rest = smaller && withRest ? Math.floor((seconds % length) / smaller.seconds) : 0;
  return `${Math.floor(seconds / length)}${name}${rest > 0 ? `${rest}${smaller!.name}` : ""}`;
}

/**
 * Tells how long ago something was.
 *
 * @param time The time, RFC 3339.
 * @param nowMs The present in milliseconds since the epoch.
 * @returns The duration; `<unknown>` if there is no time.
 */
export function age(time: string | null | undefined, nowMs: number): string {
  return time ? humanDuration(nowMs - Date.parse(time)) : "<unknown>";
}
