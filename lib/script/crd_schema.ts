/**
 * Schemas of custom resources as scripts write them: those that an API server accepts in a CustomResourceDefinition.
 *
 * @module
 */

import type { Schema } from "../kube/schema.ts";

/** The keywords that bound numbers, texts, lists and objects. */
export type Bound =
  | "minimum"
  | "exclusiveMinimum"
  | "maximum"
  | "exclusiveMaximum"
  | "minLength"
  | "maxLength"
  | "pattern"
  | "minItems"
  | "maxItems"
  | "minProperties"
  | "maxProperties";

/** What a value must be like, without saying what it consists of: the part of a schema that may stand in alternatives. */
export interface CrdRules extends Pick<Schema, "format" | "required" | Bound> {
  /** The values that are allowed. */
  readonly enum?: readonly (string | number | boolean | null)[];
  /** What the number must be a multiple of. */
  readonly multipleOf?: number;
  /** Rules for fields that the schema itself names. */
  readonly properties?: Readonly<Record<string, CrdRules>>;
  /** Rules for the items of a list. */
  readonly items?: CrdRules;
  /** Rules of which one must hold. */
  readonly oneOf?: readonly CrdRules[];
  /** Rules of which at least one must hold. */
  readonly anyOf?: readonly CrdRules[];
  /** Rules that must hold all together. */
  readonly allOf?: readonly CrdRules[];
  /** Rules that must not hold. */
  readonly not?: CrdRules;
}

/**
 * A schema, or a part of one.
 *
 * `type` may be left out where `properties`, `additionalProperties`, `items` or `enum` tell it.
 *
 * @see {@link https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema | Structural schemas}
 */
export interface CrdSchema extends
  CrdRules,
  Pick<
    Schema,
    | "default"
    | "description"
    | "nullable"
    | "x-kubernetes-list-map-keys"
    | "x-kubernetes-list-type"
    | "x-kubernetes-map-type"
  > {
  /** What kind of value it is. */
  readonly type?: "array" | "boolean" | "integer" | "number" | "object" | "string";
  /** The fields of an object. */
  readonly properties?: Readonly<Record<string, CrdSchema>>;
  /** The values of a map. */
  readonly additionalProperties?: CrdSchema;
  /** The items of a list. */
  readonly items?: CrdSchema;
  /** A title. */
  readonly title?: string;
  /** An example of a value. */
  readonly example?: unknown;
  /** Whether it holds any API object, with `apiVersion`, `kind` and `metadata`. */
  readonly "x-kubernetes-embedded-resource"?: true;
  /** Whether it holds an integer or a string. */
  readonly "x-kubernetes-int-or-string"?: true;
  /** Whether fields that the schema does not name are kept. */
  readonly "x-kubernetes-preserve-unknown-fields"?: true;
  /** Rules in the Common Expression Language. */
  readonly "x-kubernetes-validations"?: readonly CrdValidation[];
}

/** A rule in the Common Expression Language. */
export interface CrdValidation {
  /** The expression; `self` is the value, `oldSelf` what it was before. */
  readonly rule: string;
  /** What is said when the rule does not hold. */
  readonly message?: string;
  /** An expression for what is said. */
  readonly messageExpression?: string;
  /** A reason for programs. @default {"FieldValueInvalid"} */
  readonly reason?: "FieldValueDuplicate" | "FieldValueForbidden" | "FieldValueInvalid" | "FieldValueRequired";
  /** The field to blame, relative to the schema. */
  readonly fieldPath?: string;
  /** Whether the rule also holds for a new value: `oldSelf` is optional then. */
  readonly optionalOldSelf?: boolean;
}

/**
 * What a schema literal must be like besides being a {@linkcode CrdSchema}: without keywords that do not exist, which
 * the compiler does not look for in an inferred type, and with known fields in `required`.
 *
 * @typeParam S The schema.
 */
export type CheckedSchema<S> =
  & CrdSchema
  & {
    readonly [K in keyof S]: K extends "properties" ? { readonly [P in keyof S[K]]: CheckedSchema<S[K][P]> }
      : K extends "additionalProperties" | "items" ? CheckedSchema<S[K]>
      : K extends "required" ? readonly (S extends { readonly properties: infer P } ? keyof P : string)[]
      : K extends keyof CrdSchema ? unknown
      : `${K & string} is not a keyword of schemas`;
  };
