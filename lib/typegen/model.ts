/**
 * From the schemas of an API to the types to print: which there are, and what is special about them.
 *
 * @module
 */

import { formatApiVersion, type GroupVersionKind, type ResourceType } from "../kube/resource_type.ts";
import { referenceOf, type Schema, valuesOf } from "../kube/schema.ts";
import { type Api, OBJECT_META } from "./api.ts";

/** A type to print. */
export interface TypeModel {
  /** The full name of its schema. */
  readonly schemaName: string;
  /** Its schema; that of an API object has literals for `apiVersion` and `kind`. */
  readonly schema: Schema;
  /** Of an API object: its kind. */
  readonly gvk: GroupVersionKind | undefined;
  /** Of an API object with a resource of its own: how it is served. */
  readonly resource: ResourceType | undefined;
  /** Whether it is only in the status of objects: a newer server may write values there that the enums lack. */
  readonly statusOnly: boolean;
}

/**
 * Finds the types to print: API objects, and what they are made of.
 *
 * @param api Kinds and schemas.
 * @returns The types, sorted by the full names of their schemas.
 */
export function modelTypes({ types, schemas }: Api): TypeModel[] {
  const resources = new Map(types.map((type) => [formatKind(type), type]));
  const objects = Object.keys(schemas).filter((schemaName) => kindOf(schemas[schemaName]!));
  const written = reachable(schemas, objects, (schema, field) => !kindOf(schema) || field !== "status");
  const printed = [...reachable(schemas, objects)].sort().filter((schemaName) => {
    return schemas[schemaName]!.properties && schemaName !== OBJECT_META;
  });
  return printed.map((schemaName) => {
    const gvk = kindOf(schemas[schemaName]!);
    const resource = gvk && resources.get(formatKind(gvk));
    const schema = withLiterals(schemas[schemaName]!, gvk);
    return { schemaName, schema, gvk, resource, statusOnly: !written.has(schemaName) };
  });
}

/**
 * Restricts an API to some kinds of objects.
 *
 * @param api Kinds and schemas.
 * @param isWanted Tells which kinds.
 * @returns These kinds, and what they are made of.
 */
export function selectKinds({ types, schemas }: Api, isWanted: (gvk: GroupVersionKind) => boolean): Api {
  const objects = Object.keys(schemas).filter((name) => {
    const gvk = kindOf(schemas[name]!);
    return gvk && isWanted(gvk);
  });
  const names = [...reachable(schemas, objects)].sort();
  return { types: types.filter(isWanted), schemas: Object.fromEntries(names.map((name) => [name, schemas[name]!])) };
}

/** Tells objects from lists, options and parts: they have a kind, and the metadata of objects. */
function kindOf(schema: Schema): GroupVersionKind | undefined {
  const [gvk] = schema["x-kubernetes-group-version-kind"] ?? [];
  const metadata = schema.properties?.["metadata"];
  return gvk && metadata && referenceOf(metadata) === OBJECT_META ? gvk : undefined;
}

function formatKind(gvk: GroupVersionKind): string {
  return `${formatApiVersion(gvk)}/${gvk.kind}`;
}

/** Says of an object what its `apiVersion` and `kind` are, which needs no comment. */
function withLiterals(schema: Schema, gvk: GroupVersionKind | undefined): Schema {
  if (!gvk) return schema;
  const literals = { apiVersion: { enum: [formatApiVersion(gvk)] }, kind: { enum: [gvk.kind] } };
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
