/**
 * Which fields of an object a change alters, for people.
 *
 * @module
 */

import { isJsonObject, jsonEquals } from "../base/json.ts";
import { formatFieldPath, type PathElement } from "../kube/field_path.ts";
import type { FieldChange } from "./change.ts";
import type { Mask } from "./mask.ts";

/** What the server keeps by itself in `metadata`. */
const KEPT_BY_THE_SERVER = new Set(["creationTimestamp", "generation", "managedFields", "resourceVersion", "uid"]);

/** What {@linkcode diffObjects} needs to know besides the objects. */
export interface DiffOptions {
  /** The kind of the object, by which secret values are found. */
  readonly kind: { readonly group: string; readonly kind: string };
  /** Hides secret values. */
  readonly mask: Mask;
}

/**
 * Compares two states of one object.
 *
 * @param before The object as it is.
 * @param after The object as it would be.
 * @param options The kind, and what hides secret values.
 * @returns The fields that differ, without those that the server keeps by itself.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { Mask } from "./mask.ts";
 *
 * const options = { kind: { group: "apps", kind: "Deployment" }, mask: new Mask() };
 * deepStrictEqual(diffObjects({ spec: { replicas: 1 } }, { spec: { replicas: 2 } }, options), [
 *   { path: "spec.replicas", from: 1, to: 2 },
 * ]);
 * ```
 */
export function diffObjects(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  { kind, mask }: DiffOptions,
): FieldChange[] {
  return [...differences([], before, after)].map(({ path, from, to }) => ({
    path: formatFieldPath(path),
    ...(from !== undefined && { from: mask.field(kind, path, from) }),
    ...(to !== undefined && { to: mask.field(kind, path, to) }),
  }));
}

interface Difference {
  readonly path: readonly PathElement[];
  readonly from: unknown;
  readonly to: unknown;
}

function* differences(path: readonly PathElement[], from: unknown, to: unknown): Generator<Difference> {
  if (isJsonObject(from) && isJsonObject(to)) {
    for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
      if (isField(path, "metadata") && KEPT_BY_THE_SERVER.has(key)) continue;
      yield* differences([...path, { field: key }], from[key], to[key]);
    }
  } else if (Array.isArray(from) && Array.isArray(to) && from.length === to.length) {
    for (const [index, item] of from.entries()) {
      yield* differences([...path, elementOf(item, to[index], index)], item, to[index]);
    }
  } else if (!jsonEquals(from, to)) {
    yield { path, from, to };
  }
}

function isField(path: readonly PathElement[], name: string): boolean {
  const [first, second] = path;
  return first !== undefined && second === undefined && "field" in first && first.field === name;
}

/** Names an item by its name, if it has one that stays. */
function elementOf(from: unknown, to: unknown, index: number): PathElement {
  const name = isJsonObject(from) && isJsonObject(to) && from.name === to.name ? from.name : undefined;
  return typeof name === "string" ? { key: { name } } : { index };
}
