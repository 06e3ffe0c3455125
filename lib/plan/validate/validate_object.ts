/**
 * Compares an object with the schema of its kind: what the API server would refuse, found before it is asked.
 *
 * What is reported is certain: the rules are those of the server's own check of an apply (structured-merge-diff) and of
 * its decoders. Where a schema does not say enough, nothing is reported.
 *
 * @module
 */

import { isJsonObject, stringifyJson } from "../../base/json.ts";
import { dereference, type FindSchema, type KindSchema, type Schema, valuesOf } from "../../kube/schema.ts";
import { adviceForField, type Level } from "./field_advice.ts";
import { nameValue, type Problem } from "./problem.ts";
import { checkScalar } from "./scalar.ts";

/** What to know about the kind. */
export interface ValidateOptions {
  /** Whether it is built in, so that the API server has rules of its own besides the schema. */
  readonly builtIn: boolean;
  /** Names a value in a message; secret ones not by what they are. */
  readonly name?: (path: Problem["path"], value: unknown) => string;
}

/**
 * Compares an object with the schema of its kind.
 *
 * @param object The object.
 * @param kindSchema The schema.
 * @param options What to know about the kind.
 * @returns What is wrong with it.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const schema = { type: "object", properties: { replicas: { type: "integer" } } };
 * const options = { builtIn: true };
 * deepStrictEqual(validateObject({ replcas: 2 }, { schema, find: () => undefined }, options), [
 *   { path: ["replcas"], message: 'is unknown: did you mean "replicas"?' },
 * ]);
 * ```
 */
export function validateObject(object: unknown, { schema, find }: KindSchema, options: ValidateOptions): Problem[] {
  const validator = new Validator(find, options);
  validator.value(object, schema, false);
  return validator.problems;
}

class Validator {
  readonly problems: Problem[] = [];
  readonly #find: FindSchema;
  readonly #builtIn: boolean;
  readonly #name: (value: unknown) => string;
  readonly #path: (string | number)[] = [];
  readonly #levels: Level[] = [];

  constructor(find: FindSchema, { builtIn, name = (_path, value) => nameValue(value) }: ValidateOptions) {
    this.#find = find;
    this.#builtIn = builtIn;
    this.#name = (value) => name(this.#path, value);
  }

  /**
   * Checks a value.
   *
   * @param value The value.
   * @param reference Its schema.
   * @param keepsUnknown Whether a schema above lets fields pass that are not named.
   */
  value(value: unknown, reference: Schema, keepsUnknown: boolean): void {
    const schema = dereference(reference, this.#find);
    const keeps = keepsUnknown || schema["x-kubernetes-preserve-unknown-fields"] === true;
    if (value === null) this.#checkNull(schema);
    else if (isJsonObject(value) && (schema.type === "object" || isFree(schema))) this.#fields(value, schema, keeps);
    else if (Array.isArray(value) && (schema.type === "array" || isFree(schema))) this.#items(value, schema, keeps);
    else {
      const fault = checkScalar(value, schema, { builtIn: this.#isTyped(), name: this.#name });
      if (fault !== undefined) this.#report(fault);
    }
  }

  /** Whether the value is read into a Go type: that of custom resources is not, but for their metadata. */
  #isTyped(): boolean {
    return this.#builtIn || this.#path[0] === "metadata";
  }

  /** To a Go type `null` is the same as nothing. */
  #checkNull(schema: Schema): void {
    if (this.#isTyped() || schema.nullable || schema.default !== undefined || isFree(schema)) return;
    this.#report("is null: remove it");
  }

  #fields(object: Readonly<Record<string, unknown>>, schema: Schema, keeps: boolean): void {
    const { properties = {}, required = [], minProperties = 0, maxProperties = Infinity } = schema;
    const values = valuesOf(schema);
    const isOpen = keeps || (schema.properties === undefined && schema.additionalProperties === undefined);
    this.#levels.push({ schema, depth: this.#path.length });
    for (const field in object) {
      const fieldSchema = Object.hasOwn(properties, field) ? properties[field] : values;
      this.#path.push(field);
      if (fieldSchema !== undefined) this.value(object[field], fieldSchema, keeps);
      else if (!isOpen && !isEmbedded(schema, field)) {
        this.#report(`is unknown${adviceForField(this.#path, this.#levels, this.#find)}`);
      }
      this.#path.pop();
    }
    this.#levels.pop();
    for (const field of required) this.#checkPresence(field, object[field], properties[field]?.default);
    this.#checkSize(Object.keys(object).length, minProperties, maxProperties, "fields");
  }

  #checkPresence(field: string, value: unknown, byDefault: unknown): void {
    this.#path.push(field);
    if (this.#isTyped()) {
      if (value === undefined || value === null) this.#report("is missing", true);
      // The defaults of built-in kinds are but the zero values of Go.
      else if (value === "" && byDefault === "") this.#report("is empty");
    } else if (value === undefined && byDefault === undefined) this.#report("is missing", true);
    this.#path.pop();
  }

  #items(list: readonly unknown[], schema: Schema, keeps: boolean): void {
    const { items = {}, minItems = 0, maxItems = Infinity } = schema;
    const listType = schema["x-kubernetes-list-type"];
    const isAssociative = listType === "map" || listType === "set";
    for (const [index, item] of list.entries()) {
      this.#path.push(index);
      if (item === null && isAssociative) this.#report("is null: remove it");
      else this.value(item, items, keeps);
      this.#path.pop();
    }
    if (isAssociative && list.length > 1) this.#checkUnique(list.map((item) => keyOf(item, schema, this.#find)));
    this.#checkSize(list.length, minItems, maxItems, "items");
  }

  #checkUnique(keys: readonly (string | undefined)[]): void {
    const first = new Map<string, number>();
    for (const [index, key] of keys.entries()) {
      if (key === undefined) continue;
      this.#path.push(index);
      if (first.has(key)) this.#report(`has the same ${key} as item ${first.get(key)}`);
      else first.set(key, index);
      this.#path.pop();
    }
  }

  #checkSize(size: number, least: number, most: number, what: string): void {
    if (size < least) this.#report(`must have at least ${least} ${what}, has ${size}`, true);
    if (size > most) this.#report(`must have at most ${most} ${what}, has ${size}`);
  }

  #report(message: string, incomplete = false): void {
    this.problems.push({ path: [...this.#path], message, ...(incomplete && { incomplete }) });
  }
}

function isFree(schema: Schema): boolean {
  return schema.type === undefined && schema.format === undefined && !schema["x-kubernetes-int-or-string"];
}

function isEmbedded(schema: Schema, field: string): boolean {
  return schema["x-kubernetes-embedded-resource"] === true && ["apiVersion", "kind", "metadata"].includes(field);
}

/** Words what must be unique about an item; what is missing is reported as such. */
function keyOf(item: unknown, list: Schema, find: FindSchema): string | undefined {
  if (list["x-kubernetes-list-type"] === "set") return `value ${stringifyJson(item)}`;
  const { properties } = dereference(list.items ?? {}, find);
  const fields = (list["x-kubernetes-list-map-keys"] ?? []).map((field) => {
    return [field, isJsonObject(item) ? item[field] ?? properties?.[field]?.default : undefined] as const;
  });
  if (fields.some(([, value]) => value === undefined || value === "")) return undefined;
  return fields.map(([field, value]) => `${field} ${stringifyJson(value)}`).join(" and ");
}
