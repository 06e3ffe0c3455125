/**
 * Schemas, prepared for reading objects: what is looked up once need not be looked up for each object.
 *
 * @module
 */

import {
  dereference,
  type FindSchema,
  type KindSchema,
  referenceOf,
  type Schema,
  valuesOf,
} from "../../kube/schema.ts";
import { OBJECT_META, OBJECT_META_SCHEMAS } from "./object_meta_schema.ts";

/** What a schema allows at one place. */
export interface Shape {
  /** What may stand there; `any` also for what a strategy judges by itself. */
  readonly type: "object" | "map" | "array" | "string" | "integer" | "number" | "boolean" | "any";
  /** The type in Go, for messages, such as `[]v1.Container`. */
  readonly goType: string;
  /** The name of the struct in Go, if it is one. */
  readonly goStruct: string;
  /** The format, such as `int32`. */
  readonly format: string | undefined;
  /** The value if there is none. */
  readonly default: unknown;
  /** Whether `null` is a value. */
  readonly nullable: boolean;
  /** Whether fields without a schema are kept. */
  readonly keepsUnknown: boolean;
  /** The fields of an object. */
  readonly fields: ReadonlyMap<string, Shape>;
  /** The fields that must be there; Go writes them even if they are empty. */
  readonly required: ReadonlySet<string>;
  /** The fields that have defaults. */
  readonly defaulted: readonly (readonly [name: string, shape: Shape])[];
  /** The items of a list or the values of a map. */
  readonly items: Shape;
}

const TYPES: ReadonlySet<string> = new Set<Shape["type"]>([
  "object",
  "array",
  "string",
  "integer",
  "number",
  "boolean",
]);

/**
 * Prepares the schema of a kind.
 *
 * @param kind The schema.
 * @param kindName The name of the kind.
 * @returns Its shape; parts are prepared when they are first needed, as schemas may contain themselves.
 */
export function shapeOfKind({ schema, find }: KindSchema, kindName: string): Shape {
  const findAll: FindSchema = (name) => OBJECT_META_SCHEMAS[name] ?? find(name);
  const whole = dereference(schema, findAll);
  const properties = {
    ...whole.properties,
    apiVersion: { type: "string" },
    kind: { type: "string" },
    metadata: OBJECT_META,
  };
  return new LazyShape({ ...whole, type: "object", properties }, findAll, `v1.${kindName}`);
}

class LazyShape implements Shape {
  readonly type: Shape["type"];
  readonly goType: string;
  readonly goStruct: string;
  readonly format: string | undefined;
  readonly default: unknown;
  readonly nullable: boolean;
  readonly keepsUnknown: boolean;
  readonly required: ReadonlySet<string>;
  readonly #schema: Schema;
  readonly #find: FindSchema;
  #fields: ReadonlyMap<string, Shape> | undefined;
  #defaulted: readonly (readonly [string, Shape])[] | undefined;
  #items: Shape | undefined;

  constructor(schema: Schema, find: FindSchema, typeName: string | undefined) {
    const name = typeName ?? referenceOf(schema)?.replace("/", ".").replace(/^.*\.(?=[^.]+\.[^.]+$)/, "");
    this.#schema = dereference(schema, find);
    this.#find = find;
    this.type = typeOf(this.#schema);
    this.format = this.#schema.format;
    this.goType = name ?? this.#goType();
    this.goStruct = this.goType.replace(/^.*\./, "");
    this.default = this.#schema.default;
    this.nullable = this.#schema.nullable ?? false;
    this.keepsUnknown = this.#schema["x-kubernetes-preserve-unknown-fields"] ?? false;
    this.required = new Set(this.#schema.required);
  }

  get fields(): ReadonlyMap<string, Shape> {
    return this.#fields ??= new Map(
      Object.entries({
        ...this.#schema.properties,
        ...this.#schema["x-kubernetes-embedded-resource"] && { apiVersion: {}, kind: {}, metadata: OBJECT_META },
      }).map(([name, schema]) => [name, new LazyShape(schema, this.#find, undefined)]),
    );
  }

  get defaulted(): readonly (readonly [string, Shape])[] {
    return this.#defaulted ??= [...this.fields].filter(([, { default: value }]) => value !== undefined);
  }

  get items(): Shape {
    return this.#items ??= new LazyShape(
      (this.type === "map" ? valuesOf(this.#schema) : this.#schema.items) ?? {},
      this.#find,
      undefined,
    );
  }

  #goType(): string {
    const { format } = this.#schema;
    switch (this.type) {
      case "array":
        return `[]${this.items.goType}`;
      case "map":
        return `map[string]${this.items.goType}`;
      case "integer":
        return format ?? "int64";
      case "number":
        return "float64";
      case "boolean":
        return "bool";
      default:
        return this.type;
    }
  }
}

function typeOf(schema: Schema): Shape["type"] {
  const { type, properties } = schema;
  if (type === undefined || schema["x-kubernetes-int-or-string"] || !TYPES.has(type)) {
    return properties ? "object" : "any";
  }
  if (type === "object" && properties === undefined) {
    if (valuesOf(schema) !== undefined) return "map";
    return schema["x-kubernetes-embedded-resource"] ? "object" : "any";
  }
  // Types of Go with a form of their own in JSON.
  if (type === "string" && (schema.format === "int-or-string" || schema.format === "quantity")) return "any";
  return type as Shape["type"];
}
