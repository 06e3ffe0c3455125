/**
 * What all walks over values by their types have in common: which shape a value has, and how list items are known.
 *
 * @module
 */

import { isJsonObject } from "../../base/json.ts";
import { formatStep } from "./step.ts";
import type { ListType, ValueType } from "./value_type.ts";

/** The shapes of values. */
export type Shape = "map" | "scalar" | "list";

/**
 * Tells as what a value is to be handled.
 *
 * @param type Its type.
 * @param value The value; nothing and `null` have the first shape that the type allows.
 * @returns The shape; also one that does not fit the value, if the type allows only that.
 */
export function shapeOf(type: ValueType, value: unknown): Shape {
  if (value !== undefined && value !== null) {
    if (Array.isArray(value)) { if (type.list !== undefined) return "list"; }
    else if (isJsonObject(value)) {
      if (type.map !== undefined) return "map";
    } else if (type.scalar !== undefined) return "scalar";
  }
  return type.map !== undefined ? "map" : type.scalar !== undefined ? "scalar" : "list";
}

/**
 * Reads a value as an object.
 *
 * @param value The value.
 * @returns The object; `undefined` if it is none.
 */
export function asMap(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return isJsonObject(value) ? value : undefined;
}

/**
 * Reads a value as a list.
 *
 * @param value The value.
 * @returns The list; `undefined` if it is none.
 */
export function asList(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/**
 * Tells whether two values are nothing but absent, `null` or empty, and so differ only as a whole.
 *
 * @param a The fields or items of one value.
 * @param b Those of the other.
 * @returns Whether there is nothing to compare one by one.
 */
export function areEmpty(a: object | undefined, b: object | undefined): boolean {
  return isEmpty(a) && isEmpty(b);
}

/**
 * Finds the step to an item of a list that is no atomic one.
 *
 * @param list The type of the list.
 * @param item The item.
 * @returns The step in its normal form.
 * @throws {ItemError} If the item has no key, or is nothing that can be in such a list.
 */
export function itemStep(list: ListType, item: unknown): string {
  if (list.relation === "set" || list.keys.length === 0) return formatStep({ value: asSetItem(item) });
  if (!isJsonObject(item)) {
    const what = item === null ? "a null element" : "non-map elements";
    return refuse(`associative list with keys may not have ${what}`);
  }
  const key: Record<string, unknown> = {};
  for (const name of list.keys) {
    const value = Object.hasOwn(item, name) ? item[name] : list.item.map?.defaultOf(name);
    if (value !== undefined) key[name] = value;
  }
  if (Object.keys(key).length === 0) {
    const names = list.keys.map((name) => JSON.stringify(name)).join(" ");
    return refuse(
      `associative list with keys has an element that omits all key fields [${names}] ` +
        "(and doesn't have default values for any key fields)",
    );
  }
  return formatStep({ key });
}

/** Says why an item of a list cannot be known by a key. */
export class ItemError extends Error {
  /** The name of the class. */
  override readonly name: string = "ItemError";
}

function asSetItem(item: unknown): unknown {
  if (isJsonObject(item)) return refuse("associative list without keys has an element that's a map type");
  if (Array.isArray(item)) return refuse("not supported: associative list with lists as elements");
  if (item === null) return refuse("associative list without keys has an element that's an explicit null");
  return item;
}

function refuse(reason: string): never {
  throw new ItemError(reason);
}

function isEmpty(value: object | undefined): boolean {
  for (const _key in value) return false;
  return true;
}
