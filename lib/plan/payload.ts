/**
 * What would be sent for a desired object.
 *
 * @module
 */

import { isJsonObject } from "../base/json.ts";
import type { DesiredObject, FieldPath } from "../kube/desired_object.ts";
import { parseFieldPath, type PathElement } from "../kube/field_path.ts";
import type { KubeObject, LiveObject, ManagedFieldsEntry } from "../kube/object.ts";

import { childAt, type FieldNode, findItemKey, hasKey } from "./field_set.ts";
import { copyAt, removeAt, setAt, valueAt } from "./field_edit.ts";
import { applyEntry, ownsAnnotation, ownsField } from "./ownership.ts";
import {
  ADOPTED_ANNOTATION,
  APPLIED_ANNOTATION,
  KEEP_ANNOTATION,
  PART_OF_LABEL,
  type SetIdentity,
} from "./set_identity.ts";

/**
 * Makes the object to apply: what is desired, with the marks of the set.
 *
 * Fields that are set only at creation, or ignored, are left out once the object exists. While we still own such a
 * field, its live value is sent instead: leaving it out would make the server remove it, and `replicas` fall to 1.
 *
 * The hash of the desired document is carried over from the live object, so that a comparison looks at the content
 * alone; {@linkcode withHash} puts in the present one before the object is sent.
 *
 * @param desired The desired object.
 * @param live The live object, if there is one.
 * @param set The set.
 * @returns The object to apply; it shares what it can with the desired object, so it must not be changed.
 */
export function payload(desired: DesiredObject, live: LiveObject | undefined, set: SetIdentity): KubeObject {
  const own = live && applyEntry(live, set.fieldManager);
  const metadata = desired.object.metadata ?? {};
  const liveAnnotations = live?.metadata.annotations ?? {};
  const adopted = ownsAnnotation(own, ADOPTED_ANNOTATION);
  const object: KubeObject = {
    ...desired.object,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, [PART_OF_LABEL]: set.id },
      annotations: {
        ...metadata.annotations,
        [APPLIED_ANNOTATION]: liveAnnotations[APPLIED_ANNOTATION] ?? "",
        ...(desired.keep && { [KEEP_ANNOTATION]: "true" }),
        ...(adopted && { [ADOPTED_ANNOTATION]: liveAnnotations[ADOPTED_ANNOTATION] ?? "true" }),
      },
    },
  };
  const ignored = desired.ignore.flatMap((path) => findField(object, parseFieldPath(path)));
  const left = live === undefined ? ignored : [...desired.initial, ...ignored];
  return left.toSorted(laterFirst).reduce((result, path) => leaveToOthers(result, path, live, own), object);
}

/**
 * Puts the hash of the desired document into an object to apply.
 *
 * @param object The object.
 * @param hash The hash.
 * @returns A copy with the hash.
 */
export function withHash(object: KubeObject, hash: string): KubeObject {
  return withAnnotation(object, APPLIED_ANNOTATION, hash);
}

/**
 * Marks an object to apply as one that existed before the set took it over.
 *
 * @param object The object.
 * @returns A copy with the mark.
 */
export function withAdoptedMark(object: KubeObject): KubeObject {
  return withAnnotation(object, ADOPTED_ANNOTATION, "true");
}

/**
 * Ties an object to apply to the one that was read.
 *
 * @param object The object.
 * @param live The object that was read; its uid keeps an apply from creating it anew after a foreign delete.
 * @param exact Whether any change since then refuses the apply.
 * @returns A copy with uid and, if exact, resourceVersion.
 */
export function withPreconditions(object: KubeObject, live: LiveObject, exact: boolean): KubeObject {
  const { uid, resourceVersion } = live.metadata;
  return { ...object, metadata: { ...object.metadata, uid, ...(exact && { resourceVersion }) } };
}

/**
 * Takes fields out of an object to apply.
 *
 * @param object The object.
 * @param paths The fields.
 * @returns A copy without them.
 */
export function withoutFields(object: KubeObject, paths: readonly (readonly PathElement[])[]): KubeObject {
  return paths.flatMap((path) => findField(object, path)).toSorted(laterFirst)
    .reduce((result, path) => removeAt(copyAt(result, path), path) as KubeObject, object);
}

/**
 * Puts an annotation onto an object to apply.
 *
 * @param object The object.
 * @param key The annotation's key.
 * @param value Its value.
 * @returns A copy with the annotation.
 */
export function withAnnotation(object: KubeObject, key: string, value: string): KubeObject {
  const annotations = { ...object.metadata?.annotations, [key]: value };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function leaveToOthers(
  object: KubeObject,
  path: FieldPath,
  live: LiveObject | undefined,
  own: ManagedFieldsEntry | undefined,
): KubeObject {
  const elements = locate(object, path, own?.fieldsV1);
  const copy = copyAt(object, path) as KubeObject;
  const value = live && ownsField(own, elements) ? followPath(live, elements) : undefined;
  return (value === undefined ? removeAt(copy, path) : setAt(copy, path, value)) as KubeObject;
}

/** Names the list items on a path by their keys, as the field set knows them. */
function locate(object: unknown, path: FieldPath, owned: FieldNode | undefined): PathElement[] {
  const elements: PathElement[] = [];
  let node = owned;
  for (const [depth, step] of path.entries()) {
    const element = typeof step === "string"
      ? { field: step }
      : itemElement(valueAt(object, path.slice(0, depth + 1)), step, node);
    elements.push(element);
    node = node && childAt(node, element);
  }
  return elements;
}

function itemElement(item: unknown, index: number, node: FieldNode | undefined): PathElement {
  const { key } = findItemKey(item, Object.keys(node ?? {}));
  return key === undefined ? { index } : { key };
}

/**
 * Reads a field of a live object.
 *
 * @param live The object.
 * @param path The field.
 * @returns Its value, or `undefined`.
 */
export function followPath(live: unknown, path: readonly PathElement[]): unknown {
  return path.reduce<unknown>((value, element) => {
    if ("field" in element) return isJsonObject(value) ? value[element.field] : undefined;
    if (!Array.isArray(value)) return undefined;
    if ("index" in element) return value[element.index];
    if ("key" in element) return value.find((item) => hasKey(item, element.key));
    return value.includes(element.value) ? element.value : undefined;
  }, live);
}

/**
 * Finds where a field stands in a desired object.
 *
 * @param object The object.
 * @param path The field.
 * @returns Its path by indexes; none if it is not there.
 */
export function findField(object: unknown, path: readonly PathElement[]): FieldPath[] {
  const found: (string | number)[] = [];
  let value = object;
  for (const element of path) {
    const step = "field" in element
      ? element.field
      : "index" in element
      ? element.index
      : (Array.isArray(value) ? value : []).findIndex((item) => "key" in element && hasKey(item, element.key));
    value = valueAt(value, [step]);
    if (value === undefined) return [];
    found.push(step);
  }
  return [found];
}

// Removing a list item moves the ones after it, so the last goes first.
function laterFirst(a: FieldPath, b: FieldPath): number {
  const depth = a.findIndex((step, i) => step !== b[i]);
  const [x, y] = [a[depth], b[depth]];
  return typeof x === "number" && typeof y === "number" ? y - x : b.length - a.length;
}
