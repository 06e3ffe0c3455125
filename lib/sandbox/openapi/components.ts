/**
 * The schemas of which documents of OpenAPI are made: those of built-in kinds as API servers publish them, those of
 * custom resources as their definitions say.
 *
 * @module
 */

import { OPENAPI_FILES } from "../../kinds/openapi_files.ts";
import type { GroupVersionKind } from "../../kube/resource_type.ts";
import type { Schema } from "../../kube/schema.ts";
import type { ServedResource } from "../registry/served_resource.ts";

/** Schemas by their full names. */
export type Components = Readonly<Record<string, Schema>>;

const PREFIX = "#/components/schemas/";
const META = "io.k8s.apimachinery.pkg.apis.meta.v1";
const CONVENTIONS = "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md";
const API_VERSION = "APIVersion defines the versioned schema of this representation of an object. Servers should " +
  "convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: " +
  `${CONVENTIONS}#resources`;
const KIND = "Kind is a string value representing the REST resource this object represents. Servers may infer this " +
  `from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: ${CONVENTIONS}` +
  "#types-kinds";

/** The fields that field selectors can name; also lists have it. */
const SELECTABLE = "x-kubernetes-selectable-fields";

/** Schemas that stand for every group whose objects are deleted and watched. */
const OF_ALL_GROUPS: readonly string[] = [`${META}.DeleteOptions`, `${META}.WatchEvent`];

/**
 * Refers to a schema.
 *
 * @param name Its full name; one without dots is of `meta/v1`.
 * @returns The reference.
 */
export function refTo(name: string): Schema {
  return { $ref: `${PREFIX}${name.includes(".") ? name : `${META}.${name}`}` };
}

/**
 * Names the schema of a custom resource.
 *
 * @param gvk The kind.
 * @returns The full name.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(customName({ group: "stable.example.com", version: "v1", kind: "Widget" }), "com.example.stable.v1.Widget");
 * ```
 */
export function customName({ group, version, kind }: GroupVersionKind): string {
  return [...group.split(".").reverse(), version, kind].join(".");
}

/**
 * The schemas of a custom resource and of its lists.
 *
 * @param resource The resource.
 * @returns The schemas.
 */
export function customComponents(resource: ServedResource): Components {
  const { group, version, kind, listKind, plural, schema } = resource;
  const name = customName(resource);
  const { [SELECTABLE]: selectable } = schema.schema as Readonly<Record<string, unknown>>;
  const list: Schema = {
    description: `${listKind} is a list of ${kind}`,
    type: "object",
    required: ["items"],
    properties: {
      apiVersion: { description: API_VERSION, type: "string" },
      items: { description: `List of ${plural}. More info: ${CONVENTIONS}`, type: "array", items: refTo(name) },
      kind: { description: KIND, type: "string" },
      metadata: {
        description: `Standard list metadata. More info: ${CONVENTIONS}#types-kinds`,
        allOf: [refTo("ListMeta")],
      },
    },
    "x-kubernetes-group-version-kind": [{ group, kind: listKind, version }],
    ...selectable !== undefined && { [SELECTABLE]: selectable },
  };
  const own: Schema = {
    ...schema.schema,
    properties: {
      ...schema.schema.properties,
      apiVersion: { description: API_VERSION, type: "string" },
      kind: { description: KIND, type: "string" },
      metadata: {
        description: `Standard object's metadata. More info: ${CONVENTIONS}#metadata`,
        allOf: [refTo("ObjectMeta")],
      },
    },
    "x-kubernetes-group-version-kind": [{ group, kind, version }],
  };
  return { [name]: own, [customName({ group, version, kind: listKind })]: list };
}

/**
 * Loads the schemas of one group and version, without those to which they refer.
 *
 * @param group The group, built in; empty for the core group.
 * @param version The version.
 * @returns The schemas.
 */
export async function builtInComponents(group: string, version: string): Promise<Components> {
  return await loadFile(`${group.split(".")[0] || "core"}/${version}`);
}

/**
 * Collects schemas and those to which they refer.
 *
 * @param own The schemas of the document's own kinds.
 * @param wanted The names of those to begin with.
 * @param gv The group and version of the document.
 * @returns All, sorted by their names.
 */
export async function withReferences(
  own: Components,
  wanted: readonly string[],
  gv: { readonly group: string; readonly version: string },
): Promise<Components> {
  const found = new Map<string, Schema>();
  const names = new Set(wanted);
  // The set grows while it is gone through.
  for (const name of names) {
    const schema = own[name] ?? (await loadFile(fileOf(name)))[name];
    if (!schema) continue;
    for (const target of referencesIn(schema)) names.add(target);
    found.set(name, OF_ALL_GROUPS.includes(name) ? ofGroup(schema, gv) : schema);
  }
  return Object.fromEntries([...found].sort(([a], [b]) => a < b ? -1 : 1));
}

/** Names what a value refers to. */
export function referencesIn(value: unknown): string[] {
  return [...JSON.stringify(value).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name!);
}

function ofGroup(schema: Schema, { group, version }: { readonly group: string; readonly version: string }): Schema {
  const [{ kind }] = schema["x-kubernetes-group-version-kind"] as unknown as readonly [GroupVersionKind];
  const all = [{ group: "", kind, version: "v1" }, ...group === "" ? [] : [{ group, kind, version }]];
  return { ...schema, "x-kubernetes-group-version-kind": all };
}

/** Tells where a schema is: what belongs to no version of a group is with the metadata. */
function fileOf(name: string): string {
  const [group, version] = name.split(".").slice(-3);
  const path = `${group}/${version}`;
  return Object.hasOwn(OPENAPI_FILES, path) ? path : "meta/v1";
}

async function loadFile(path: string): Promise<Components> {
  // What an import has loaded is not loaded again.
  return Object.hasOwn(OPENAPI_FILES, path) ? (await OPENAPI_FILES[path]!()).default as Components : {};
}
