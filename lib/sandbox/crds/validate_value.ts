/**
 * Judges custom resources by their schemas, in the words of the API server.
 *
 * What is as it was before an update is not judged again ("ratcheting").
 *
 * @module
 */

import { isJsonObject, jsonEquals, stringifyJson } from "../../base/json.ts";
import { invalidValue, notSupported, required, tooLong } from "../registry/field_error.ts";
import type { FieldError } from "../registry/served_resource.ts";
import type { CustomSchema } from "./definition.ts";
import { hasFormat } from "./formats.ts";
import { oldFieldOf, oldItemOf } from "./correlate.ts";

/** A problem, and how much else was right, by which one of several alternatives is chosen. */
interface Result {
  readonly errors: FieldError[];
  matches: number;
}

/**
 * Judges a value.
 *
 * @param value The value.
 * @param schema Its schema.
 * @param path Where it stands; empty for a whole object.
 * @param old The value before; `undefined` if there was none.
 * @returns What is wrong with it.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const schema = { type: "object", properties: { replicas: { type: "integer" } } };
 * deepStrictEqual(validateValue({ replicas: "3" }, schema, "spec").map(({ message }) => message), [
 *   'Invalid value: "string": spec.replicas in body must be of type integer: "string"',
 * ]);
 * ```
 */
export function validateValue(value: unknown, schema: CustomSchema, path: string, old?: unknown): FieldError[] {
  return judge(value, schema, path, old).errors;
}

function judge(value: unknown, schema: CustomSchema, path: string, old: unknown): Result {
  const result: Result = { errors: [], matches: 1 };
  if (old !== undefined && jsonEquals(value, old)) return result;
  const { errors } = result;
  errors.push(...judgeType(value, schema, path));
  if (value !== null) {
    judgeAlternatives(value, schema, path, old, result);
    if (typeof value === "string") errors.push(...judgeText(value, schema, path));
    if (isNumber(value)) errors.push(...judgeNumber(value, schema, path));
    if (Array.isArray(value)) judgeList(value, schema, path, old, result);
    if (isJsonObject(value)) judgeObject(value, schema, path, old, result);
  }
  if (schema.enum && !schema.enum.some((allowed) => jsonEquals(allowed, value))) {
    errors.push(
      notSupported(path, value, schema.enum.map((one) => typeof one === "string" ? one : stringifyJson(one))),
    );
  }
  if (errors.length === 0) result.matches++;
  return result;
}

function judgeType(value: unknown, schema: CustomSchema, path: string): FieldError[] {
  const types = schema["x-kubernetes-int-or-string"] ? ["integer", "string"] : schema.type ? [schema.type] : [];
  if (types.length === 0) return [];
  const actual = typeOf(value);
  if (types.includes(actual) || (actual === "integer" && types.includes("number"))) return [];
  if (value === null && schema.nullable) return [];
  return [typeInvalid(path, actual, types.join(","), actual)];
}

function typeInvalid(path: string, value: unknown, type: string, shown: string): FieldError {
  const detail = `${path} in body must be of type ${type}: ${JSON.stringify(shown)}`;
  return { ...invalidValue(path, value, detail), reason: "FieldValueTypeInvalid" };
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (isNumber(value)) return typeof value === "bigint" || Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

function judgeText(value: string, schema: CustomSchema, path: string): FieldError[] {
  const fault = textFault(value, schema, path);
  const errors = fault ? [fault] : [];
  const { format } = schema;
  if (format && !hasFormat(format, value)) errors.push(typeInvalid(path, value, format, value));
  return errors;
}

/** Of length and pattern only the first fault is told. */
function textFault(
  value: string,
  { minLength, maxLength, pattern }: CustomSchema,
  path: string,
): FieldError | undefined {
  const length = [...value].length;
  if (maxLength !== undefined && length > maxLength) return tooLong(path, maxLength);
  if (minLength !== undefined && length < minLength) {
    return invalidValue(path, value, `${path} in body should be at least ${minLength} chars long`);
  }
  if (!pattern || regExpOf(pattern).test(value)) return undefined;
  return invalidValue(path, value, `${path} in body should match '${pattern}'`);
}

/**
 * Compiles a regular expression that is written in the syntax of Go.
 *
 * @param pattern The pattern.
 * @returns The expression.
 * @throws {SyntaxError} If it is none.
 */
export function regExpOf(pattern: string): RegExp {
  let text = pattern.replaceAll("\\z", "$").replaceAll("\\A", "^").replaceAll("(?P<", "(?<");
  // Flags hold from where they stand.
  for (let flags = FLAGS.exec(text); flags; flags = FLAGS.exec(text)) {
    text = `${text.slice(0, flags.index)}(?${flags[1]}:${text.slice(flags.index + flags[0].length)})`;
  }
  try {
    return new RegExp(text, "u");
  } catch {
    // Go allows escapes that are not needed.
    return new RegExp(text);
  }
}

const FLAGS = /\(\?([ims]+)\)/;

function judgeNumber(value: number | bigint, schema: CustomSchema, path: string): FieldError[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, format, type } = schema;
  const wrong = (what: string) => invalidValue(path, value, `${path} in body should be ${what}`);
  const errors: FieldError[] = [];
  const isWhole = typeof value === "bigint" || Number.isInteger(value);
  const isInt32 = format === "int32";
  if (type === "integer" && (!isWhole || (isInt32 && (value < -(2 ** 31) || value >= 2 ** 31)))) {
    const kind = isInt32 ? "integer with format int32" : "integer (default format)";
    errors.push(invalidValue("<nil>", "", `Checked value must be of type ${kind} in ${path}`));
  }
  if (multipleOf && isWhole && Math.trunc(multipleOf) === 0) {
    const detail = `factor MultipleOf declared for ${path} must be positive: 0`;
    errors.push(invalidValue(path, 0, detail));
  } else if (multipleOf && !isMultiple(Number(value), multipleOf)) errors.push(wrong(`a multiple of ${multipleOf}`));
  if (maximum !== undefined && (exclusiveMaximum ? value >= maximum : value > maximum)) {
    errors.push(wrong(exclusiveMaximum ? `less than ${maximum}` : `less than or equal to ${maximum}`));
  }
  if (minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum)) {
    errors.push(wrong(exclusiveMinimum ? `greater than ${minimum}` : `greater than or equal to ${minimum}`));
  }
  return errors;
}

function isMultiple(value: number, factor: number): boolean {
  const quotient = value / factor;
  return Math.abs(quotient - Math.round(quotient)) < 1e-9;
}

function judgeList(value: unknown[], schema: CustomSchema, path: string, old: unknown, result: Result): void {
  const { items, minItems, maxItems } = schema;
  if (items) {
    for (const [i, item] of value.entries()) {
      merge(result, judge(item, items, `${path}[${i}]`, oldItemOf(item, schema, old)));
    }
  }
  if (minItems !== undefined && value.length < minItems) {
    const detail = `${path} in body should have at least ${minItems} items`;
    result.errors.push(invalidValue(path, value.length, detail));
  }
  if (maxItems !== undefined && value.length > maxItems) result.errors.push(tooMany(path, value.length, maxItems));
}

function tooMany(path: string, actual: number, max: number): FieldError {
  const message = `Too many: ${actual}: must have at most ${max} ${max === 1 ? "item" : "items"}`;
  return { reason: "FieldValueTooMany", field: path, message };
}

function judgeObject(
  value: Record<string, unknown>,
  schema: CustomSchema,
  path: string,
  old: unknown,
  result: Result,
): void {
  const { properties = {}, additionalProperties, minProperties, maxProperties, required: names = [] } = schema;
  const size = Object.keys(value).length;
  const at = (name: string) => path === "" ? name : `${path}.${name}`;
  if (minProperties !== undefined && size < minProperties) {
    const detail = `${path} in body should have at least ${minProperties} properties`;
    result.errors.push(invalidValue(path, size, detail));
  }
  if (maxProperties !== undefined && size > maxProperties) result.errors.push(tooMany(path, size, maxProperties));
  for (const name of Object.keys(value)) {
    const field = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (field) merge(result, judge(value[name], field, at(name), oldFieldOf(name, schema, old)));
    else if (typeof additionalProperties === "object") {
      merge(result, judge(value[name], additionalProperties, at(name), oldFieldOf(name, schema, old)));
    } else if (additionalProperties === false) {
      result.errors.push(invalidValue(path, "", `${path}.${name} in body is a forbidden property`));
    }
  }
  for (const name of names) if (!Object.hasOwn(value, name)) result.errors.push(required(at(name)));
}

function judgeAlternatives(value: unknown, schema: CustomSchema, path: string, old: unknown, result: Result): void {
  const whole = (text: string) => result.errors.push(invalidValue("<nil>", "", `${JSON.stringify(path)} ${text}`));
  const each = (schemas: readonly CustomSchema[] = []) => schemas.map((part) => judge(value, part, path, old));
  const anyOf = each(schema["x-kubernetes-int-or-string"] ? [] : schema.anyOf);
  if (anyOf.length > 0 && anyOf.every(({ errors }) => errors.length > 0)) {
    whole("must validate at least one schema (anyOf)");
    merge(result, best(anyOf));
  }
  const oneOf = each(schema.oneOf);
  const valid = oneOf.filter(({ errors }) => errors.length === 0).length;
  if (oneOf.length > 0 && valid !== 1) {
    const found = valid === 0 ? "Found none valid" : `Found ${valid} valid alternatives`;
    whole(`must validate one and only one schema (oneOf). ${found}`);
    if (valid === 0) merge(result, best(oneOf));
  }
  const allOf = each(schema.allOf);
  for (const part of allOf) merge(result, part);
  const failed = allOf.filter(({ errors }) => errors.length > 0).length;
  if (failed > 0) whole(`must validate all the schemas (allOf)${failed === allOf.length ? ". None validated" : ""}`);
  if (schema.not && judge(value, schema.not, path, old).errors.length === 0) {
    whole("must not validate the schema (not)");
  }
}

/** Of alternatives that all failed, the one of which most was right. */
function best(results: readonly Result[]): Result {
  return results.reduce((found, result) => result.matches > found.matches ? result : found);
}

function merge(result: Result, part: Result): void {
  result.errors.push(...part.errors);
  result.matches += part.matches;
}
