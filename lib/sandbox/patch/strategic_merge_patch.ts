/**
 * Strategic merge patches: merge patches that merge lists by what the schema says of them, with directives.
 *
 * @module
 */

import { isJsonObject, jsonEquals } from "../../base/json.ts";
import type { KindSchema } from "../../kube/schema.ts";
import { discardNulls, MapSchema, removeDirectives, shapeOf } from "./patch_schema.ts";
import { cannotDecode, PatchError, rejected } from "./patch_error.ts";
import { goText, typeName } from "./go_text.ts";

type JsonMap = Readonly<Record<string, unknown>>;

const PATCH = "$patch";
const RETAIN_KEYS = "$retainKeys";
const ORDER = "$setElementOrder";
const DELETE_ITEMS = "$deleteFromPrimitiveList";

/**
 * Applies a strategic merge patch.
 *
 * @param document The object; it is not changed.
 * @param patch The patch; it is not changed.
 * @param schema The schema of the object's kind.
 * @returns The patched object, which shares what the patch does not touch.
 * @throws {PatchError} If the patch is none, or does not fit.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const items = { type: "object", properties: { name: { type: "string" } } };
 * const list = { type: "array", items, "x-kubernetes-patch-strategy": "merge", "x-kubernetes-patch-merge-key": "name" };
 * const schema = { schema: { type: "object", properties: { list } }, find: () => undefined };
 * deepStrictEqual(
 *   applyStrategicMergePatch({ list: [{ name: "a" }, { name: "b" }] }, { list: [{ name: "a", $patch: "delete" }] }, schema),
 *   { list: [{ name: "b" }] },
 * );
 * ```
 */
export function applyStrategicMergePatch(
  document: JsonMap,
  patch: unknown,
  schema: KindSchema,
): Record<string, unknown> {
  if (patch === null) return document;
  if (!isJsonObject(patch)) throw cannotDecode(patch, "map[string]interface {}");
  return mergeMaps(document, patch, new MapSchema(schema.schema, schema.find));
}

function mergeMaps(original: JsonMap, patch: JsonMap, schema: MapSchema): Record<string, unknown> {
  if (Object.hasOwn(patch, PATCH)) return replaceMap(patch);
  const { [RETAIN_KEYS]: retained, ...rest } = patch;
  const changes: Record<string, unknown> = rest;
  const merged: Record<string, unknown> = { ...original };
  if (Object.hasOwn(patch, RETAIN_KEYS)) retainKeys(merged, changes, retained);
  for (const key of Object.keys(changes).filter((key) => key.startsWith(ORDER))) {
    const order = changes[key];
    delete changes[key];
    const name = nameAfter(key, ORDER);
    if (mergeOrdered(merged, changes, name, order, schema)) delete changes[name];
  }
  for (const [key, change] of Object.entries(changes)) {
    const deletesItems = key.startsWith(DELETE_ITEMS);
    mergeField(merged, deletesItems ? nameAfter(key, DELETE_ITEMS) : key, change, deletesItems, schema);
  }
  return merged;
}

function replaceMap({ [PATCH]: directive, ...patch }: JsonMap): Record<string, unknown> {
  if (directive === "replace") return patch;
  if (directive === "delete") return {};
  return refuse(`unknown patch type: ${goText(directive)} in map: ${goText({ ...patch, [PATCH]: directive })}`);
}

function retainKeys(merged: Record<string, unknown>, changes: JsonMap, retained: unknown): void {
  const isBad = !Array.isArray(retained) ||
    Object.entries(changes).some(([key, value]) =>
      value !== null && !key.startsWith(DELETE_ITEMS) && !key.startsWith(ORDER) && !retained.includes(key)
    );
  if (isBad) throw new PatchError(400, "invalid patch format of retainKeys");
  for (const key of Object.keys(merged)) {
    if (!retained.includes(key)) delete merged[key];
  }
}

function mergeField(
  merged: Record<string, unknown>,
  name: string,
  change: unknown,
  deletesItems: boolean,
  schema: MapSchema,
): void {
  if (change === null) {
    delete merged[name];
    return;
  }
  const value = merged[name];
  const shape = shapeOf(value);
  if (!Object.hasOwn(merged, name) || shape !== shapeOf(change)) {
    if (!deletesItems) setField(merged, name, removeDirectives(discardNulls(change)));
  } else if (shape === "map") {
    const { strategy, below } = schema.ofMap(name);
    const isReplaced = strategy === "replace";
    merged[name] = isReplaced ? change : mergeMaps(value as JsonMap, change as JsonMap, below);
  } else if (shape === "list") {
    merged[name] = mergeLists(value as unknown[], change as unknown[], schema.ofList(name), deletesItems);
  } else {
    merged[name] = change;
  }
}

function setField(merged: Record<string, unknown>, name: string, value: unknown): void {
  if (value === undefined) delete merged[name];
  else merged[name] = value;
}

/** How the items of a list merge. */
interface ListSchema {
  readonly strategy: string;
  readonly mergeKey: string;
  readonly below: MapSchema;
}

/** Merges a list whose order is given; tells whether it did. */
function mergeOrdered(
  merged: Record<string, unknown>,
  changes: JsonMap,
  name: string,
  order: unknown,
  schema: MapSchema,
): boolean {
  const sorted = asList(order);
  const original = Object.hasOwn(merged, name) ? asList(merged[name]) : undefined;
  const patch = Object.hasOwn(changes, name) ? asList(changes[name]) : undefined;
  const list = schema.ofList(name);
  checkOrder(patch ?? [], sorted, list.mergeKey);
  if (original === undefined && patch === undefined) return false;
  const items = patch === undefined
    ? original!
    : original === undefined
    ? removeDirectives(patch) as unknown[]
    : mergeLists(original, patch, list, false);
  checkItems([...original ?? [], ...patch ?? []], [original ?? [], patch ?? []]);
  merged[name] = sortItems(items, sorted, original ?? [], list.mergeKey);
  return true;
}

/** The items of a patch must come in the order that it gives, in which all of them must be. */
function checkOrder(patch: readonly unknown[], order: readonly unknown[], mergeKey: string): void {
  if (patch.length === 0 || order.length === 0) return;
  const items = patch.filter((item) => !(isJsonObject(item) && Object.hasOwn(item, PATCH)));
  let next = 0;
  for (const place of order) {
    if (next < items.length && sameItem(items[next], place, mergeKey)) next++;
  }
  if (next === items.length) return;
  refuse(`The order in patch list:\n${goText(patch)}\n doesn't match ${ORDER} list:\n${goText(order)}\n`);
}

function sameItem(a: unknown, b: unknown, mergeKey: string): boolean {
  if (mergeKey === "") return a === b;
  return keyOf(a, mergeKey) === keyOf(b, mergeKey);
}

function keyOf(item: unknown, mergeKey: string): unknown {
  if (!isJsonObject(item)) {
    return refuse(`expected a map[string]interface {}, but received a ${typeName(item)}`);
  }
  if (Object.hasOwn(item, mergeKey)) return item[mergeKey];
  return refuse(`map: ${goText(item)} does not contain declared merge key: ${mergeKey}`);
}

function mergeLists(
  original: readonly unknown[],
  patch: readonly unknown[],
  { strategy, mergeKey, below }: ListSchema,
  deletesItems: boolean,
): unknown[] {
  if (strategy !== "merge" && !deletesItems) return [...patch];
  if (original.length === 0 && patch.length === 0) return [];
  checkItems([...original, ...patch], [original, patch]);
  if (!isJsonObject(original[0] ?? patch[0])) {
    if (deletesItems) return original.filter((item) => !patch.includes(item));
    return sortItems(deduplicate([...original, ...patch]), patch, original, "");
  }
  if (mergeKey === "") return refuse("cannot merge lists without merge key for struct");
  const [kept, changes] = applyItemDirectives(original as JsonMap[], patch as JsonMap[], mergeKey);
  const merged: JsonMap[] = [...kept];
  for (const change of changes) {
    const key = keyOf(change, mergeKey);
    const i = merged.findIndex((item) => item[mergeKey] === key);
    if (i < 0) merged.push(change);
    else merged[i] = mergeMaps(merged[i]!, change, below);
  }
  return sortItems(merged, changes, kept, mergeKey);
}

/** Carries out the directives among the items; returns what is left of both lists. */
function applyItemDirectives(original: JsonMap[], patch: JsonMap[], mergeKey: string): [JsonMap[], JsonMap[]] {
  const changes: JsonMap[] = [];
  let kept = original;
  let isReplaced = false;
  for (const item of patch) {
    if (!Object.hasOwn(item, PATCH)) {
      changes.push(item);
    } else if (item[PATCH] === "delete") {
      const key = keyOf(item, mergeKey);
      kept = kept.filter((other) => other[mergeKey] !== key);
    } else if (item[PATCH] === "replace") {
      isReplaced = true;
    } else if (item[PATCH] === "merge") {
      refuse("merging lists cannot yet be specified in the patch");
    } else {
      refuse(`unknown patch type: ${goText(item[PATCH])} in map: ${goText(item)}`);
    }
  }
  return isReplaced ? [changes, []] : [kept, changes];
}

/** Puts the items of a patch in its order among those that only the server has, which stay in theirs. */
function sortItems(
  items: readonly unknown[],
  patchOrder: readonly unknown[],
  serverOrder: readonly unknown[],
  mergeKey: string,
): unknown[] {
  const isMap = isJsonObject(items[0]);
  const keyIn = (item: unknown) => isMap ? keyOf(item, mergeKey) : item;
  const index = (list: readonly unknown[], item: unknown) =>
    list.findIndex((other) => (isMap && isJsonObject(other) ? other[mergeKey] : other) === keyIn(item));
  const inOrder = (list: readonly unknown[], order: readonly unknown[]) =>
    list.toSorted((a, b) => index(order, a) - index(order, b));
  const patched = inOrder(items.filter((item) => index(patchOrder, item) >= 0), patchOrder);
  const others = inOrder(items.filter((item) => index(patchOrder, item) < 0), serverOrder);
  const sorted: unknown[] = [];
  while (patched.length > 0 && others.length > 0) {
    const [other, patch] = [index(serverOrder, others[0]), index(serverOrder, patched[0])];
    sorted.push(other >= 0 && patch >= 0 && other < patch ? others.shift() : patched.shift());
  }
  return [...sorted, ...patched, ...others];
}

/** Drops equal scalars; the last one takes the place of what is dropped, as in the server. */
function deduplicate(items: unknown[]): unknown[] {
  for (let i = 0; i < items.length; i++) {
    for (let j = i + 1; j < items.length; j++) {
      if (!jsonEquals(items[i], items[j])) continue;
      const last = items.pop();
      if (j < items.length) items[j--] = last;
    }
  }
  return items;
}

function checkItems(items: readonly unknown[], lists: readonly (readonly unknown[])[]): void {
  if (items.length === 0) refuse("no elements in any of the given slices");
  if (Array.isArray(items[0])) throw rejected();
  const types = new Set(items.map(typeName));
  if (types.size > 1) refuse(`list element types are not identical: ${goText(lists)}`);
}

function asList(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return refuse(`expected a []interface {}, but received a ${typeName(value)}`);
}

function nameAfter(key: string, directive: string): string {
  if (key.startsWith(`${directive}/`)) return key.slice(directive.length + 1);
  const what = directive === ORDER ? "setElementOrder list" : "primitive list";
  throw new PatchError(400, `invalid patch format of ${what}`);
}

function refuse(message: string): never {
  throw new PatchError(500, message);
}
