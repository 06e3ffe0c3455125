/**
 * Finds what a part of an object was before an update.
 *
 * @module
 */

import { isJsonObject, jsonEquals } from "../../base/json.ts";
import type { CustomSchema } from "./definition.ts";

/**
 * Finds what a field was.
 *
 * @param name The field.
 * @param schema The schema of the object around it.
 * @param old The object as it was.
 * @returns Its old value; `undefined` if it is new, or if the object is only replaced as a whole.
 */
export function oldFieldOf(name: string, schema: CustomSchema, old: unknown): unknown {
  if (schema["x-kubernetes-map-type"] === "atomic") return undefined;
  return isJsonObject(old) && Object.hasOwn(old, name) ? old[name] : undefined;
}

/**
 * Finds what an item of a list was.
 *
 * @param item The item.
 * @param schema The schema of the list.
 * @param old The list as it was.
 * @returns Its old value; `undefined` if it is new, or if its keys do not tell which one it was.
 */
export function oldItemOf(item: unknown, schema: CustomSchema, old: unknown): unknown {
  if (schema["x-kubernetes-list-type"] !== "map" || !Array.isArray(old) || !isJsonObject(item)) return undefined;
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  return old.find((other) =>
    isJsonObject(other) && keys.every((key) => jsonEquals(other[key] ?? null, item[key] ?? null))
  );
}
