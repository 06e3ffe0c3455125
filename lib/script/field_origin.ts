/**
 * The place of a field within the place of an object, for messages.
 *
 * @module
 */

import type { FieldPath, Origin } from "../kube/desired_object.ts";
import { formatFieldPath } from "../kube/field_path.ts";

/**
 * Goes down from a place to a field.
 *
 * @param origin The place.
 * @param path The path of the field from there.
 * @returns The place of the field.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(fieldOrigin({ path: "resources" }, [2, "data", "a.b"]), { path: 'resources[2].data["a.b"]' });
 * ```
 */
export function fieldOrigin(origin: Origin, path: FieldPath): Origin {
  if (path.length === 0) return origin;
  const below = formatFieldPath(path.map((step) => typeof step === "number" ? { index: step } : { field: step }));
  const dot = origin.path === undefined || below.startsWith("[") ? "" : ".";
  return { ...origin, path: `${origin.path ?? ""}${dot}${below}` };
}
