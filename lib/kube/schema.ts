/**
 * OpenAPI v3 schemas as API servers publish them, for built-in kinds and for custom resources.
 *
 * @module
 */

/**
 * A schema, or a part of one. What the API adds to OpenAPI begins with `x-kubernetes-`.
 *
 * @see {@link https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy | Merge strategy}
 * @see {@link https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/ | Structural schemas}
 */
export interface Schema {
  /** What it is for. */
  readonly description?: string;
  /** `object`, `array`, `string`, `integer`, `number` or `boolean`; absent for any. */
  readonly type?: string;
  /** For example `int32`, `byte`, `date-time`, `int-or-string`, `quantity`. */
  readonly format?: string;
  /** The fields of an object. */
  readonly properties?: Readonly<Record<string, Schema>>;
  /** The fields that must be there. */
  readonly required?: readonly string[];
  /** The items of a list. */
  readonly items?: Schema;
  /** The values of a map; CustomResourceDefinitions may say `true` or `false`. */
  readonly additionalProperties?: Schema | boolean;
  /** The values that are allowed. */
  readonly enum?: readonly unknown[];
  /** What the server fills in. */
  readonly default?: unknown;
  /** Whether `null` is a value. */
  readonly nullable?: boolean;
  /** The least number. */
  readonly minimum?: number;
  /** Whether the number must be greater than `minimum`. */
  readonly exclusiveMinimum?: boolean;
  /** The greatest number. */
  readonly maximum?: number;
  /** Whether the number must be less than `maximum`. */
  readonly exclusiveMaximum?: boolean;
  /** The least length of a text, in characters. */
  readonly minLength?: number;
  /** The greatest length of a text, in characters. */
  readonly maxLength?: number;
  /** A regular expression, in the syntax of Go, that a text must match somewhere. */
  readonly pattern?: string;
  /** The least number of items of a list. */
  readonly minItems?: number;
  /** The greatest number of items of a list. */
  readonly maxItems?: number;
  /** The least number of fields of an object. */
  readonly minProperties?: number;
  /** The greatest number of fields of an object. */
  readonly maxProperties?: number;
  /** Alternatives, of which one must hold. */
  readonly oneOf?: readonly Schema[];
  /** Alternatives, of which at least one must hold. */
  readonly anyOf?: readonly Schema[];
  /** What must hold all together; of built-in kinds always a single reference. */
  readonly allOf?: readonly Schema[];
  /** The schema of that name, as `#/components/schemas/NAME`. */
  readonly $ref?: string;
  /** Whether it holds an integer or a string. */
  readonly "x-kubernetes-int-or-string"?: boolean;
  /** Whether fields that the schema does not name are kept. */
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
  /** Whether it holds any API object, with `apiVersion`, `kind` and `metadata`. */
  readonly "x-kubernetes-embedded-resource"?: boolean;
  /** How server-side apply merges a list. */
  readonly "x-kubernetes-list-type"?: "atomic" | "set" | "map";
  /** The fields that identify the items of a list of type `map`. */
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
  /** How server-side apply merges a map. */
  readonly "x-kubernetes-map-type"?: "atomic" | "granular";
  /** How a strategic merge patch merges, such as `merge` or `merge,retainKeys`. */
  readonly "x-kubernetes-patch-strategy"?: string;
  /** The field that identifies the items of a list in a strategic merge patch. */
  readonly "x-kubernetes-patch-merge-key"?: string;
  /** The kinds that it describes, if it is that of whole objects. */
  readonly "x-kubernetes-group-version-kind"?: readonly { group: string; version: string; kind: string }[];
}

/** Finds the schema of a name that {@linkcode referenceOf} gave; `undefined` if there is none. */
export type FindSchema = (name: string) => Schema | undefined;

/** The schema of a kind. */
export interface KindSchema {
  /** The schema of its objects. */
  readonly schema: Schema;
  /** Finds the schemas to which it refers. */
  readonly find: FindSchema;
}

/** Finds the schema of a kind of one group and version; `undefined` if there is none. */
export type FindKindSchema = (kind: string) => KindSchema | undefined;

/** Schemas that servers publish in a form that does not tell what they are. */
const KNOWN_SCHEMAS: Readonly<Record<string, Schema>> = {
  "io.k8s.apimachinery.pkg.api.resource.Quantity": { format: "quantity" },
  "io.k8s.apimachinery.pkg.runtime.RawExtension": {},
};

/**
 * Makes the schemas of a document of OpenAPI v3 findable.
 *
 * @param schemas Its `components.schemas`.
 * @returns Finds them by their names.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const find = schemaFinder({ "com.example.v1.Widget": { type: "object" } });
 * deepStrictEqual(find("com.example.v1.Widget"), { type: "object" });
 * deepStrictEqual(find("io.k8s.apimachinery.pkg.api.resource.Quantity"), { format: "quantity" });
 * ```
 */
export function schemaFinder(schemas: Readonly<Record<string, Schema>>): FindSchema {
  return (name) => KNOWN_SCHEMAS[name] ?? schemas[name];
}

/**
 * Finds what a schema refers to.
 *
 * @param schema The schema.
 * @returns The name of another schema, such as `io.k8s.api.apps.v1.Deployment`, if it is nothing but a reference.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(referenceOf({ allOf: [{ $ref: "#/components/schemas/PodSpec" }] }), "PodSpec");
 * strictEqual(referenceOf({ type: "string" }), undefined);
 * ```
 */
export function referenceOf(schema: Schema): string | undefined {
  return (schema.$ref ?? schema.allOf?.[0]?.$ref)?.replace("#/components/schemas/", "");
}

/**
 * Finds what a map holds.
 *
 * @param schema The schema of the map.
 * @returns The schema of its values; `{}` if they can be anything; `undefined` if it is not a map.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(valuesOf({ additionalProperties: { type: "string" } }), { type: "string" });
 * deepStrictEqual(valuesOf({ additionalProperties: true }), {});
 * ```
 */
export function valuesOf({ additionalProperties }: Schema): Schema | undefined {
  return additionalProperties === true ? {} : additionalProperties || undefined;
}

/**
 * Puts what a schema refers to in its place.
 *
 * @param schema The schema.
 * @param find Finds what it refers to.
 * @returns A schema that says itself what it is about; what stood beside the reference counts more than what it
 * refers to. If that is nowhere, the schema allows anything.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const find = schemaFinder({ Selector: { type: "object" } });
 * const schema = { allOf: [{ $ref: "#/components/schemas/Selector" }], "x-kubernetes-map-type": "atomic" } as const;
 * deepStrictEqual(dereference(schema, find), { type: "object", "x-kubernetes-map-type": "atomic" });
 * ```
 */
export function dereference(schema: Schema, find: FindSchema): Schema {
  const name = referenceOf(schema);
  if (name === undefined) return schema;
  const target = find(name) ?? {};
  // Copying is what takes time, and most references stand alone.
  if (Object.keys(schema).length === 1) return target;
  const { $ref: _ref, allOf: _allOf, ...beside } = schema;
  return { ...target, ...beside };
}
