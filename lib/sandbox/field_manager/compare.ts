/**
 * Comparison of two values of one type: which fields came, went and changed.
 *
 * @module
 */

import { jsonEquals } from "../../base/json.ts";
import { FieldSet } from "./field_set.ts";
import { areEmpty, asList, asMap, itemStep, type Shape, shapeOf } from "./typed_value.ts";
import type { ListType, MapType, ValueType } from "./value_type.ts";

/** How two values differ; no field is in two of the sets. */
export interface Comparison {
  /** What only the second value has. */
  readonly added: FieldSet;
  /** What both have, but not the same. */
  readonly modified: FieldSet;
  /** What only the first value has. */
  readonly removed: FieldSet;
}

/**
 * Compares two values, which are valid but may have duplicates in their lists.
 *
 * @param type Their type.
 * @param before One value.
 * @param after The other one.
 * @returns How they differ.
 */
export function compareValues(type: ValueType, before: unknown, after: unknown): Comparison {
  const comparer = new Comparer();
  comparer.compare(type, before, after);
  return comparer;
}

class Comparer implements Comparison {
  readonly added = new FieldSet();
  readonly modified = new FieldSet();
  readonly removed = new FieldSet();
  readonly #path: string[] = [];

  compare(type: ValueType, before: unknown, after: unknown): void {
    const [shapeBefore, shapeAfter] = [shapeOf(type, before), shapeOf(type, after)];
    // What is absent takes the shape of what is there.
    if (before !== undefined && after !== undefined && shapeBefore !== shapeAfter) {
      this.#compareAs(shapeBefore, type, before, after);
    }
    const isLeaf = this.#compareAs(after === undefined ? shapeBefore : shapeAfter, type, before, after);
    if (isLeaf) return;
    if (before === undefined) this.added.insert(this.#path);
    else if (after === undefined) this.removed.insert(this.#path);
  }

  /** Compares values of one shape; tells whether they are compared as a whole. */
  #compareAs(shape: Shape, type: ValueType, before: unknown, after: unknown): boolean {
    if (shape === "map") {
      const [a, b] = [asMap(before), asMap(after)];
      if (!type.map!.isAtomic && !areEmpty(a, b)) {
        this.#compareMaps(type.map!, a ?? {}, b ?? {});
        return false;
      }
    } else if (shape === "list") {
      const [a, b] = [asList(before), asList(after)];
      if (type.list!.relation !== "atomic" && !areEmpty(a, b)) {
        this.#compareLists(type.list!, a ?? [], b ?? []);
        return false;
      }
    }
    this.#compareLeaves(before, after);
    return true;
  }

  #compareLeaves(before: unknown, after: unknown): void {
    if (before === undefined) this.added.insert(this.#path);
    else if (after === undefined) this.removed.insert(this.#path);
    else if (!jsonEquals(before, after)) this.modified.insert(this.#path);
  }

  #compareMaps(
    type: MapType,
    before: Readonly<Record<string, unknown>>,
    after: Readonly<Record<string, unknown>>,
  ): void {
    for (const name in before) this.#compareEntry(type, name, before[name], after[name]);
    for (const name in after) {
      if (!Object.hasOwn(before, name)) this.#compareEntry(type, name, undefined, after[name]);
    }
  }

  #compareEntry(type: MapType, name: string, before: unknown, after: unknown): void {
    // Most of two objects is the same object.
    if (before === after) return;
    const entryType = type.typeOf(name);
    if (entryType !== undefined) this.#at(`f:${name}`, () => this.compare(entryType, before, after));
  }

  #compareLists(type: ListType, before: readonly unknown[], after: readonly unknown[]): void {
    const [a, b] = [indexItems(type, before), indexItems(type, after)];
    for (const [step, items] of a) this.#compareItems(type, step, items, b.get(step) ?? []);
    for (const [step, items] of b) if (!a.has(step)) this.#compareItems(type, step, [], items);
  }

  #compareItems(type: ListType, step: string, before: readonly unknown[], after: readonly unknown[]): void {
    const compare = (a: unknown, b: unknown) => this.#at(step, () => this.compare(type.item, a, b));
    if (before.length <= 1 && after.length <= 1) {
      compare(before[0], after[0]);
    } else if (before.length > 1 && after.length > 1) {
      // Duplicates are owned all together, as if they were one atomic list.
      if (!jsonEquals(before, after)) this.modified.insert([...this.#path, step]);
    } else if (before.length > 1) {
      if (after.length > 0) compare(undefined, after[0]);
      this.removed.insert([...this.#path, step]);
    } else {
      if (before.length > 0) compare(before[0], undefined);
      this.added.insert([...this.#path, step]);
    }
  }

  #at(step: string, walk: () => void): void {
    this.#path.push(step);
    walk();
    this.#path.pop();
  }
}

function indexItems(type: ListType, items: readonly unknown[]): Map<string, unknown[]> {
  const index = new Map<string, unknown[]>();
  for (const item of items) {
    const step = itemStep(type, item);
    const same = index.get(step);
    if (same === undefined) index.set(step, [item]);
    else same.push(item);
  }
  return index;
}
