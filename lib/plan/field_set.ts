/**
 * Sets of fields as `metadata.managedFields` keeps them (`FieldsV1`): a trie whose keys are steps of paths.
 *
 * @module
 */

import { isJsonObject, jsonEquals, parseJson } from "../base/json.ts";
import type { PathElement } from "../kube/field_path.ts";

/** A node of a field set: keys `f:…`, `k:…`, `v:…`, `i:…` and `.`; a leaf has none. */
export type FieldNode = Readonly<Record<string, unknown>>;

/**
 * Tells whether a node has no children, so that its field is owned as a whole.
 *
 * @param node The node.
 * @returns Whether it is a leaf.
 */
export function isLeaf(node: FieldNode): boolean {
  for (const key in node) {
    if (key !== ".") return false;
  }
  return true;
}

/**
 * Goes down a field set.
 *
 * @param fields The field set.
 * @param path Where to go.
 * @returns The node there; a leaf on the way owns everything below it, unless it is an empty map of keys and values.
 */
export function nodeAt(fields: FieldNode | undefined, path: readonly PathElement[]): FieldNode | undefined {
  let node: unknown = fields;
  for (const [depth, element] of path.entries()) {
    if (!isJsonObject(node)) return undefined;
    if (depth > 0 && isLeaf(node)) return isGranularMap(path.slice(0, depth)) ? undefined : node;
    node = childAt(node, element);
  }
  return isJsonObject(node) ? node : undefined;
}

/**
 * Tells whether a field is a map whose entries are owned one by one in every kind, so that a leaf owns none of them.
 *
 * @param path The field.
 * @returns Whether it is; of other fields only the kind's schema could tell.
 */
export function isGranularMap(path: readonly PathElement[]): boolean {
  const [holder, last] = [path.at(-2), path.at(-1)].map((element) => element && "field" in element && element.field);
  if (last === "annotations" || last === "labels") return holder === "metadata";
  return path.length === 1 && (last === "data" || last === "binaryData");
}

/**
 * Goes down one step of a field set.
 *
 * @param node The node.
 * @param element The step.
 * @returns The child, if there is one.
 */
export function childAt(node: FieldNode, element: PathElement): FieldNode | undefined {
  const child = "field" in element ? node[`f:${element.field}`] : childOfList(node, element);
  return isJsonObject(child) ? child : undefined;
}

function childOfList(node: FieldNode, element: Exclude<PathElement, { field: string }>): unknown {
  if ("index" in element) return node[`i:${element.index}`];
  const [prefix, wanted] = "key" in element ? ["k:", element.key] as const : ["v:", element.value] as const;
  // The text of a key depends on how Go escaped it, so the values are compared.
  const text = Object.keys(node).find((key) => key.startsWith(prefix) && jsonEquals(parseJson(key.slice(2)), wanted));
  return text === undefined ? undefined : node[text];
}

/**
 * Tells whether an item of a live list is the one that an associative key names.
 *
 * @param item The item.
 * @param key The key fields and their values.
 * @returns Whether it is.
 */
export function hasKey(item: unknown, key: Readonly<Record<string, unknown>>): boolean {
  return isJsonObject(item) && Object.keys(key).every((field) => jsonEquals(item[field], key[field]));
}

/**
 * Tells whether a desired list item may be the one that an associative key names.
 *
 * @param item The item; a key field that it leaves out has the default that the key holds.
 * @param key The key fields and their values.
 * @returns Whether it may be.
 */
export function mayHaveKey(item: unknown, key: Readonly<Record<string, unknown>>): boolean {
  return isJsonObject(item) &&
    Object.keys(key).every((field) => item[field] === undefined || jsonEquals(item[field], key[field]));
}

/**
 * Finds the associative key by which a field set knows a desired list item.
 *
 * @param item The item.
 * @param texts The keys of the field set's node; those that are no associative keys are passed over.
 * @returns All associative keys of the node, and that of the item, if there is one.
 */
export function findItemKey(item: unknown, texts: readonly string[]): ItemKey {
  const keys = texts.filter((text) => text.startsWith("k:"))
    .map((text) => parseJson(text.slice(2)) as Record<string, unknown>);
  return { keys, key: keys.find((key) => hasKey(item, key)) ?? keys.find((key) => mayHaveKey(item, key)) };
}

/** What {@linkcode findItemKey} found. */
export interface ItemKey {
  /** All associative keys of the node. */
  readonly keys: readonly Readonly<Record<string, unknown>>[];
  /** The key of the item. */
  readonly key: Readonly<Record<string, unknown>> | undefined;
}
