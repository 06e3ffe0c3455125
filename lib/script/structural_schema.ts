/**
 * From a schema as a script writes it to one that an API server accepts.
 *
 * @module
 */

import type { CrdSchema } from "./crd_schema.ts";

/**
 * Fills in the types that a schema leaves out.
 *
 * Only what would change the meaning of the schema or is cheap to see is checked; the API server checks the rest.
 *
 * @param schema The schema; it is not changed.
 * @param path Where it stands, for messages.
 * @returns A copy with all types.
 * @throws {TypeError} If the schema is not structural, or requires a field that it does not name.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(structuralSchema({ properties: { tier: { enum: ["free", "paid"] } } }, "spec"), {
 *   type: "object",
 *   properties: { tier: { type: "string", enum: ["free", "paid"] } },
 * });
 * ```
 */
export function structuralSchema(schema: CrdSchema, path: string): CrdSchema {
  const { properties, additionalProperties, items, required = [] } = schema;
  const action = `Cannot use schema "${path}"`;
  const type = typeOf(schema);
  if (type === undefined && !isFree(schema)) throw new TypeError(`${action}: it has no type`);
  if (type === "array" && items === undefined) throw new TypeError(`${action}: it has no items`);
  if (properties !== undefined && additionalProperties !== undefined) {
    throw new TypeError(`${action}: it has properties and additionalProperties, which exclude each other`);
  }
  const unknown = properties && required.find((name) => !Object.hasOwn(properties, name));
  if (unknown !== undefined) {
    throw new TypeError(`${action}: it requires "${unknown}", which is not among its properties`);
  }
  const fields = Object.entries(properties ?? {}).map(([name, field]) => {
    return [name, structuralSchema(field, `${path}.properties.${name}`)] as const;
  });
  return {
    ...(type !== undefined && { type }),
    ...schema,
    ...(properties && { properties: Object.fromEntries(fields) }),
    ...(additionalProperties && {
      additionalProperties: structuralSchema(additionalProperties, `${path}.additionalProperties`),
    }),
    ...(items && { items: structuralSchema(items, `${path}.items`) }),
  };
}

function typeOf(schema: CrdSchema): CrdSchema["type"] {
  if (schema.type !== undefined) return schema.type;
  if (schema.properties || schema.additionalProperties) return "object";
  if (schema.items) return "array";
  const values = schema.enum?.filter((value) => value !== null) ?? [];
  const [type, ...others] = new Set(values.map((value) => typeof value));
  if (others.length > 0) return undefined;
  return type === "number" && values.every(Number.isInteger) ? "integer" : type as CrdSchema["type"];
}

/** Whether a schema may be without a type. */
function isFree(schema: CrdSchema): boolean {
  return Boolean(schema["x-kubernetes-int-or-string"] ?? schema["x-kubernetes-preserve-unknown-fields"]);
}
