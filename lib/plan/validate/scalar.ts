/**
 * Single values: whether they are of the type, in the form and within the bounds that a schema demands.
 *
 * @module
 */

import { jsonEquals } from "../../base/json.ts";
import { nearest } from "../../base/nearest.ts";
import { parseQuantity } from "../../kube/quantity.ts";
import type { Schema } from "../../kube/schema.ts";
import { listValues } from "./problem.ts";

/** How to check a value. */
export interface ScalarOptions {
  /** Whether it is of a built-in kind. */
  readonly builtIn: boolean;
  /** Names it in a message. */
  readonly name: (value: unknown) => string;
}

/**
 * Checks a value by its schema, except for what is in lists and objects.
 *
 * @param value The value, not `null`.
 * @param schema Its schema.
 * @param options How to check it.
 * @returns What is wrong with it; `undefined` if nothing is.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const options = { builtIn: true, name: String };
 * strictEqual(checkScalar("3", { type: "integer" }, options), "must be an integer, is 3: write it without quotes");
 * strictEqual(checkScalar(3, { type: "integer" }, options), undefined);
 * ```
 */
export function checkScalar(value: unknown, schema: Schema, { builtIn, name }: ScalarOptions): string | undefined {
  const fault = findFault(value, schema, builtIn);
  return fault && `must ${fault.be}, is ${name(value)}${fault.advice ?? ""}`;
}

interface Fault {
  /** What the value must do or be. */
  readonly be: string;
  /** What to do about it. */
  readonly advice?: string;
}

function findFault(value: unknown, schema: Schema, builtIn: boolean): Fault | undefined {
  const { type, format } = schema;
  if (format === "quantity") {
    return isQuantity(value) ? undefined : { be: 'be a quantity such as "500m" or "2Gi"' };
  }
  if (schema["x-kubernetes-int-or-string"] || (format === "int-or-string" && type === undefined)) {
    return typeof value === "string" || isInteger(value) ? undefined : { be: "be an integer or text" };
  }
  if (type !== undefined && !isOfType(value, type)) {
    return { be: `be ${TYPE_NAMES[type] ?? type}`, advice: adviceFor(value, type) };
  }
  return formatFault(value, schema) ?? enumFault(value, schema, builtIn) ?? boundsFault(value, schema);
}

function isQuantity(value: unknown): boolean {
  if (typeof value === "boolean" || typeof value === "object") return false;
  const text = String(value).trim();
  // The server takes exponents of any length.
  if (/e[+-]?\d{4,}$/i.test(text)) return true;
  try {
    parseQuantity(text);
    return true;
  } catch {
    return false;
  }
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: "text",
  integer: "an integer",
  number: "a number",
  boolean: "true or false",
  object: "an object",
  array: "a list",
};

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case "integer":
      return isInteger(value);
    case "number":
      return typeof value === "number" || typeof value === "bigint";
    case "string":
      return typeof value === "string";
    case "boolean":
      return typeof value === "boolean";
    default:
      // Objects and lists are checked elsewhere: here is what should be one and is not.
      return false;
  }
}

function isInteger(value: unknown): boolean {
  return typeof value === "bigint" || Number.isInteger(value);
}

function adviceFor(value: unknown, type: string): string {
  if (type === "string" && typeof value !== "object") return ": put it in quotes";
  if (typeof value !== "string" || value === "") return "";
  const wouldFit = type === "boolean" ? /^(true|false)$/.test(value) : isOfType(Number(value), type);
  return wouldFit ? ": write it without quotes" : "";
}

function formatFault(value: unknown, { type, format }: Schema): Fault | undefined {
  if (type !== "string" || typeof value !== "string") return undefined;
  if (format === "byte" && !isBase64(value)) return { be: "be base64" };
  return format === "date-time" && !DATE_TIME.test(value)
    ? { be: 'be a time such as "2026-01-31T12:00:00Z"' }
    : undefined;
}

// Go's decoder skips line breaks, and does not mind bits that are left over.
function isBase64(text: string): boolean {
  const characters = text.replace(/[\r\n]/g, "");
  return characters.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(characters);
}

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d{1,2}:\d\d:\d\d([.,]\d+)?(Z|[+-]\d\d:\d\d)$/i;

function enumFault(value: unknown, { enum: allowed }: Schema, builtIn: boolean): Fault | undefined {
  // To a built-in kind an empty text is the same as none.
  if (!allowed || (builtIn && value === "") || allowed.some((item) => jsonEquals(item, value))) return undefined;
  const near = typeof value === "string" && value !== "" &&
    nearest(value, allowed.filter((item) => typeof item === "string"));
  return { be: `be ${listValues(allowed, "or")}`, ...(near && { advice: `: did you mean "${near}"?` }) };
}

function boundsFault(value: unknown, schema: Schema): Fault | undefined {
  if (typeof value === "number" || typeof value === "bigint") return numberFault(value, schema);
  return typeof value === "string" ? textFault(value, schema) : undefined;
}

function numberFault(value: number | bigint, schema: Schema): Fault | undefined {
  const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum = false, exclusiveMaximum = false } = schema;
  if (value < minimum || (exclusiveMinimum && value === minimum)) {
    return { be: `be ${exclusiveMinimum ? "more than" : "at least"} ${minimum}` };
  }
  if (value > maximum || (exclusiveMaximum && value === maximum)) {
    return { be: `be ${exclusiveMaximum ? "less than" : "at most"} ${maximum}` };
  }
  return undefined;
}

function textFault(value: string, { minLength, maxLength, pattern }: Schema): Fault | undefined {
  if (minLength !== undefined && [...value].length < minLength) return { be: `have at least ${minLength} characters` };
  if (maxLength !== undefined && [...value].length > maxLength) return { be: `have at most ${maxLength} characters` };
  return pattern === undefined || matches(value, pattern) ? undefined : { be: `match ${pattern}` };
}

/** What means the same to Go and to JavaScript: no classes with names, no flags, no anchors of texts. */
const COMMON_PATTERN = /^(?!.*(\[:|\[\^?\]|\\[pPQEAzCaxU\d]|\(\?(?!:)))/s;
const PLAIN_TEXT = /^[\x20-\x7e]{0,256}$/;

function matches(text: string, pattern: string): boolean {
  // The languages differ on line breaks and on what is a space beyond ASCII.
  if (!COMMON_PATTERN.test(pattern) || !PLAIN_TEXT.test(text)) return true;
  try {
    return new RegExp(pattern).test(text);
  } catch {
    return true;
  }
}
