/**
 * Whether a value is of a type; the messages are those of structured-merge-diff.
 *
 * @module
 */

import { isJsonObject } from "../../base/json.ts";
import { goText, typeName } from "../patch/go_text.ts";
import { stepText } from "./step.ts";
import { ItemError, itemStep, shapeOf } from "./typed_value.ts";
import type { ListType, MapType, ScalarType, ValueType } from "./value_type.ts";

/** How to judge. */
export interface ValidateOptions {
  /**
   * Whether sets may have equal items, and lists items with the same key.
   *
   * @default {false}
   */
  readonly allowDuplicates?: boolean;
}

/**
 * Judges a value.
 *
 * @param type The type that it must have.
 * @param value The value.
 * @param options How to judge.
 * @returns What is wrong with it, in the words of the server; `undefined` if nothing is.
 */
export function validateValue(type: ValueType, value: unknown, options: ValidateOptions = {}): string | undefined {
  const validator = new Validator(options.allowDuplicates ?? false);
  validator.validate(type, value, []);
  const { errors } = validator;
  return errors.length > 1 ? ["errors:", ...errors.map((error) => `  ${error}`)].join("\n") : errors[0];
}

class Validator {
  readonly errors: string[] = [];
  readonly #allowDuplicates: boolean;

  constructor(allowDuplicates: boolean) {
    this.#allowDuplicates = allowDuplicates;
  }

  validate(type: ValueType, value: unknown, path: readonly string[]): void {
    if (value === null) return;
    switch (shapeOf(type, value)) {
      case "map":
        if (isJsonObject(value)) this.#validateMap(type.map!, value, path);
        else this.#report(path, `expected map, got ${wrapped(value)}`);
        return;
      case "list":
        if (Array.isArray(value)) this.#validateList(type.list!, value, path);
        else this.#report(path, `expected list, got ${wrapped(value)}`);
        return;
      case "scalar":
        this.#validateScalar(type.scalar!, value, path);
    }
  }

  #validateMap(type: MapType, map: Readonly<Record<string, unknown>>, path: readonly string[]): void {
    for (const name in map) {
      const entryType = type.typeOf(name);
      const entryPath = [...path, `f:${name}`];
      if (entryType === undefined) return this.#report(entryPath, "field not declared in schema");
      this.validate(entryType, map[name], entryPath);
    }
  }

  #validateList(type: ListType, items: readonly unknown[], path: readonly string[]): void {
    const seen = new Set<string>();
    for (const [i, item] of items.entries()) {
      let step = `i:${i}`;
      if (type.relation !== "atomic") {
        try {
          step = itemStep(type, item);
        } catch (error) {
          if (!(error instanceof ItemError)) throw error;
          return this.#report(path, `element ${i}: ${error.message}`);
        }
        if (seen.has(step) && !this.#allowDuplicates) {
          this.#report(path, `duplicate entries for key ${stepText(step)}`);
        }
        seen.add(step);
      }
      this.validate(type.item, item, [...path, step]);
    }
  }

  #validateScalar(type: ScalarType, value: unknown, path: readonly string[]): void {
    const kind = typeof value === "bigint" ? "number" : typeof value;
    switch (type) {
      case "numeric":
        if (kind !== "number") this.#report(path, `expected numeric (int or float), got ${typeName(value)}`);
        return;
      case "string":
        if (kind !== "string") {
          this.#report(path, `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`);
        }
        return;
      case "boolean":
        if (kind !== "boolean") this.#report(path, `expected boolean, got ${wrapped(value)}`);
        return;
      case "untyped":
        if (kind === "object") this.#report(path, `expected any scalar, got ${wrapped(value)}`);
    }
  }

  #report(path: readonly string[], message: string): void {
    this.errors.push(path.length === 0 ? message : `${path.map(stepText).join("")}: ${message}`);
  }
}

function wrapped(value: unknown): string {
  return `&{${goText(value)}}`;
}

/** Prints a value as `%#v` does. */
function goSyntax(value: unknown): string {
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(", ")}}`;
  if (isJsonObject(value)) {
    const entries = Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${goSyntax(value[name])}`);
    return `map[string]interface {}{${entries.join(", ")}}`;
  }
  return value === null ? "interface {}(nil)" : typeof value === "string" ? JSON.stringify(value) : String(value);
}
