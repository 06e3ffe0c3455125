/**
 * The order of versions.
 *
 * @module
 */

const VERSION = /^v(\d+)(?:(alpha|beta)(\d+))?$/;
const STAGES = ["alpha", "beta", undefined];

/**
 * Compares versions as API servers prefer them: `v2`, `v1`, `v1beta2`, `v1alpha1`, then all that are named otherwise.
 *
 * @param a One version.
 * @param b The other.
 * @returns Negative if the first is preferred.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(["foo", "v1beta1", "v1", "v10", "v1beta2"].sort(compareVersions), [
 *   "v10", "v1", "v1beta2", "v1beta1", "foo",
 * ]);
 * ```
 */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [VERSION.exec(a), VERSION.exec(b)];
  if (!x || !y) return x ? -1 : y ? 1 : a < b ? -1 : a > b ? 1 : 0;
  return STAGES.indexOf(y[2]) - STAGES.indexOf(x[2]) || Number(y[1]) - Number(x[1]) ||
    Number(y[3] ?? 0) - Number(x[3] ?? 0);
}
