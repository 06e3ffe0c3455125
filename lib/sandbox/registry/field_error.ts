/**
 * What is wrong with a field, in the words of
 * {@link https://pkg.go.dev/k8s.io/apimachinery/pkg/util/validation/field | k8s.io/apimachinery/pkg/util/validation/field}.
 *
 * @module
 */

import { stringifyJson } from "../../base/json.ts";
import type { FieldError } from "./served_resource.ts";

/** The field must be there. */
export function required(field: string, detail = ""): FieldError {
  return { reason: "FieldValueRequired", field, message: join("Required value", detail) };
}

/** The value is not allowed. */
export function invalidValue(field: string, value: unknown, detail: string): FieldError {
  return { reason: "FieldValueInvalid", field, message: join(`Invalid value: ${formatValue(value)}`, detail) };
}

/** The field must not be there, or not be changed. */
export function forbiddenField(field: string, detail: string): FieldError {
  return { reason: "FieldValueForbidden", field, message: join("Forbidden", detail) };
}

/** The value is none of those that there are. */
export function notSupported(field: string, value: unknown, supported: readonly string[]): FieldError {
  const values = supported.map((text) => JSON.stringify(text)).join(", ");
  const message = `Unsupported value: ${formatValue(value)}: supported values: ${values}`;
  return { reason: "FieldValueNotSupported", field, message };
}

/** The value is longer than it may be. */
export function tooLong(field: string, maxBytes: number): FieldError {
  return { reason: "FieldValueTooLong", field, message: `Too long: may not be more than ${maxBytes} bytes` };
}

/** The value names nothing that there is. */
export function notFoundValue(field: string, value: unknown): FieldError {
  return { reason: "FieldValueNotFound", field, message: `Not found: ${formatValue(value)}` };
}

/** The value is there twice. */
export function duplicate(field: string, value: unknown): FieldError {
  return { reason: "FieldValueDuplicate", field, message: `Duplicate value: ${formatValue(value)}` };
}

function join(message: string, detail: string): string {
  return detail === "" ? message : `${message}: ${detail}`;
}

function formatValue(value: unknown): string {
  return value === undefined ? "null" : stringifyJson(value);
}
