/**
 * Custom resources that a script defines itself: one schema literal makes the CustomResourceDefinition and the type.
 *
 * @module
 */

import { isDns1123Subdomain } from "../kube/names.ts";
import type { KubeObject, ObjectMeta } from "../kube/object.ts";
import type { CheckedSchema, CrdSchema } from "./crd_schema.ts";
import type { Infer } from "./infer.ts";
import { defineKind, type Kind } from "./kind.ts";
import { structuralSchema } from "./structural_schema.ts";

/** A column that `kubectl get` shows. Where there are any, it shows the age only if a column says so. */
export interface PrinterColumn {
  /** The heading. */
  readonly name: string;
  /** The type of the value; a `date` is shown as the time since. */
  readonly type: "boolean" | "date" | "integer" | "number" | "string";
  /** Where the value is, such as `.spec.replicas` or `.metadata.creationTimestamp`. */
  readonly jsonPath: string;
  /** What it means. */
  readonly description?: string;
  /** The format of the value. */
  readonly format?: "byte" | "date" | "date-time" | "double" | "float" | "int32" | "int64" | "password";
  /** Columns above 0 are shown with `--output wide` only. @default {0} */
  readonly priority?: number;
}

/** Where the scale subresource, which `kubectl scale` and autoscalers use, finds its values. */
export interface ScalePaths {
  /** The desired number, such as `.spec.replicas`. */
  readonly specReplicasPath: string;
  /** The observed number, such as `.status.replicas`. */
  readonly statusReplicasPath: string;
  /** The selector of the pods as text, such as `.status.selector`; needed by HorizontalPodAutoscalers. */
  readonly labelSelectorPath?: string;
}

/**
 * Details of a kind for {@linkcode crd}.
 *
 * @typeParam G The group.
 * @typeParam V The version.
 * @typeParam K The kind.
 * @typeParam S The schema of `spec`.
 * @typeParam U The schema of `status`.
 * @typeParam C The scope.
 */
export interface CrdOptions<G extends string, V extends string, K extends string, S, U, C extends CrdScope> {
  /** The API group: a domain, such as `example.com`. */
  group: G;
  /** The version, such as `v1` or `v1alpha1`. */
  version: V;
  /** The kind in PascalCase, such as `Website`. */
  kind: K;
  /** The schema of `spec`, which every object must have. */
  spec: S;
  /** The schema of `status`, a subresource then. Without one, objects have no status. */
  status?: U;
  /** Whether objects live in namespaces. @default {"Namespaced"} */
  scope?: C;
  /**
   * The name in URLs.
   *
   * @default {the kind in lower case with `s`; `es` after s, x, ch and sh; `ies` for a `y` after a consonant}
   */
  plural?: string;
  /** The singular name. @default {the kind in lower case} */
  singular?: string;
  /** Short names for kubectl, such as `ws`. */
  shortNames?: readonly string[];
  /** Groups of kinds that kubectl lists together, such as `all`. */
  categories?: readonly string[];
  /** The columns that `kubectl get` shows. */
  printerColumns?: readonly PrinterColumn[];
  /** Makes the scale subresource. */
  scale?: ScalePaths;
}

/** Whether objects live in namespaces. */
export type CrdScope = "Cluster" | "Namespaced";

/**
 * An object of a kind that {@linkcode crd} made.
 *
 * @typeParam A The `apiVersion`.
 * @typeParam K The kind.
 * @typeParam C The scope.
 * @typeParam S Its spec.
 * @typeParam U Its status; `never` if it has none.
 */
export interface CustomResource<A extends string, K extends string, C extends CrdScope, S, U> extends KubeObject {
  /** Group and version. */
  apiVersion: A;
  /** The kind. */
  kind: K;
  /** What every object carries. */
  metadata?: C extends "Cluster" ? ObjectMeta & { namespace?: never } : ObjectMeta;
  /** What it should be like. */
  spec: S;
  /** What it is like. */
  status?: U;
}

/** A CustomResourceDefinition of one version. */
export interface CrdDefinition {
  /** Group and version. */
  readonly apiVersion: "apiextensions.k8s.io/v1";
  /** The kind. */
  readonly kind: "CustomResourceDefinition";
  /** The name: plural and group. */
  readonly metadata: { readonly name: string };
  /** What it defines. */
  readonly spec: {
    readonly group: string;
    readonly names: {
      readonly kind: string;
      readonly plural: string;
      readonly singular: string;
      readonly shortNames?: readonly string[];
      readonly categories?: readonly string[];
    };
    readonly scope: CrdScope;
    readonly versions: readonly [{
      readonly name: string;
      readonly served: true;
      readonly storage: true;
      readonly schema: { readonly openAPIV3Schema: CrdSchema };
      readonly subresources: { readonly status?: Record<never, never>; readonly scale?: ScalePaths };
      readonly additionalPrinterColumns?: readonly PrinterColumn[];
    }];
  };
}

/**
 * A kind of custom resources, with its definition.
 *
 * @typeParam T The type of its objects.
 */
export interface CrdKind<T extends KubeObject> extends Kind<T> {
  /** The CustomResourceDefinition, to be among a script's resources. */
  readonly definition: CrdDefinition;
}

/**
 * Defines a kind of custom resources. The schema is written once, as a literal: the compiler knows the type from it.
 *
 * The kind has one version. For several, write the CustomResourceDefinition yourself and use {@linkcode defineKind}.
 *
 * @param options Group, version, kind, schemas, names, and what kubectl shows.
 * @returns The kind, with the `definition` to apply. Its objects have the type `ReturnType<typeof Website>`.
 * @throws {TypeError} If a name or a schema is not one that an API server accepts.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual, strictEqual } from "node:assert/strict";
 *
 * const Website = crd({
 *   group: "example.com",
 *   version: "v1",
 *   kind: "Website",
 *   spec: {
 *     required: ["image"],
 *     properties: {
 *       image: { type: "string" },
 *       tier: { enum: ["free", "paid"], default: "free" },
 *       hosts: { items: { type: "string" } },
 *     },
 *   },
 * });
 *
 * strictEqual(Website.definition.metadata.name, "websites.example.com");
 * deepStrictEqual(Website({ metadata: { name: "a" }, spec: { image: "web:1", tier: "paid" } }), {
 *   apiVersion: "example.com/v1",
 *   kind: "Website",
 *   metadata: { name: "a" },
 *   spec: { image: "web:1", tier: "paid" },
 * });
 * ```
 */
export function crd<
  const G extends string,
  const V extends string,
  const K extends string,
  const S extends CheckedSchema<S>,
  const U extends CheckedSchema<U> = never,
  const C extends CrdScope = "Namespaced",
>(
  options: CrdOptions<G, V, K, S, U, C>,
): CrdKind<CustomResource<`${G}/${V}`, K, C, Infer<S>, Infer<U>>> {
  const { group, version, kind, status, scale, shortNames } = options;
  const definition = define(options);
  const { names, scope } = definition.spec;
  const type = defineKind<CustomResource<`${G}/${V}`, K, C, Infer<S>, Infer<U>>>(`${group}/${version}`, kind, {
    plural: names.plural,
    namespaced: scope === "Namespaced",
    singular: names.singular,
    shortNames: shortNames ?? [],
    subresources: [...(scale ? ["scale"] : []), ...(status ? ["status"] : [])],
  });
  return Object.assign(type, { definition });
}

function define(options: CrdOptions<string, string, string, CrdSchema, CrdSchema, CrdScope>): CrdDefinition {
  const { group, version, kind, status, scope = "Namespaced", shortNames, categories, printerColumns, scale } = options;
  const { plural = pluralOf(kind), singular = kind.toLowerCase() } = options;
  checkNames(options, [plural, singular, ...shortNames ?? [], ...categories ?? []]);
  const properties = {
    spec: objectSchema(options.spec, `${kind}.spec`),
    ...(status && { status: objectSchema(status, `${kind}.status`) }),
  };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: { kind, plural, singular, ...(shortNames && { shortNames }), ...(categories && { categories }) },
      scope,
      versions: [{
        name: version,
        served: true,
        storage: true,
        // Without it, a forgotten spec would pass whatever the schema of the spec requires.
        schema: { openAPIV3Schema: { type: "object", required: ["spec"], properties } },
        subresources: { ...(status && { status: {} }), ...(scale && { scale }) },
        ...(printerColumns && { additionalPrinterColumns: printerColumns }),
      }],
    },
  };
}

function objectSchema(schema: CrdSchema, path: string): CrdSchema {
  const structural = structuralSchema(schema, path);
  if (structural.type !== "object") {
    throw new TypeError(`Cannot use schema "${path}": its type is "${structural.type}", not "object"`);
  }
  return structural;
}

/** What the API server demands of everything that becomes part of a URL: a label as in RFC 1035. */
const LABEL = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

function checkNames(
  { group, version, kind }: { group: string; version: string; kind: string },
  names: readonly string[],
): void {
  const action = `Cannot define kind "${kind}"`;
  if (!/^[A-Z][A-Za-z0-9]*$/.test(kind)) throw new TypeError(`${action}: it must be in PascalCase, such as "Website"`);
  if (!isDns1123Subdomain(group) || !group.includes(".")) {
    throw new TypeError(`${action}: group "${group}" must be a domain, such as "example.com"`);
  }
  if (!LABEL.test(version)) throw new TypeError(`${action}: version "${version}" must be like "v1" or "v1alpha1"`);
  const wrong = names.find((name) => !LABEL.test(name));
  if (wrong !== undefined) {
    throw new TypeError(`${action}: name "${wrong}" must consist of lower-case letters, digits and "-"`);
  }
}

/** The plural as kubebuilder makes it, without the irregular ones. */
function pluralOf(kind: string): string {
  const singular = kind.toLowerCase();
  if (/[^aeiou]y$/.test(singular)) return `${singular.slice(0, -1)}ies`;
  return /(s|x|ch|sh)$/.test(singular) ? `${singular}es` : `${singular}s`;
}
