/**
 * Deep copies of what a script wrote, as plain JSON: objects of the user are never changed, and what JSON cannot
 * express is reported instead of being dropped or turned into something else.
 *
 * @module
 */

import type { FieldPath } from "../kube/desired_object.ts";
import { isMarked, unmark } from "./initial.ts";

/**
 * Receives a mistake.
 *
 * @param path The field.
 * @param problem What is wrong with it; goes on from the field's name.
 */
export type ReportField = (path: FieldPath, problem: string) => void;

/** A copy. */
export interface PlainCopy {
  /** The value, with the values that were marked in the place of the marks. */
  readonly value: unknown;
  /** Where the marks were. */
  readonly initial: readonly FieldPath[];
}

/**
 * Copies a value.
 *
 * Keys whose value is `undefined` are dropped, as JSON does; `null` stays.
 *
 * @param value The value; it may be frozen.
 * @param report Receives what cannot be copied.
 * @returns The copy; without what could not be copied.
 */
export function copyPlain(value: unknown, report: ReportField): PlainCopy {
  const copier = new Copier(report);
  return { value: copier.copy(value, []), initial: copier.initial };
}

class Copier {
  readonly initial: FieldPath[] = [];
  readonly #report: ReportField;
  readonly #ancestors = new Set<object>();
  #insideMark = false;

  constructor(report: ReportField) {
    this.#report = report;
  }

  copy(value: unknown, path: FieldPath): unknown {
    if (typeof value === "object" && value !== null) return this.#copyObject(value, path);
    const problem = scalarProblem(value);
    if (problem !== undefined) this.#report(path, problem);
    return value;
  }

  #copyObject(value: object, path: FieldPath): unknown {
    if (this.#ancestors.has(value)) {
      this.#report(path, "refers back to a value that it is in");
      return undefined;
    }
    this.#ancestors.add(value);
    try {
      if (isMarked(value)) return this.#copyMarked(unmark(value), path);
      if (Array.isArray(value)) return this.#copyItems(value, path);
      if (isPlain(value)) return this.#copyEntries(value, path);
      this.#report(path, instanceProblem(value));
      return undefined;
    } finally {
      this.#ancestors.delete(value);
    }
  }

  #copyMarked(value: unknown, path: FieldPath): unknown {
    if (value === undefined) return undefined;
    if (this.#insideMark) {
      this.#report(path, "is marked with initial() within a value that is marked already");
      return undefined;
    }
    this.#insideMark = true;
    this.initial.push(path);
    const copy = this.copy(value, path);
    this.#insideMark = false;
    return copy;
  }

  #copyItems(items: readonly unknown[], path: FieldPath): unknown[] {
    // Array.from also visits the holes of a sparse array, which map() would skip.
    return Array.from(items, (item, i) => {
      if (item === undefined) this.#report([...path, i], "is undefined, which a list cannot hold: filter it out");
      return this.copy(item, [...path, i]);
    });
  }

  #copyEntries(value: object, path: FieldPath): unknown {
    const entries = Object.entries(value).map(([key, item]) => [key, this.copy(item, [...path, key])] as const);
    // fromEntries, unlike assignment, is safe for the key "__proto__".
    return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
  }
}

function scalarProblem(value: unknown): string | undefined {
  if (typeof value === "number" && !Number.isFinite(value)) return `is ${value}, which JSON cannot express`;
  if (typeof value === "symbol") return "is a symbol, which JSON cannot express";
  if (typeof value === "function") return "is a function: was it meant to be called?";
  return undefined;
}

// An object of another realm or without a prototype is plain, too.
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function instanceProblem(value: object): string {
  if (value instanceof Promise) return "is a promise: await it";
  if (value instanceof Date) return "is a Date: write it as text, for example with toISOString()";
  return `is a ${value.constructor.name}, which JSON cannot express: write plain objects and arrays`;
}
