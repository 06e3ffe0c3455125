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
