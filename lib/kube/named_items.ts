/**
 * Lists whose items have names, such as containers: the items stay the same when they move.
 *
 * @module
 */

import { isJsonObject } from "../base/json.ts";

/**
 * Reads a list whose items have names.
 *
 * @param list The list.
 * @returns The items by name; `undefined` if it is no list, or not all items have names of their own.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual, strictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(namedItems([{ name: "web", image: "web:1" }])?.get("web"), { name: "web", image: "web:1" });
 * strictEqual(namedItems(["web"]), undefined);
 * ```
 */
export function namedItems(list: unknown): Map<string, Record<string, unknown>> | undefined {
  if (!Array.isArray(list)) return undefined;
  const items = new Map<string, Record<string, unknown>>();
  for (const item of list) {
    if (!isJsonObject(item) || typeof item.name !== "string" || items.has(item.name)) return undefined;
    items.set(item.name, item);
  }
  return items;
}
