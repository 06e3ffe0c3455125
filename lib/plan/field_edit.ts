/**
 * Changing single fields of plain objects without changing what others hold.
 *
 * @module
 */

import { isJsonObject } from "../base/json.ts";
import type { FieldPath } from "../kube/desired_object.ts";

/**
 * Copies a value along a path; everything off the path is shared with the original.
 *
 * @param value The value.
 * @param path The path that will be changed.
 * @returns The copy.
 */
export function copyAt(value: unknown, path: FieldPath): unknown {
  const [step, ...rest] = path;
  const copy = Array.isArray(value) ? [...value] : isJsonObject(value) ? { ...value } : value;
  if (step !== undefined && typeof copy === "object" && copy !== null && Object.hasOwn(copy, step)) {
    const holder = copy as Record<string | number, unknown>;
    holder[step] = copyAt(holder[step], rest);
  }
  return copy;
}

/**
 * Removes a field in place.
 *
 * @param value What holds the field, see {@linkcode copyAt}.
 * @param path The field; nothing happens if it is not there.
 * @returns The same value.
 */
export function removeAt(value: unknown, path: FieldPath): unknown {
  const holder = valueAt(value, path.slice(0, -1));
  const last = path.at(-1);
  if (Array.isArray(holder) && typeof last === "number") holder.splice(last, 1);
  else if (isJsonObject(holder) && last !== undefined) delete holder[last];
  return value;
}

/**
 * Sets a field in place.
 *
 * @param value What holds the field, see {@linkcode copyAt}.
 * @param path The field; its holder must be there.
 * @param field The new value.
 * @returns The same value.
 */
export function setAt(value: unknown, path: FieldPath, field: unknown): unknown {
  const holder = valueAt(value, path.slice(0, -1)) as Record<string | number, unknown> | undefined;
  if (holder !== undefined) holder[path.at(-1)!] = field;
  return value;
}

/**
 * Reads a field.
 *
 * @param value The value.
 * @param path The field.
 * @returns The field's value, or `undefined`.
 */
export function valueAt(value: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>(
    (holder, step) =>
      typeof holder === "object" && holder !== null ? (holder as Record<string, unknown>)[step] : undefined,
    value,
  );
}
