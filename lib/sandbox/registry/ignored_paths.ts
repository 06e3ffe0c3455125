/**
 * The fields that a request cannot set, and hence cannot manage either.
 *
 * @module
 */

import type { ServedResource } from "./served_resource.ts";

const STATUS = [["status"]];
const NOT_STATUS = [["spec"]];

/**
 * Finds the fields that a write leaves alone.
 *
 * @param resource The resource.
 * @param subresource The subresource; absent for none.
 * @returns The paths of the fields.
 */
export function ignoredPaths(
  resource: ServedResource,
  subresource: string | undefined,
): readonly (readonly string[])[] {
  if (subresource === "status") return resource.strategy.statusIgnoredPaths ?? NOT_STATUS;
  return resource.served.has("status") ? STATUS : [];
}
