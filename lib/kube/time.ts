/**
 * Times as the API writes them.
 *
 * @module
 */

/**
 * Writes a time as objects have it.
 *
 * @param ms Milliseconds since the epoch.
 * @returns RFC 3339 with seconds, as `metav1.Time` is written.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(formatTime(1_795_284_461_999), "2026-11-21T18:07:41Z");
 * ```
 */
export function formatTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -".000Z".length)}Z`;
}
