/**
 * What a write would lead to, where the server cannot be asked: of objects that exist in a dry run only, and where the
 * permission is missing.
 *
 * @module
 */

import { isJsonObject, jsonEquals } from "../../base/json.ts";
import { namedItems } from "../../kube/named_items.ts";
import type { LiveObject, ObjectMeta } from "../../kube/object.ts";
import type { KubeRequest } from "../../kube/request.ts";
import { patchLocally } from "./local_patch.ts";

/** What the server would make up for a new object. */
export type NewIdentity = Required<Pick<ObjectMeta, "name" | "uid" | "creationTimestamp">>;

/** Those that the server adds to a deletion that is to treat dependents in a certain way; soon gone, and the object. */
const FINALIZERS_OF_DELETIONS = new Set(["foregroundDeletion", "orphan"]);

/**
 * Supposes the result of a write.
 *
 * @param request The write.
 * @param before The object before it; `undefined` if there is none.
 * @param made What is made up if there is none.
 * @returns The object after it, without defaults; `undefined` if it would be gone.
 */
export function suppose(
  { verb, target, body, contentType }: KubeRequest,
  before: LiveObject | undefined,
  made: NewIdentity,
): LiveObject | undefined {
  if (verb === "delete" || target?.subresource === "eviction") {
    return before && supposeDeletion(before, made.creationTimestamp);
  }
  const after = (verb === "patch" ? patchLocally(before ?? {}, body, contentType) : body) as LiveObject;
  if (target?.subresource === "scale") return before && withReplicas(before, after.spec);
  if (target?.subresource === "status") return before && { ...before, status: after.status };
  const { namespace, name = made.name } = target ?? {};
  const { uid, creationTimestamp = "", resourceVersion } = before?.metadata ?? { ...made, resourceVersion: "" };
  const identity = { name, ...(namespace !== undefined && { namespace }), uid, creationTimestamp, resourceVersion };
  return { ...after, metadata: { ...identity, ...after.metadata } };
}

/**
 * Supposes the result of a deletion.
 *
 * @param object The object.
 * @param time Now, RFC 3339.
 * @returns The object if finalizers of others keep it; else `undefined`, as it would be gone now or soon.
 */
export function supposeDeletion(object: LiveObject, time: string): LiveObject | undefined {
  const { finalizers = [], deletionTimestamp = time } = object.metadata;
  if (finalizers.every((finalizer) => FINALIZERS_OF_DELETIONS.has(finalizer))) return undefined;
  return { ...object, metadata: { ...object.metadata, deletionTimestamp } };
}

/**
 * Supposes the result of a change of scale.
 *
 * @param object The object.
 * @param spec The `spec` of the Scale.
 * @returns The object with as many replicas.
 */
export function withReplicas(object: LiveObject, spec: unknown): LiveObject {
  // The server leaves out a zero.
  const { replicas = 0 } = spec as { replicas?: number };
  return { ...object, spec: { ...object.spec as object, replicas } };
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
  const fields = rebaseParts([base, before, after].map(fieldsOf));
  if (fields) return Object.fromEntries(fields);
  const items = rebaseParts([base, before, after].map(namedItems));
  return items ? [...items.values()] : after;
}

type Parts = ReadonlyMap<string, unknown>;

function fieldsOf(value: unknown): Parts | undefined {
  return isJsonObject(value) ? new Map(Object.entries(value)) : undefined;
}

/** Where nothing was before, something can have come to both. */
function rebaseParts([base, before = new Map(), after]: readonly (Parts | undefined)[]): Parts | undefined {
  if (!base || !after) return undefined;
  const result = new Map(base);
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const value = rebase(base.get(key), before.get(key), after.get(key));
    if (value === undefined) result.delete(key);
    else result.set(key, value);
  }
  return result;
}
