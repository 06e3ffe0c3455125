/**
 * Turns values of custom resources into those of the Common Expression Language.
 *
 * @module
 */

import { evaluate } from "@marcbachmann/cel-js";
import { isJsonObject } from "../../base/json.ts";
import type { CustomSchema } from "./definition.ts";

/** Words that no field can be named by. */
const RESERVED = new Set([
  ..."true false null in as break const continue else for function if import let loop package namespace".split(" "),
  ..."return var void while".split(" "),
]);
const ESCAPES: Readonly<Record<string, string>> = {
  "__": "__underscores__",
  ".": "__dot__",
  "-": "__dash__",
  "/": "__slash__",
};

/**
 * Names a field as expressions name it.
 *
 * @param name The field.
 * @returns For example `x__dash__y` for `x-y`.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(escapeName("namespace"), "__namespace__");
 * strictEqual(escapeName("x-y"), "x__dash__y");
 * ```
 */
export function escapeName(name: string): string {
  return RESERVED.has(name) ? `__${name}__` : name.replace(/__|[.\-/]/g, (part) => ESCAPES[part]!);
}

/**
 * Turns a value into one for expressions.
 *
 * @param value The value.
 * @param schema Its schema.
 * @returns Integers are big ones, times are dates, and the fields of objects have the names that expressions can use.
 */
export function celValue(value: unknown, schema: CustomSchema): unknown {
  if (typeof value === "number") return schema.type !== "number" && Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value === "bigint") return schema.type === "number" ? Number(value) : value;
  if (typeof value === "string") return textValue(value, schema.format);
  if (Array.isArray(value)) return value.map((item) => celValue(item, schema.items ?? {}));
  if (!isJsonObject(value)) return value;
  const { properties = {}, additionalProperties: values } = schema;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => {
      const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
      if (known) return [escapeName(name), celValue(field, known)];
      // The keys of maps are values themselves.
      return typeof values === "object" ? [name, celValue(field, values)] : [escapeName(name), celValue(field, {})];
    }),
  );
}

function textValue(text: string, format: string | undefined): unknown {
  switch (format) {
    case "date":
    case "date-time":
    case "datetime":
      return new Date(text);
    case "duration":
      return evaluate("duration(text)", { text });
    case "byte":
      return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    default:
      return text;
  }
}
