/**
 * How the objects of the built-in kinds are read and written, by their schemas and their Go types.
 *
 * @module
 */

import { type KindSchema, referenceOf, type Schema, valuesOf } from "../../kube/schema.ts";
import type { FieldPlan, GoType, GoTypes, ObjectPlan, ValuePlan } from "./go_types.ts";

/** Plans, each made when it is first asked for. */
export class Plans {
  readonly #goTypes: GoTypes;
  readonly #plans = new Map<string, ObjectPlan>();

  /** @param goTypes The Go types. */
  constructor(goTypes: GoTypes) {
    this.#goTypes = goTypes;
  }

  /**
   * Finds how an object is read.
   *
   * @param type The name of its schema, such as `core/v1.Container`.
   * @param find Finds schemas.
   * @param schema Its schema.
   * @returns The plan.
   */
  objectPlan(type: string, find: KindSchema["find"], schema: Schema | undefined = find(type)): ObjectPlan {
    let plan = this.#plans.get(type);
    if (plan === undefined) this.#plans.set(type, plan = compileObject(type, schema ?? {}, this.#goTypes[type] ?? {}));
    return plan;
  }
}

function compileObject(type: string, { properties = {}, required = [] }: Schema, goType: GoType): ObjectPlan {
  const fields = new Map<string, FieldPlan>();
  for (const [name, schema] of Object.entries(properties)) {
    fields.set(name, compileField(name, schema, goType));
  }
  const filled = [...fields].filter(([, { absent }]) => absent !== undefined);
  return {
    go: type.slice(type.indexOf(".") + 1),
    fields,
    filled,
    required: required.filter((name) => fields.get(name)?.kind === "string"),
  };
}

function compileField(name: string, schema: Schema, goType: GoType): FieldPlan {
  const value = compileValue(schema, goType.names?.[name]);
  const kind = value.kind === "time" && lists(goType.micro, name) ? "microTime" : value.kind;
  const omit = lists(goType.omit, name);
  const isNull = lists(goType.null, name);
  const absent = lists(goType.object, name)
    ? {}
    : isNull
    ? schema.default ?? null
    : goType.zero?.[name] ?? (omit && !schema.default ? undefined : schema.default);
  const allowed = schema.enum as readonly string[] | undefined;
  const omitZero = omitsZero(kind, omit, lists(goType.keep, name), isNull);
  return { ...value, kind, omitZero, absent, ...(allowed && { allowed }) };
}

function omitsZero(kind: ValuePlan["kind"], omit: boolean, keep: boolean, isNull: boolean): boolean {
  if (kind === "string") return !keep;
  return kind === "list" || kind === "map" || kind === "bytes" ? !isNull : omit;
}

function compileValue(schema: Schema, name?: string): ValuePlan {
  const { type, format } = schema;
  const reference = referenceOf(schema);
  if (reference !== undefined) return { kind: "object", go: reference.replace(/^.*\//, ""), type: reference };
  if (format === "quantity") return { kind: "quantity", go: "resource.Quantity" };
  if (format === "int-or-string" || schema["x-kubernetes-int-or-string"]) return { kind: "intOrString", go: "int32" };
  if (type === "array") {
    const item = compileValue(schema.items ?? {});
    return { kind: "list", go: `[]${item.go}`, item };
  }
  if (type === "object") {
    const values = valuesOf(schema);
    if (values === undefined) return { kind: "any", go: "map[string]interface {}" };
    const item = compileValue(values);
    return { kind: "map", go: `map[string]${item.go}`, item };
  }
  if (type === "string") {
    if (format === "byte") return { kind: "bytes", go: "[]uint8" };
    return format === "date-time" ? { kind: "time", go: "v1.Time" } : { kind: "string", go: name ?? "string" };
  }
  if (type === "integer") return { kind: "int", go: format ?? "int64" };
  if (type === "number") return { kind: "number", go: "float64" };
  return type === "boolean" ? { kind: "bool", go: "bool" } : { kind: "any", go: "interface {}" };
}

function lists(fields: string | undefined, name: string): boolean {
  return fields !== undefined && fields.split(" ").includes(name);
}
