/**
 * What a write would lead to, where the server cannot be asked: of objects that exist in a dry run only, and where the
 * permission is missing.
 *
 * @module
 */

import { isJsonObject, jsonEquals } from "../../base/json.ts";
import type { KubeObject, LiveObject } from "../../kube/object.ts";
import type { KubeRequest } from "../../kube/request.ts";

/**
 * Supposes the result of a write.
 *
 * @param request The write.
 * @param before The object before it; `undefined` if there is none.
 * @returns The object after it: without defaults, and as before if it is a JSON patch. `undefined` if it would be gone.
 */
export function suppose(request: KubeRequest, before: LiveObject | undefined): LiveObject | undefined {
  if (request.verb === "delete" || request.target?.subresource === "eviction") return undefined;
  const body = isJsonObject(request.body) ? request.body : {};
  const object = (request.verb === "patch" ? mergePatch(before ?? {}, body) : body) as unknown as KubeObject;
  const identity = { name: request.target?.name ?? `${object.metadata?.generateName}*****`, uid: "dry-run" };
  const { namespace } = request.target ?? {};
  const metadata = { ...identity, ...(namespace !== undefined && { namespace }), ...object.metadata };
  return { ...object, metadata: { ...metadata, resourceVersion: before?.metadata.resourceVersion ?? "" } };
}

/** A JSON merge patch, see RFC 7386. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return patch;
  const result: Record<string, unknown> = isJsonObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

/**
 * Does to one state of an object what was done to another.
 *
 * @param base The state to change.
 * @param before The other state.
 * @param after What the other state became.
 * @returns The changed state.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(rebase({ a: 2, b: 1 }, { a: 1, b: 1 }, { a: 1, b: 3 }), { a: 2, b: 3 });
 * ```
 */
export function rebase(base: unknown, before: unknown, after: unknown): unknown {
  if (jsonEquals(before, after)) return base;
  if (!isJsonObject(base) || !isJsonObject(before) || !isJsonObject(after)) return after;
  const result: Record<string, unknown> = { ...base };
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const value = rebase(base[key], before[key], after[key]);
    if (value === undefined) delete result[key];
    else result[key] = value;
  }
  return result;
}
