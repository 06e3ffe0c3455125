/**
 * What a schema says about a field, as `kubectl explain` tells it.
 *
 * @module
 */

import { dereference, type KindSchema, type Schema, valuesOf } from "./schema.ts";

/** What a schema says about a field. */
export interface Explanation {
  /** The field's path, such as `spec.template.spec.containers`; empty for the object itself. */
  readonly path: string;
  /** The type in words, such as `string`, `[]Object`, `map[string]string`. */
  readonly type: string;
  /** What it is for. */
  readonly description: string;
  /** Whether it must be there. */
  readonly required: boolean;
  /** The values that are allowed; absent if there is no list of them. */
  readonly enum?: readonly unknown[];
  /** What the server fills in; absent if it does not. */
  readonly default?: unknown;
  /** The fields in it, or in its items; empty for single values. */
  readonly fields: readonly Omit<Explanation, "fields">[];
}

/**
 * Explains a field.
 *
 * @param kind The schema of the object.
 * @param path The field, as kubectl takes it: names with dots between them; items of lists have no step of their own.
 * @returns What the schema says.
 * @throws {RangeError} If there is no such field; the message names those that there are.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { schemaFinder } from "./schema.ts";
 *
 * const spec = { type: "object", properties: { replicas: { type: "integer", description: "How many." } } };
 * const kind = { schema: { type: "object", properties: { spec } }, find: schemaFinder({}) };
 * strictEqual(explainField(kind, "spec.replicas").description, "How many.");
 * ```
 */
export function explainField({ schema, find }: KindSchema, path: string): Explanation {
  const resolve = (schema: Schema) => dereference(schema, find);
  let field = resolve(schema);
  let required = true;
  const seen: string[] = [];
  for (const name of path.split(".").filter((name) => name !== "")) {
    const holder = contentOf(field, resolve);
    const next = holder.properties?.[name];
    if (!next) {
      const there = Object.keys(holder.properties ?? {}).join(", ") || "none";
      throw new RangeError(`Cannot explain "${path}": "${seen.join(".")}" has no field "${name}" but ${there}`);
    }
    required = holder.required?.includes(name) ?? false;
    field = resolve(next);
    seen.push(name);
  }
  const describe = (name: string, schema: Schema, isRequired: boolean) => ({
    path: name,
    type: typeName(schema, resolve),
    description: schema.description ?? "",
    required: isRequired,
    ...(schema.enum && { enum: schema.enum }),
    ...(schema.default !== undefined && { default: schema.default }),
  });
  const { properties = {}, required: names = [] } = contentOf(field, resolve);
  const fields = Object.entries(properties).map(([name, inner]) =>
    describe([...seen, name].join("."), resolve(inner), names.includes(name))
  );
  return { ...describe(seen.join("."), field, required), fields };
}

/** Goes through lists and maps to the object in them. */
function contentOf(schema: Schema, resolve: (schema: Schema) => Schema): Schema {
  const inner = schema.items ?? valuesOf(schema);
  return inner ? contentOf(resolve(inner), resolve) : schema;
}

function typeName(schema: Schema, resolve: (schema: Schema) => Schema): string {
  if (schema.items) return `[]${typeName(resolve(schema.items), resolve)}`;
  const values = valuesOf(schema);
  if (values) return `map[string]${typeName(resolve(values), resolve)}`;
  if (schema.type === "object" || schema.properties) return "Object";
  return schema.type ?? schema.format ?? "any";
}
