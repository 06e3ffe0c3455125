/**
 * Field sets after a change of the schema: what became atomic since they were written is owned as a whole.
 *
 * @module
 */

import { FieldSet } from "./field_set.ts";
import { shapeOf } from "./typed_value.ts";
import type { ValueType } from "./value_type.ts";

/**
 * Brings a field set into line with a type.
 *
 * @param type The type of what the set is about.
 * @param fields The set.
 * @returns The same set if it is in line already.
 */
export function reconcileFields(type: ValueType, fields: FieldSet): FieldSet {
  const [remove, add] = [new FieldSet(), new FieldSet()];
  const walk = (type: ValueType, below: FieldSet | undefined, isMember: boolean, path: readonly string[]): void => {
    const { map, list } = type;
    const shape = shapeOf(type, undefined);
    if (shape === "scalar" || (shape === "map" && map!.isDeduced)) return;
    if (shape === "map" ? map!.isAtomic : list!.relation === "atomic") {
      if (isMember && below === undefined || shape === "map" && (below === undefined || below.isEmpty)) return;
      remove.insert(path);
      add.insert(path);
      return;
    }
    if (below === undefined) return;
    for (const step of below.members.union(new Set(below.children.keys()))) {
      const childType = shape === "list"
        ? list!.item
        : step.startsWith("f:")
        ? map!.typeOf(step.slice(2))
        : map!.typeOf("");
      if (childType !== undefined) {
        walk(childType, below.children.get(step), below.members.has(step), [...path, step]);
      }
    }
  };
  walk(type, fields, false, []);
  return remove.isEmpty ? fields : fields.recursiveDifference(remove).union(add);
}
