/**
 * What a schema says about a field, as `kubectl explain` tells it.
 *
 * @module
 */

import { dereference, type FindSchema, type KindSchema, referenceOf, type Schema, valuesOf } from "./schema.ts";

/** What a schema says about a field. */
export interface Explanation {
  /** The field's path, such as `spec.template.spec.containers`; empty for the object itself. */
  readonly path: string;
  /** The type in words, such as `string`, `[]Container`, `map[string]string`; `Object` if it has no name. */
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
  let field = schema;
  let required = true;
  const seen: string[] = [];
  for (const name of path.split(".").filter((name) => name !== "")) {
    const { properties = {}, required: names = [] } = contentOf(field, find);
    const next = properties[name];
    if (!next) {
      const there = Object.keys(properties).join(", ") || "none";
      throw new RangeError(`Cannot explain "${path}": there is no field "${name}" but ${there}`);
    }
    required = names.includes(name);
    field = next;
    seen.push(name);
  }
  const { properties = {}, required: names = [] } = contentOf(field, find);
  const fields = Object.entries(properties).map(([name, inner]) =>
    describe([...seen, name].join("."), inner, names.includes(name), find)
  );
  return { ...describe(seen.join("."), field, required, find), fields };
}

function describe(path: string, field: Schema, required: boolean, find: FindSchema): Omit<Explanation, "fields"> {
  const { description = "", enum: values, default: byDefault } = dereference(field, find);
  return {
    path,
    type: typeName(field, find),
    description,
    required,
    ...(values && { enum: values }),
    ...(byDefault !== undefined && { default: byDefault }),
  };
}

/** Goes through lists and maps to the object in them. */
function contentOf(schema: Schema, find: FindSchema): Schema {
  const known = dereference(schema, find);
  const inner = known.items ?? valuesOf(known);
  return inner ? contentOf(inner, find) : known;
}

/** Names a type as kubectl does: objects by the last part of their schema's name. */
function typeName(schema: Schema, find: FindSchema): string {
  const { items } = schema;
  const values = valuesOf(schema);
  if (items) return `[]${typeName(items, find)}`;
  if (values) return `map[string]${typeName(values, find)}`;
  const { type = "object" } = dereference(schema, find);
  const name = referenceOf(schema)?.split(".").at(-1);
  return type === "object" ? name ?? "Object" : type;
}
