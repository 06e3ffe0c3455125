/**
 * Sets of fields with the algebra of structured-merge-diff's `fieldpath.Set`.
 *
 * A set is a trie. Its steps are the keys of `FieldsV1` (`f:spec`, `k:{"name":"web"}`, `v:"a"`, `i:0`) in one normal form,
 * so that equal steps are equal texts.
 *
 * @module
 */

import { isJsonObject } from "../../base/json.ts";
import { parsePathElement } from "../../kube/field_path.ts";
import { compareSteps, formatStep, stepText } from "./step.ts";
import type { ValueType } from "./value_type.ts";

/** A set of fields. Operations make new sets; only who makes a set may add to it. */
export class FieldSet {
  /** The steps that lead to fields of the set. */
  readonly members: Set<string>;
  /** The steps below which there are fields of the set; that a step is here does not make it a member. */
  readonly children: Map<string, FieldSet>;

  /**
   * Makes a set.
   *
   * @param members The steps that lead to its fields; owned by the set from now on.
   * @param children What is below steps; owned by the set from now on.
   */
  constructor(members: Set<string> = new Set(), children: Map<string, FieldSet> = new Map()) {
    this.members = members;
    this.children = children;
  }

  /** Whether there are no fields in it. */
  get isEmpty(): boolean {
    return this.members.size === 0 && this.children.values().every((child) => child.isEmpty);
  }

  /**
   * Adds a field.
   *
   * @param path The steps to it; the whole object, which has no step, is nobody's.
   */
  insert(path: readonly string[]): void {
    const [step, ...below] = path;
    if (step === undefined) return;
    if (below.length === 0) {
      this.members.add(step);
      return;
    }
    let child = this.children.get(step);
    if (child === undefined) this.children.set(step, child = new FieldSet());
    child.insert(below);
  }

  /**
   * Tells whether a field is in the set.
   *
   * @param path The steps to it.
   * @returns Whether it is.
   */
  has(path: readonly string[]): boolean {
    const holder = path.slice(0, -1).reduce<FieldSet | undefined>((set, step) => set?.children.get(step), this);
    return path.length > 0 && holder?.members.has(path.at(-1)!) === true;
  }

  /**
   * Makes the set of what is in one set or the other.
   *
   * @param other The other set.
   * @returns The union.
   */
  union(other: FieldSet): FieldSet {
    const children = new Map(this.children);
    for (const [step, child] of other.children) {
      const own = children.get(step);
      children.set(step, own === undefined ? child : own.union(child));
    }
    return new FieldSet(this.members.union(other.members), children);
  }

  /**
   * Makes the set of what is in both sets.
   *
   * @param other The other set.
   * @returns The intersection.
   */
  intersection(other: FieldSet): FieldSet {
    const members = this.members.intersection(other.members);
    return new FieldSet(members, this.#mapChildren((child, step) => other.children.get(step)?.intersection(child)));
  }

  /**
   * Takes fields out, but not what is below them.
   *
   * @param other The fields.
   * @returns The difference.
   */
  difference(other: FieldSet): FieldSet {
    const children = this.#mapChildren((child, step) => {
      const without = other.children.get(step);
      return without === undefined ? child : child.difference(without);
    });
    return this.#unlessSame(this.members.difference(other.members), children);
  }

  /**
   * Takes fields out, and everything below them.
   *
   * @param other The fields.
   * @returns The difference.
   */
  recursiveDifference(other: FieldSet): FieldSet {
    const children = this.#mapChildren((child, step) => {
      if (other.members.has(step)) return undefined;
      const without = other.children.get(step);
      return without === undefined ? child : child.recursiveDifference(without);
    });
    return this.#unlessSame(this.members.difference(other.members), children);
  }

  /**
   * Compares two sets.
   *
   * @param other The other set.
   * @returns Whether the same fields are in both.
   */
  equals(other: FieldSet): boolean {
    return this.difference(other).isEmpty && other.difference(this).isEmpty;
  }

  /**
   * Adds the fields of objects below which there are fields of the set; entries of maps and items of lists are not added.
   *
   * @param type The type of what the set is about.
   * @returns The larger set.
   */
  withNamedFields(type: ValueType | undefined): FieldSet {
    const members = new Set(this.members);
    const children = new Map<string, FieldSet>();
    for (const [step, child] of this.children) {
      const isField = step.startsWith("f:");
      if (isField && type?.map?.field(step.slice(2)) !== undefined) members.add(step);
      const childType = isField
        ? type?.map?.typeOf(step.slice(2))
        : step.startsWith("k:")
        ? type?.list?.item
        : undefined;
      children.set(step, child.withNamedFields(childType));
    }
    return new FieldSet(members, children);
  }

  /**
   * Keeps what is at or below fields.
   *
   * @param patterns Steps to the fields; `*` stands for any step.
   * @returns The smaller set, in which the fields on the way stay.
   */
  below(patterns: readonly (readonly string[])[]): FieldSet {
    if (patterns.some((pattern) => pattern.length === 0)) return this;
    const rest = (step: string) =>
      patterns.filter(([first]) => first === "*" || first === step).map((pattern) => pattern.slice(1));
    const members = new Set(this.members.values().filter((step) => rest(step).length > 0));
    return new FieldSet(members, this.#mapChildren((child, step) => child.below(rest(step))));
  }

  /**
   * Lists the fields in the order of the server: those of a level before those of the levels below.
   *
   * @returns The paths.
   */
  *paths(): Generator<readonly string[]> {
    for (const step of sortSteps([...this.members])) yield [step];
    for (const step of sortSteps([...this.children.keys()])) {
      for (const path of this.children.get(step)!.paths()) yield [step, ...path];
    }
  }

  /**
   * Writes the set as `managedFields` keeps it.
   *
   * @returns The trie.
   */
  toFieldsV1(): Record<string, unknown> {
    const fields: Record<string, unknown> = {};
    for (const step of sortSteps([...this.members.union(this.children)])) {
      const child = this.children.get(step);
      const own = child !== undefined && this.members.has(step) ? { ".": {} } : {};
      fields[step] = child === undefined ? own : Object.assign(own, child.toFieldsV1());
    }
    return fields;
  }

  /** Gives this set if nothing was taken out of it, so that its other form can be used again. */
  #unlessSame(members: Set<string>, children: Map<string, FieldSet>): FieldSet {
    const isSame = members.size === this.members.size && children.size === this.children.size &&
      children.entries().every(([step, child]) => this.children.get(step) === child);
    return isSame ? this : new FieldSet(members, children);
  }

  #mapChildren(change: (child: FieldSet, step: string) => FieldSet | undefined): Map<string, FieldSet> {
    const children = new Map<string, FieldSet>();
    for (const [step, child] of this.children) {
      const changed = change(child, step);
      if (changed !== undefined && !changed.isEmpty) children.set(step, changed);
    }
    return children;
  }
}

/**
 * Makes a set of paths that lead through named fields only.
 *
 * @param paths The names.
 * @returns The set.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(fieldSetOf([["status"], ["spec", "replicas"]]).toFieldsV1(), {
 *   "f:spec": { "f:replicas": {} },
 *   "f:status": {},
 * });
 * ```
 */
export function fieldSetOf(paths: readonly (readonly string[])[]): FieldSet {
  const set = new FieldSet();
  for (const path of paths) set.insert(path.map((name) => `f:${name}`));
  return set;
}

/**
 * Reads a set as `managedFields` keeps it.
 *
 * @param fields The trie.
 * @returns The set; steps of kinds that nobody knows yet are dropped.
 * @throws {TypeError} If it is no such trie.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const set = parseFieldsV1({ "f:spec": { "f:replicas": {} } });
 * strictEqual(formatPath([...set.paths()][0]!), ".spec.replicas");
 * ```
 */
export function parseFieldsV1(fields: unknown): FieldSet {
  const set = new FieldSet();
  for (const [key, below] of Object.entries(asTrie(fields))) {
    const step = key === "." ? undefined : parseStep(key);
    if (step === undefined) continue;
    const child = parseFieldsV1(below);
    const isLeaf = child.isEmpty;
    if (isLeaf || Object.hasOwn(asTrie(below), ".")) set.members.add(step);
    if (!isLeaf) set.children.set(step, child);
  }
  return set;
}

/**
 * Writes a path as the server's messages do.
 *
 * @param path The steps.
 * @returns For example `.spec.template.spec.containers[name="web"].image`.
 */
export function formatPath(path: readonly string[]): string {
  return path.map(stepText).join("");
}

function sortSteps(steps: string[]): string[] {
  // Most levels have nothing but fields, whose order is that of the texts.
  return steps.every((step) => step.startsWith("f:")) ? steps.sort() : steps.sort(compareSteps);
}

function asTrie(value: unknown): Readonly<Record<string, unknown>> {
  if (isJsonObject(value)) return value;
  if (value === null) return {};
  throw new TypeError(`Cannot read a field set: ${JSON.stringify(value)} is not an object`);
}

function parseStep(key: string): string | undefined {
  if (key.startsWith("f:")) return key;
  const element = parsePathElement(key);
  if (element === undefined && /^(?:[kvi]:|.$|.[^:])/s.test(key)) {
    throw new TypeError(`Cannot read a field set: ${JSON.stringify(key)} is not a step of a path`);
  }
  return element && formatStep(element);
}
