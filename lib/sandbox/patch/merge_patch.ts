/**
 * JSON merge patches (RFC 7386).
 *
 * @module
 */

import { isJsonObject } from "../../base/json.ts";
import { cannotDecode, PatchError } from "./patch_error.ts";

/**
 * Applies a merge patch.
 *
 * @param document The document; it is not changed.
 * @param patch The patch.
 * @returns The patched document, which shares what the patch does not touch.
 * @throws {PatchError} If the patch is not an object.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(applyMergePatch({ a: 1, b: { c: 2 } }, { a: null, b: { d: 3 } }), { b: { c: 2, d: 3 } });
 * ```
 */
export function applyMergePatch(document: unknown, patch: unknown): unknown {
  if (patch === null) throw new PatchError(400, "Invalid JSON Patch");
  if (!isJsonObject(patch)) throw cannotDecode(patch, "map[string]interface {}", "error decoding patch: ");
  return merge(document, patch);
}

function merge(document: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return Array.isArray(patch) ? patch.map(withoutNulls) : patch;
  const merged: Record<string, unknown> = isJsonObject(document) ? { ...document } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = merge(merged[name], value);
  }
  // The server writes fields in this order, and finds faults in the order in which it reads them.
  return Object.fromEntries(Object.keys(merged).sort().map((name) => [name, merged[name]]));
}

/** Drops the empty fields of new objects in lists; an item itself can be `null`. */
function withoutNulls(item: unknown): unknown {
  return item === null ? item : merge(undefined, item);
}
