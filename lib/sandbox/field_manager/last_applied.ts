/**
 * The annotation of client-side apply, which kubectl's server-side apply takes over and keeps up to date.
 *
 * @module
 */

import { canonicalJson, isJsonObject, parseJson } from "../../base/json.ts";
import type { KubeObject } from "../../kube/object.ts";
import { compareValues } from "./compare.ts";
import type { FieldSet } from "./field_set.ts";
import { fieldsOf } from "./fields_of.ts";
import { validateValue } from "./validate.ts";
import type { ValueType } from "./value_type.ts";

const ANNOTATION = "kubectl.kubernetes.io/last-applied-configuration";
const MAX_ANNOTATIONS_BYTES = 256 * 1024;

/**
 * Finds the fields that kubectl set with client-side apply and nobody changed since: its server-side apply may take them.
 *
 * @param live The object.
 * @param type Its type.
 * @returns The fields; `undefined` if the object was not applied that way in this version.
 */
export function lastAppliedFields(live: KubeObject, type: ValueType): FieldSet | undefined {
  const applied = parseObject(live.metadata?.annotations?.[ANNOTATION]);
  if (applied?.apiVersion !== live.apiVersion) return undefined;
  if (validateValue(type, live) !== undefined || validateValue(type, applied) !== undefined) return undefined;
  const { added, modified, removed } = compareValues(type, applied, live);
  return fieldsOf(type, applied).difference(modified).difference(added).difference(removed);
}

/**
 * Brings the annotation up to date after a server-side apply of kubectl, if there is one.
 *
 * @param object The object.
 * @param config What was applied.
 * @returns The object with the new annotation; the same one if it has none.
 */
export function withLastApplied<T extends KubeObject>(object: T, config: KubeObject): T {
  if (!object.metadata?.annotations?.[ANNOTATION]) return object;
  const { [ANNOTATION]: _old, ...own } = config.metadata?.annotations ?? {};
  const { annotations: _annotations, ...metadata } = config.metadata ?? {};
  const isBare = Object.keys(own).length === 0;
  const applied = { ...config, metadata: isBare ? metadata : { ...metadata, annotations: own } };
  const { [ANNOTATION]: _previous, ...others } = object.metadata.annotations;
  // As Go's encoder of unstructured objects writes it, with a line break.
  const annotations = { ...others, [ANNOTATION]: `${canonicalJson(applied)}\n` };
  return { ...object, metadata: { ...object.metadata, annotations: isTooLarge(annotations) ? others : annotations } };
}

function parseObject(text: string | undefined): Record<string, unknown> | undefined {
  try {
    const value = text && parseJson(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isTooLarge(annotations: Readonly<Record<string, string>>): boolean {
  const encoder = new TextEncoder();
  const sizes = Object.entries(annotations).flat().map((text) => encoder.encode(text).length);
  return sizes.reduce((sum, size) => sum + size, 0) > MAX_ANNOTATIONS_BYTES;
}
