/**
 * Which fields of an object a change alters, for people.
 *
 * @module
 */

import { isJsonObject, jsonEquals } from "../base/json.ts";
import { formatFieldPath, type PathElement } from "../kube/field_path.ts";
import { namedItems } from "../kube/named_items.ts";
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
    for (const field of new Set([...Object.keys(from), ...Object.keys(to)])) {
      if (isMetadata(path) && KEPT_BY_THE_SERVER.has(field)) continue;
      yield* differences([...path, { field }], from[field], to[field]);
    }
    return;
  }
  const [before, after] = [namedItems(from), namedItems(to)];
  if (before && after) {
    for (const name of new Set([...before.keys(), ...after.keys()])) {
      yield* differences([...path, { key: { name } }], before.get(name), after.get(name));
    }
    const order = { path, from: commonNames(before, after), to: commonNames(after, before) };
    if (!jsonEquals(order.from, order.to)) yield order;
  } else if (Array.isArray(from) && Array.isArray(to) && from.length === to.length) {
    for (const [index, item] of from.entries()) yield* differences([...path, { index }], item, to[index]);
  } else if (!jsonEquals(from, to)) {
    yield { path, from, to };
  }
}

function isMetadata([first, second]: readonly PathElement[]): boolean {
  return first !== undefined && second === undefined && "field" in first && first.field === "metadata";
}

function commonNames(items: ReadonlyMap<string, unknown>, others: ReadonlyMap<string, unknown>): string[] {
  return [...items.keys()].filter((name) => others.has(name));
}
