/**
 * Patches of objects that the server cannot patch, as they exist in a dry run only.
 *
 * @module
 */

import { isJsonObject } from "../../base/json.ts";
import { namedItems } from "../../kube/named_items.ts";
import type { PatchOperation } from "../../kube/patch.ts";

/**
 * Patches a value, as far as that can be told without its schema: a strategic merge patch and an apply merge lists by
 * the names of their items, and replace all others.
 *
 * @param value The value.
 * @param patch The patch.
 * @param contentType How the patch is meant.
 * @returns The patched value; the old one stays as it is.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const patch = { data: { a: null, b: "2" } };
 * deepStrictEqual(patchLocally({ data: { a: "1" } }, patch, "application/merge-patch+json"), { data: { b: "2" } });
 * ```
 */
export function patchLocally(value: unknown, patch: unknown, contentType: string | undefined): unknown {
  if (contentType === "application/json-patch+json") return (patch as PatchOperation[]).reduce(operate, value);
  return merge(value, patch, contentType !== "application/merge-patch+json");
}

/** A JSON merge patch, see RFC 7386. */
function merge(value: unknown, patch: unknown, byName: boolean): unknown {
  const items = byName ? namedItems(patch) : undefined;
  if (items) return mergeItems(value, items);
  if (!isJsonObject(patch)) return patch;
  const result: Record<string, unknown> = isJsonObject(value) ? { ...value } : {};
  for (const [key, part] of Object.entries(patch)) {
    if (part === null) delete result[key];
    else result[key] = merge(result[key], part, byName);
  }
  return result;
}

function mergeItems(list: unknown, patch: ReadonlyMap<string, Record<string, unknown>>): unknown[] {
  const result = namedItems(list) ?? new Map<string, unknown>();
  for (const [name, item] of patch) {
    if (item.$patch === "delete") result.delete(name);
    else result.set(name, merge(result.get(name), item, true));
  }
  return [...result.values()];
}

/** One operation of a JSON patch, see RFC 6902. What it cannot find stays as it is; nothing is tested. */
function operate(value: unknown, { op, path, from = "", value: operand }: PatchOperation): unknown {
  switch (op) {
    case "test":
      return value;
    case "move":
      return edit(edit(value, parsePointer(from), "remove"), parsePointer(path), "add", valueAt(value, from));
    case "copy":
      return edit(value, parsePointer(path), "add", valueAt(value, from));
    default:
      return edit(value, parsePointer(path), op, operand);
  }
}

function edit(
  holder: unknown,
  [key = "", ...rest]: readonly string[],
  op: "add" | "remove" | "replace",
  value?: unknown,
): unknown {
  if (Array.isArray(holder)) {
    const index = key === "-" ? holder.length : Number(key);
    if (rest.length > 0) return holder.toSpliced(index, 1, edit(holder[index], rest, op, value));
    return op === "remove" ? holder.toSpliced(index, 1) : holder.toSpliced(index, op === "add" ? 0 : 1, value);
  }
  if (!isJsonObject(holder) || (rest.length > 0 && !Object.hasOwn(holder, key))) return holder;
  if (rest.length > 0) return { ...holder, [key]: edit(holder[key], rest, op, value) };
  const { [key]: _, ...others } = holder;
  return op === "remove" ? others : { ...holder, [key]: value };
}

function valueAt(value: unknown, pointer: string): unknown {
  return parsePointer(pointer).reduce((holder, key) => (holder as Record<string, unknown> | undefined)?.[key], value);
}

/** A JSON pointer, see RFC 6901. */
function parsePointer(pointer: string): string[] {
  return pointer.split("/").slice(1).map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}
