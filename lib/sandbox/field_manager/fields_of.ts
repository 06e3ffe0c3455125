/**
 * The set of the fields that a value has: what an applier owns who sends it.
 *
 * @module
 */

import { FieldSet } from "./field_set.ts";
import { asList, asMap, itemStep, shapeOf } from "./typed_value.ts";
import type { ListType, MapType, ValueType } from "./value_type.ts";

/**
 * Lists the fields of a value.
 *
 * @param type Its type.
 * @param value The value, valid but for duplicates.
 * @returns Its leaves, the entries of its maps and the items of its lists.
 */
export function fieldsOf(type: ValueType, value: unknown): FieldSet {
  // The value itself is nobody's, so its own step leads nowhere.
  const holder = new FieldSet();
  collect(type, value, holder, "");
  return holder.children.get("") ?? new FieldSet();
}

/** Adds the fields at and below a step to those of what holds it. */
function collect(type: ValueType, value: unknown, holder: FieldSet, step: string): void {
  const shape = shapeOf(type, value);
  if (shape === "scalar" || (shape === "map" ? type.map!.isAtomic : type.list!.relation === "atomic")) {
    holder.members.add(step);
    return;
  }
  const fields = new FieldSet();
  if (shape === "map") collectEntries(type.map!, asMap(value) ?? {}, fields);
  else collectItems(type.list!, asList(value) ?? [], fields);
  if (!fields.isEmpty) holder.children.set(step, fields);
}

function collectEntries(type: MapType, map: Readonly<Record<string, unknown>>, fields: FieldSet): void {
  for (const name in map) {
    const value = map[name];
    const entryType = type.typeOf(name);
    if (entryType === undefined) continue;
    const step = `f:${name}`;
    collect(entryType, value, fields, step);
    const entries = asMap(value);
    const isHollow = value === null || entries !== undefined && Object.keys(entries).length === 0;
    if (isHollow || type.field(name) === undefined) fields.members.add(step);
  }
}

function collectItems(type: ListType, items: readonly unknown[], fields: FieldSet): void {
  const steps = items.map((item) => itemStep(type, item));
  const counts = new Map<string, number>();
  for (const step of steps) counts.set(step, (counts.get(step) ?? 0) + 1);
  for (const [i, step] of steps.entries()) {
    fields.members.add(step);
    // Duplicates are owned all together, without what is in them.
    if (counts.get(step) === 1) collect(type.item, items[i], fields, step);
  }
}
