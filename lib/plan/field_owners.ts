/**
 * Who owns a field, for people and scripts.
 *
 * @module
 */

import type { DeepReadonly } from "../base/deep_readonly.ts";
import { parseFieldPath } from "../kube/field_path.ts";
import type { KubeObject, ManagedFieldsEntry } from "../kube/object.ts";
import { ownsField } from "./ownership.ts";

/** An owner of a field. */
export type FieldOwner = DeepReadonly<Omit<ManagedFieldsEntry, "fieldsType" | "fieldsV1">>;

/**
 * Tells who owns a field, and since when.
 *
 * To take a field over, apply it with `force`; to give one up, apply without it.
 *
 * @param object The object, as it was read.
 * @param path The field, such as `spec.replicas` or `spec.template.spec.containers[name=web].image`.
 * @returns The field managers that own it or parts of it; none if nobody has set it.
 * @throws {RangeError} If the path is none.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const entry = { manager: "hpa", operation: "Update", fieldsV1: { "f:spec": { "f:replicas": {} } } };
 * const object = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web", managedFields: [entry] } };
 * deepStrictEqual(fieldOwners(object, "spec.replicas"), [{ manager: "hpa", operation: "Update" }]);
 * ```
 */
export function fieldOwners(object: DeepReadonly<KubeObject>, path: string): FieldOwner[] {
  const elements = parseFieldPath(path);
  return (object.metadata?.managedFields ?? [])
    .filter((entry) => ownsField(entry, elements))
    .map(({ fieldsV1: _, fieldsType: _type, ...owner }) => owner);
}
