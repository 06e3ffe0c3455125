/**
 * Judges objects by the schemas of custom resources, in the words of `k8s.io/apiextensions-apiserver`.
 *
 * @module
 */

import { canonicalJson, isJsonObject, jsonEquals, stringifyJson } from "../../base/json.ts";
import { dereference, type FindSchema, type KindSchema, type Schema, valuesOf } from "../../kube/schema.ts";
import type { FieldError } from "../registry/served_resource.ts";
import { FieldErrors } from "./field_errors.ts";
import { hasFormat } from "./formats.ts";

/**
 * Judges an object.
 *
 * @param object The object, complete with defaults.
 * @param schema The schema of its kind.
 * @returns What is wrong with it.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const schema = { type: "object", properties: { size: { type: "integer", maximum: 5 } } };
 * deepStrictEqual(validateBySchema({ size: 6 }, { schema, find: () => undefined }), [{
 *   reason: "FieldValueInvalid",
 *   message: "Invalid value: 6: size in body should be less than or equal to 5",
 *   field: "size",
 * }]);
 * ```
 */
export function validateBySchema(object: unknown, { schema, find }: KindSchema): FieldError[] {
  const validator = new Validator(find);
  validator.value(object, schema, "");
  return validator.errors.list;
}

class Validator {
  readonly errors = new FieldErrors();
  readonly #find: FindSchema;

  constructor(find: FindSchema) {
    this.#find = find;
  }

  value(value: unknown, reference: Schema, path: string): void {
    const schema = dereference(reference, this.#find);
    if (value === null && schema.nullable) return;
    if (!this.#checkType(value, schema, path)) return;
    if (schema.enum && !schema.enum.some((one) => jsonEquals(one, value))) {
      this.errors.notSupported(
        path,
        value,
        schema.enum.map((one) => typeof one === "string" ? one : stringifyJson(one)),
      );
    }
    if (typeof value === "string") this.#text(value, schema, path);
    else if (typeof value === "number" || typeof value === "bigint") this.#number(value, schema, path);
    else if (Array.isArray(value)) this.#list(value, schema, path);
    else if (isJsonObject(value)) this.#object(value, schema, path);
    this.#alternatives(value, schema, path);
  }

  #checkType(value: unknown, schema: Schema, path: string): boolean {
    const types = schema["x-kubernetes-int-or-string"] ? ["integer", "string"] : schema.type ? [schema.type] : [];
    const actual = typeOf(value);
    const fits = types.length === 0 || types.includes(actual) || (actual === "integer" && types.includes("number"));
    if (!fits) this.errors.typeInvalid(path, actual, `${path} in body must be of type ${types.join(",")}: "${actual}"`);
    return fits;
  }

  #text(text: string, { minLength, maxLength, pattern, format }: Schema, path: string): void {
    const length = [...text].length;
    if (maxLength !== undefined && length > maxLength) this.errors.tooLong(path, maxLength);
    if (minLength !== undefined && length < minLength) {
      this.errors.invalid(path, text, `${path} in body should be at least ${minLength} chars long`);
    }
    if (pattern !== undefined && !matches(text, pattern)) {
      this.errors.invalid(path, text, `${path} in body should match '${pattern}'`);
    }
    if (format !== undefined && !hasFormat(text, format)) {
      this.errors.invalid(path, text, `${path} in body must be of type ${format}: ${stringifyJson(text)}`);
    }
  }

  #number(value: number | bigint, schema: Schema, path: string): void {
    const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
    if (minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum)) {
      const bound = exclusiveMinimum ? "greater than" : "greater than or equal to";
      this.errors.invalid(path, value, `${path} in body should be ${bound} ${minimum}`);
    }
    if (maximum !== undefined && (exclusiveMaximum ? value >= maximum : value > maximum)) {
      const bound = exclusiveMaximum ? "less than" : "less than or equal to";
      this.errors.invalid(path, value, `${path} in body should be ${bound} ${maximum}`);
    }
  }

  #list(list: readonly unknown[], schema: Schema, path: string): void {
    const { items, minItems, maxItems } = schema;
    if (maxItems !== undefined && list.length > maxItems) this.errors.tooMany(path, list.length, maxItems);
    if (minItems !== undefined && list.length < minItems) {
      this.errors.invalid(path, list.length, `${path} in body should have at least ${minItems} items`);
    }
    for (const [index, item] of list.entries()) if (items) this.value(item, items, `${path}[${index}]`);
    const listType = schema["x-kubernetes-list-type"];
    if (listType !== "map" && listType !== "set") return;
    const seen = new Set<string>();
    for (const [index, item] of list.entries()) {
      const key = listType === "set" ? item : keyOf(item, schema["x-kubernetes-list-map-keys"] ?? []);
      const text = canonicalJson(key);
      if (seen.has(text)) this.errors.duplicate(`${path}[${index}]`, key);
      seen.add(text);
    }
  }

  #object(object: Readonly<Record<string, unknown>>, schema: Schema, path: string): void {
    const { properties = {}, required = [], minProperties, maxProperties } = schema;
    const values = valuesOf(schema);
    const count = Object.keys(object).length;
    for (const field of required) if (object[field] === undefined) this.errors.required(join(path, field));
    if (maxProperties !== undefined && count > maxProperties) this.errors.tooMany(path, count, maxProperties);
    if (minProperties !== undefined && count < minProperties) {
      this.errors.invalid(path, count, `${path} in body should have at least ${minProperties} properties`);
    }
    for (const [field, value] of Object.entries(object)) {
      const isKnown = Object.hasOwn(properties, field);
      const fieldSchema = isKnown ? properties[field] : values;
      if (fieldSchema) this.value(value, fieldSchema, isKnown ? join(path, field) : `${path}.${field}`);
    }
  }

  #alternatives(value: unknown, { oneOf, anyOf, allOf }: Schema, path: string): void {
    const countValid = (schemas: readonly Schema[]) =>
      schemas.filter((schema) => validateBySchema(value, { schema, find: this.#find }).length === 0).length;
    const report = (rule: string) => this.errors.invalid(path, "", `"${path}" must validate ${rule}`);
    for (const schema of allOf ?? []) this.value(value, schema, path);
    if (anyOf && countValid(anyOf) === 0) report("at least one schema (anyOf)");
    if (oneOf) {
      const count = countValid(oneOf);
      if (count !== 1) report(`one and only one schema (oneOf). Found ${count === 0 ? "none" : count} valid`);
    }
  }
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value === "bigint" || Number.isInteger(value) ? "integer" : typeof value;
}

function keyOf(item: unknown, fields: readonly string[]): Record<string, unknown> {
  const values = isJsonObject(item) ? item : {};
  return Object.fromEntries(
    fields.filter((field) => values[field] !== undefined).map((field) => [field, values[field]]),
  );
}

function matches(text: string, pattern: string): boolean {
  try {
    return new RegExp(pattern, "u").test(text);
  } catch {
    // What Go takes and JavaScript does not, nobody is refused for.
    return true;
  }
}

function join(path: string, field: string): string {
  return path === "" ? field : `${path}.${field}`;
}
