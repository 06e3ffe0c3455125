/**
 * Where a desired object, our own field set and the live object disagree.
 *
 * This is the certain no-op check: if nothing disagrees, what the last apply produced still stands, and no request is
 * needed. The merge is never simulated. The server records for each field manager which fields it set
 * (`metadata.managedFields`), and takes a field away from us as soon as somebody else changes it; the recorded set
 * also tells which lists are associative (`k:`), sets (`v:`) or atomic (a leaf). So desired, field set and live are
 * walked together, without any schema. A doubt is reported as a disagreement, too; it costs a request. Only that a value
 * is written in the server's way (`alike`) can be settled by whoever knows that the same object was applied last.
 *
 * @module
 */

import { isJsonObject, jsonEquals, parseJson } from "../base/json.ts";
import type { PathElement } from "../kube/field_path.ts";
import { type FieldNode, hasKey, isGranularMap, isLeaf, mayHaveKey, nodeAt } from "./field_set.ts";
import { likeness } from "./normal_forms.ts";

/** One point on which desired, field set and live disagree. */
export interface Difference {
  /**
   * - `changed`: we own the field, and the live value is another one.
   * - `unowned`: the field is desired, and we do not own it.
   * - `removed`: we own the field, and it is not desired any more.
   * - `reordered`: the items of the list are the desired ones, in another order.
   * - `alike`: we own the field, and the live value is the desired one in the way in which the server writes such values,
   *   if the field is of that type.
   */
  readonly kind: "changed" | "unowned" | "removed" | "reordered" | "alike";
  /** Where. */
  readonly path: readonly PathElement[];
  /** The desired value; absent for `removed`. */
  readonly desired?: unknown;
  /** The live value; absent if there is none. */
  readonly live?: unknown;
  /** Whether live may be what the server made of the desired value. */
  readonly doubtful?: boolean;
}

/** What the comparison needs to know about the kind. */
export interface CompareOptions {
  /** Whether the kind is built into the API server, so that the API's normal forms hold for its values. */
  readonly builtIn: boolean;
  /** The fields of everybody else. */
  readonly others: readonly FieldNode[];
}

/**
 * Compares a desired object with our field set and the live object.
 *
 * @param desired The object as it would be sent, without `apiVersion`, `kind`, and the name and namespace in `metadata`.
 * @param owned The fields of our own Apply entry; an empty node if there is none.
 * @param live The live object.
 * @param options What to know about the kind.
 * @returns All differences; none only if an apply would certainly change nothing.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const owned = { "f:data": { "f:a": {} } };
 * const options = { builtIn: true, others: [] };
 * deepStrictEqual(compare({ data: { a: "1" } }, owned, { data: { a: "1", b: "2" } }, options), []);
 * deepStrictEqual(compare({ data: { a: "2" } }, owned, { data: { a: "1" } }, options), [
 *   { kind: "changed", path: [{ field: "data" }, { field: "a" }], desired: "2", live: "1" },
 * ]);
 * ```
 */
export function compare(
  desired: Readonly<Record<string, unknown>>,
  owned: FieldNode,
  live: Readonly<Record<string, unknown>>,
  options: CompareOptions,
): Difference[] {
  const walk = new Walk(options);
  walk.fields(desired, owned, live);
  return walk.differences;
}

/** Names of fields that are atomic in the built-in kinds: selectors, and references to other objects. */
const ATOMIC_FIELD = /(?:[sS]elector|Ref)$/;

class Walk {
  readonly differences: Difference[] = [];
  readonly #path: PathElement[] = [];
  readonly #options: CompareOptions;

  constructor(options: CompareOptions) {
    this.#options = options;
  }

  /** Compares the fields of a map that is owned field by field. */
  fields(desired: Readonly<Record<string, unknown>>, owned: FieldNode, live: unknown): void {
    const liveMap = isJsonObject(live) ? live : {};
    for (const key in desired) {
      const node = owned[`f:${key}`];
      this.#path.push({ field: key });
      if (isJsonObject(node)) this.#value(desired[key], node, liveMap[key]);
      else this.#unowned(desired[key], liveMap[key]);
      this.#path.pop();
    }
    for (const key in owned) {
      if (key === "." || (key.startsWith("f:") && Object.hasOwn(desired, key.slice(2)))) continue;
      if (!key.startsWith("f:")) this.#report("changed", desired, live);
      else this.#removed(key, owned[key], liveMap[key.slice(2)]);
    }
  }

  #value(desired: unknown, owned: FieldNode, live: unknown): void {
    if (isLeaf(owned)) return this.#leaf(desired, live);
    if (Array.isArray(desired)) return this.#list(desired, owned, Array.isArray(live) ? live : []);
    if (isJsonObject(desired)) return this.fields(desired, owned, live);
    // We own fields below a point where a single value is desired now.
    this.#report("changed", desired, live);
  }

  /**
   * A leaf is a single or atomic value, or a map or list that was empty when it was applied last. Then what is desired
   * below it now is not ours yet, even if others, or defaults, have set it to the desired values.
   */
  #leaf(desired: unknown, live: unknown): void {
    if (desired === live) return;
    const size = typeof desired === "object" && desired !== null ? Object.keys(desired).length : undefined;
    if (size !== undefined && this.#isGranular()) return size > 0 ? this.#unowned(desired, live) : undefined;
    const likely = likeness(this.#path, desired, live, this.#isTyped());
    if (likely === "different" || likely === "doubtful") {
      this.#report("changed", desired, live, likely === "doubtful");
    } else if (likely === "alike" || (size !== undefined && size > 0 && !this.#isAtomic(desired))) {
      this.#report("alike", desired, live);
    }
  }

  #isGranular(): boolean {
    return isGranularMap(this.#path) || this.#options.others.some((other) => {
      const node = nodeAt(other, this.#path);
      return node !== undefined && !isLeaf(node);
    });
  }

  #isAtomic(desired: unknown): boolean {
    const last = this.#path.at(-1)!;
    // An item with a key cannot have been empty, and no server fills items into an empty list.
    if (!("field" in last) || Array.isArray(desired)) return true;
    return this.#options.builtIn && ATOMIC_FIELD.test(last.field);
  }

  #unowned(desired: unknown, live: unknown): void {
    if (Array.isArray(desired) && desired.length === 0 && this.#isEmptyWithoutTrace(live)) return;
    if (isJsonObject(desired) && Object.keys(desired).length > 0) {
      return this.fields(desired, {}, live);
    }
    this.#report("unowned", desired, live);
  }

  /** Whether the API's normal forms hold here: custom resources are stored as sent, but for their metadata. */
  #isTyped(): boolean {
    const [first] = this.#path;
    return this.#options.builtIn || (first !== undefined && "field" in first && first.field === "metadata");
  }

  /** An empty list leaves no trace in the field set, if its items are owned one by one; those of others stay. */
  #isEmptyWithoutTrace(live: unknown): boolean {
    const claims = this.#options.others.map((other) => nodeAt(other, this.#path)).filter((node) => node !== undefined);
    if (claims.length > 0) return !claims.some(isLeaf);
    return Array.isArray(live) ? live.length === 0 : this.#isTyped() && (live === undefined || live === null);
  }

  #removed(key: string, node: unknown, live: unknown): void {
    this.#path.push({ field: key.slice(2) });
    this.#removedNode(isJsonObject(node) ? node : {}, live);
    this.#path.pop();
  }

  #removedNode(node: FieldNode, live: unknown): void {
    const fields = Object.keys(node).filter((key) => key.startsWith("f:"));
    if (fields.length === 0) return this.#report("removed", undefined, live);
    for (const key of fields) {
      this.#removed(key, node[key], isJsonObject(live) ? live[key.slice(2)] : undefined);
    }
  }

  #list(desired: readonly unknown[], owned: FieldNode, live: readonly unknown[]): void {
    const keys = Object.keys(owned).filter((key) => key !== ".");
    if (keys.every((key) => key.startsWith("k:"))) this.#associativeList(desired, owned, keys, live);
    else if (keys.every((key) => key.startsWith("v:"))) this.#set(desired, keys, live);
    else this.#report("changed", desired, live);
  }

  #set(desired: readonly unknown[], keys: readonly string[], live: readonly unknown[]): void {
    const owned = keys.map((key) => parseJson(key.slice(2)));
    for (const value of owned) {
      if (!desired.some((item) => jsonEquals(item, value))) this.#reportItem("removed", { value }, undefined, value);
    }
    const order: number[] = [];
    for (const value of desired) {
      const at = live.findIndex((item) => jsonEquals(item, value));
      if (!owned.some((item) => jsonEquals(item, value))) {
        this.#reportItem("unowned", { value }, value, at < 0 ? undefined : value);
      } else if (at < 0) this.#reportItem("changed", { value }, value, undefined);
      else order.push(at);
    }
    this.#checkOrder(order, desired, live);
  }

  #associativeList(
    desired: readonly unknown[],
    owned: FieldNode,
    keys: readonly string[],
    live: readonly unknown[],
  ): void {
    const entries = keys.map((key) => ({ key: parseJson(key.slice(2)) as Record<string, unknown>, node: owned[key] }));
    const left = new Set(entries);
    const order: number[] = [];
    for (const item of desired) {
      const entry = entries.find(({ key }) => hasKey(item, key)) ?? entries.find(({ key }) => mayHaveKey(item, key));
      if (entry) left.delete(entry);
      const key = entry?.key ?? keyOf(item, Object.keys(entries[0]!.key));
      const matches = live.flatMap((liveItem, at) => hasKey(liveItem, key) ? [at] : []);
      this.#path.push({ key });
      // Two live items under one key: the server would refuse the apply or merge them; better ask it.
      if (matches.length > 1) this.#report("changed", item, live[matches[0]!]);
      else if (entry === undefined) this.#unowned(item, live[matches[0] ?? -1]);
      else {
        this.#value(item, entry.node as FieldNode, live[matches[0] ?? -1]);
        if (matches.length === 1) order.push(matches[0]!);
      }
      this.#path.pop();
    }
    for (const { key } of left) {
      this.#reportItem("removed", { key }, undefined, live.find((item) => hasKey(item, key)));
    }
    this.#checkOrder(order, desired, live);
  }

  // The server prefers the order that is sent: our items in another relative order would be moved, and it refuses those
  // that come twice.
  #checkOrder(order: readonly number[], desired: readonly unknown[], live: readonly unknown[]): void {
    if (order.some((at, i) => i > 0 && at <= order[i - 1]!)) this.#report("reordered", desired, live);
  }

  #reportItem(kind: Difference["kind"], element: PathElement, desired: unknown, live: unknown): void {
    this.#path.push(element);
    this.#report(kind, desired, live);
    this.#path.pop();
  }

  #report(kind: Difference["kind"], desired: unknown, live: unknown, doubtful = false): void {
    this.differences.push({
      kind,
      path: [...this.#path],
      ...(desired !== undefined && { desired }),
      ...(live !== undefined && { live }),
      ...(doubtful && { doubtful }),
    });
  }
}

function keyOf(item: unknown, fields: readonly string[]): Record<string, unknown> {
  if (!isJsonObject(item)) return {};
  return Object.fromEntries(fields.filter((field) => item[field] !== undefined).map((field) => [field, item[field]]));
}
