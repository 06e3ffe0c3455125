/**
 * Removal of fields from a value.
 *
 * @module
 */

import type { FieldSet } from "./field_set.ts";
import { asList, asMap, itemStep, shapeOf } from "./typed_value.ts";
import type { ListType, MapType, ValueType } from "./value_type.ts";

/**
 * Removes fields.
 *
 * @param type The type of the value.
 * @param value The value, valid but for duplicates.
 * @param fields What is to go.
 * @returns What is left; parts of it are parts of the value. `undefined` if nothing is left of it.
 */
export function removeFields(type: ValueType, value: unknown, fields: FieldSet): unknown {
  switch (shapeOf(type, value)) {
    case "map":
      return removeEntries(type.map!, asMap(value) ?? {}, fields);
    case "list":
      return removeItems(type.list!, asList(value) ?? [], fields);
    case "scalar":
      return value;
  }
}

function removeEntries(type: MapType, map: Readonly<Record<string, unknown>>, fields: FieldSet): unknown {
  // Whoever owns something within what is atomic owns it all.
  if (type.isAtomic) return undefined;
  const left: Record<string, unknown> = {};
  for (const name in map) {
    const step = `f:${name}`;
    if (fields.members.has(step)) continue;
    const below = fields.children.get(step);
    const entryType = type.typeOf(name);
    // A field of which nothing is left is `null`: whether it is written is up to its kind.
    left[name] = below === undefined || below.isEmpty || entryType === undefined
      ? map[name]
      : removeFields(entryType, map[name], below) ?? null;
  }
  return Object.keys(left).length > 0 ? left : undefined;
}

function removeItems(type: ListType, items: readonly unknown[], fields: FieldSet): unknown {
  if (type.relation === "atomic") return undefined;
  const left: unknown[] = [];
  for (const item of items) {
    const step = itemStep(type, item);
    if (fields.members.has(step)) continue;
    const below = fields.children.get(step);
    left.push(below === undefined || below.isEmpty ? item : removeFields(type.item, item, below) ?? null);
  }
  return left.length > 0 ? left : undefined;
}
