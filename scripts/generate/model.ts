/**
 * From the schemas of an API to the types to print: which there are, in which file, and what is special about them.
 *
 * @module
 */
import { formatApiVersion, type ResourceType } from "../../lib/kube/resource_type.ts";
import { referenceOf, type Schema, valuesOf } from "../../lib/kube/schema.ts";
import type { Api } from "./api.ts";

/** The schema in whose stead the library's own type stands. */
export const OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/** A type to print. */
export interface TypeModel {
  /** Its name, such as `Deployment`. */
  readonly name: string;
  /** Its schema; that of an API object has literals for `apiVersion` and `kind`. */
  readonly schema: Schema;
  /** Of an API object: what its `apiVersion` and `kind` say. */
  readonly object: { readonly apiVersion: string; readonly kind: string } | undefined;
  /** Of an API object with a resource of its own: how it is served. */
  readonly resource: ResourceType | undefined;
  /** Whether it is only in the status of objects: a newer server may write values there that the enums lack. */
  readonly statusOnly: boolean;
}

/** A file to print. */
export interface FileModel {
  /** Its path, such as `apps/v1`, as the Go packages of the API are named. */
  readonly path: string;
  /** Its types, sorted by name. */
  readonly types: readonly TypeModel[];
  /** Whether its types are of their group's preferred version, or shared by all groups. */
  readonly preferred: boolean;
}

/**
 * Finds the types to print: API objects, and what they are made of.
 *
 * @param api What the server said.
 * @returns The files, sorted by path.
 */
export function modelFiles(api: Api): FileModel[] {
  const { schemas } = api;
  const resources = new Map(api.types.map((type) => [`${formatApiVersion(type)}/${type.kind}`, type]));
  const objects = Object.keys(schemas).filter((schemaName) => objectOf(schemas[schemaName]!));
  const written = reachable(schemas, objects, (schema, field) => !objectOf(schema) || field !== "status");
  const files = new Map<string, TypeModel[]>();
  for (const schemaName of [...reachable(schemas, objects)].sort()) {
    const schema = schemas[schemaName]!;
    if (!schema.properties || schemaName === OBJECT_META) continue;
    const { path, name } = locationOf(schemaName);
    const object = objectOf(schema);
    const resource = object && resources.get(`${object.apiVersion}/${object.kind}`);
    const type = { name, schema: withLiterals(schema, object), object, resource, statusOnly: !written.has(schemaName) };
    files.set(path, [...files.get(path) ?? [], type]);
  }
  const versions = preferredVersions(api.types);
  const isPreferred = ({ resource }: TypeModel) => resource && versions.get(resource.group) === resource.version;
  return [...files].sort(([a], [b]) => a < b ? -1 : 1).map(([path, types]) => {
    return { path, types, preferred: path === "meta/v1" || types.some(isPreferred) };
  });
}

/**
 * Restricts an API to one group.
 *
 * @param api The API.
 * @param group The group.
 * @returns The kinds of the group, and what they are made of.
 */
export function selectGroup(api: Api, group: string): Api {
  const objects = Object.keys(api.schemas).filter((name) => {
    const object = objectOf(api.schemas[name]!);
    return object?.apiVersion.startsWith(`${group}/`);
  });
  const names = [...reachable(api.schemas, objects)].sort();
  return {
    serverVersion: api.serverVersion,
    types: api.types.filter((type) => type.group === group),
    schemas: Object.fromEntries(names.map((name) => [name, api.schemas[name]!])),
  };
}

/**
 * Tells where the type of a schema is.
 *
 * @param schemaName For example `io.k8s.api.apps.v1.Deployment`.
 * @returns For example `apps/v1` and `Deployment`.
 */
export function locationOf(schemaName: string): { path: string; name: string } {
  const [group, version, name] = schemaName.split(".").slice(-3);
  return { path: `${group}/${version}`, name: name! };
}

/** Tells objects from lists, options and parts: they have a kind, and the metadata of objects. */
function objectOf(schema: Schema): TypeModel["object"] {
  const [gvk] = schema["x-kubernetes-group-version-kind"] ?? [];
  const metadata = schema.properties?.["metadata"];
  if (!gvk || !metadata || referenceOf(metadata) !== OBJECT_META) return undefined;
  return { apiVersion: formatApiVersion(gvk), kind: gvk.kind };
}

/** Says of an object what its `apiVersion` and `kind` are, which needs no comment. */
function withLiterals(schema: Schema, object: TypeModel["object"]): Schema {
  if (!object) return schema;
  const literals = { apiVersion: { enum: [object.apiVersion] }, kind: { enum: [object.kind] } };
  return {
    ...schema,
    properties: { ...literals, ...schema.properties, ...literals },
    required: ["apiVersion", "kind", ...schema.required ?? []],
  };
}

/** Lists the schemas that can be reached from some of them, those included. */
function reachable(
  schemas: Api["schemas"],
  roots: readonly string[],
  follow: (schema: Schema, field: string) => boolean = () => true,
): Set<string> {
  const found = new Set<string>();
  const visitName = (name: string) => {
    if (found.has(name)) return;
    found.add(name);
    visit(schemas[name]!);
  };
  const visit = (schema: Schema) => {
    const name = referenceOf(schema);
    if (name !== undefined) visitName(name);
    if (schema.items) visit(schema.items);
    const values = valuesOf(schema);
    if (values) visit(values);
    for (const [field, property] of Object.entries(schema.properties ?? {})) {
      if (follow(schema, field)) visit(property);
    }
  };
  roots.forEach(visitName);
  return found;
}

function preferredVersions(types: readonly ResourceType[]): Map<string, string> {
  const versions = new Map<string, string>();
  for (const { group, version } of types) if (!versions.has(group)) versions.set(group, version);
  return versions;
}
