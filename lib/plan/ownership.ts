/**
 * Who owns which fields of a live object, read from its `metadata.managedFields`.
 *
 * @module
 */

import type { PathElement } from "../kube/field_path.ts";
import type { LiveObject, ManagedFieldsEntry } from "../kube/object.ts";
import { controllerOf } from "../kube/owner.ts";
import { type FieldNode, nodeAt } from "./field_set.ts";
import { PART_OF_LABEL, type SetIdentity } from "./set_identity.ts";

const PART_OF_PATH: readonly PathElement[] = [{ field: "metadata" }, { field: "labels" }, { field: PART_OF_LABEL }];

/**
 * Finds the entry of our own applies.
 *
 * @param live The live object.
 * @param fieldManager Our field manager.
 * @returns The entry, if there is one.
 */
export function applyEntry(live: LiveObject, fieldManager: string): ManagedFieldsEntry | undefined {
  return live.metadata.managedFields?.find((entry) =>
    entry.manager === fieldManager && entry.operation === "Apply" && !entry.subresource
  );
}

/**
 * Finds the entries of everybody else.
 *
 * @param live The live object.
 * @param fieldManager Our field manager.
 * @returns The entries; those of our own updates count as others', as the server sees it so too.
 */
export function otherEntries(live: LiveObject, fieldManager: string): readonly ManagedFieldsEntry[] {
  const own = applyEntry(live, fieldManager);
  return (live.metadata.managedFields ?? []).filter((entry) => entry !== own);
}

/**
 * Tells whether an object is a member of a set.
 *
 * The label alone proves nothing: controllers copy a Service's labels to its EndpointSlices, and people copy
 * manifests. So our Apply entry must own the label, and no controller may own the object.
 *
 * @param live The live object.
 * @param set The set.
 * @returns Whether it is a member.
 */
export function isMember(live: LiveObject, set: SetIdentity): boolean {
  return live.metadata.labels?.[PART_OF_LABEL] === set.id &&
    controllerOf(live) === undefined &&
    ownsField(applyEntry(live, set.fieldManager), PART_OF_PATH);
}

/**
 * Finds the set, other than the given one, to which an object belongs.
 *
 * @param live The live object.
 * @param set The set that asks.
 * @returns The field manager of the other set, if there is one.
 */
export function otherSetOf(live: LiveObject, set: SetIdentity): string | undefined {
  const label = live.metadata.labels?.[PART_OF_LABEL];
  if (label === undefined || label === set.id) return undefined;
  return otherEntries(live, set.fieldManager)
    .find((entry) => entry.operation === "Apply" && ownsField(entry, PART_OF_PATH))?.manager;
}

/**
 * Tells whether an entry owns an annotation.
 *
 * @param entry The entry.
 * @param annotation The annotation's key.
 * @returns Whether it does.
 */
export function ownsAnnotation(entry: ManagedFieldsEntry | undefined, annotation: string): boolean {
  return ownsField(entry, [{ field: "metadata" }, { field: "annotations" }, { field: annotation }]);
}

/**
 * Tells whether an entry owns a field, as a whole or in parts.
 *
 * @param entry The entry.
 * @param path The field.
 * @returns Whether it does.
 */
export function ownsField(entry: { readonly fieldsV1?: FieldNode } | undefined, path: readonly PathElement[]): boolean {
  return nodeAt(entry?.fieldsV1, path) !== undefined;
}
