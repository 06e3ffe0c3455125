/**
 * Writes the kinds that the library does not ship: those of a cluster, or of CustomResourceDefinitions.
 *
 * @module
 */

import { nearest } from "../base/nearest.ts";
import type { Client } from "../client/client.ts";
import { DiscoveryError } from "../client/errors.ts";
import { RestMapper } from "../client/rest_mapper.ts";
import { isBuiltIn } from "../kube/built_in.ts";
import { KubescriptError } from "../kube/error.ts";
import type { KubeObject } from "../kube/object.ts";
import { formatApiVersion, type GroupVersionKind, type ResourceType } from "../kube/resource_type.ts";
import type { Schema } from "../kube/schema.ts";
import { type Api, OBJECT_META, readSchemas } from "./api.ts";
import { customSchemaName, splitCustomSchema } from "./custom_schema.ts";
import { readDefinitions } from "./definitions.ts";
import { modelTypes, selectKinds } from "./model.ts";
import { nameTypes } from "./names.ts";
import { printTypes } from "./print.ts";
import { printComment } from "./print_type.ts";

/** Which kinds are wanted; without any name all that the library does not ship. */
export interface PullSelection {
  /** Groups, all of whose kinds are wanted. */
  readonly groups: readonly string[];
  /** Kinds, by any name that kubectl takes. */
  readonly kinds: readonly string[];
}

/** Kinds as TypeScript. */
export interface PulledKinds {
  /** The module, without a header, to be formatted. */
  readonly code: string;
  /** The kinds in it. */
  readonly types: readonly ResourceType[];
  /** Kinds of a cluster that are left out, as it has no schema of them. */
  readonly untyped: readonly ResourceType[];
}

const PACKAGE = "@kubescript/kubescript";

const MAX_LISTED = 10;

/**
 * Writes kinds of a cluster.
 *
 * @param client The cluster.
 * @param selection Which kinds.
 * @param options The signal that cancels the requests.
 * @returns The kinds.
 * @throws {KubescriptError} If there are no such kinds, or a kind that was named has no schema.
 */
export async function pullKinds(
  client: Client,
  selection: PullSelection,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<PulledKinds> {
  const mapper = await client.mapper(options);
  const types = selectTypes(mapper, selection, "the cluster");
  const apiVersions = new Set(types.map(formatApiVersion));
  const schemas = await readSchemas(client, (apiVersion) => apiVersions.has(apiVersion), options);
  return printKinds({ types, schemas }, mapper, selection);
}

/**
 * Writes kinds of CustomResourceDefinitions.
 *
 * @param definitions The definitions.
 * @param selection Which of their kinds.
 * @returns The kinds.
 * @throws {KubescriptError} If a definition is not complete, or there are no such kinds.
 */
export function pullDefinedKinds(definitions: readonly KubeObject[], selection: PullSelection): PulledKinds {
  const api = readDefinitions(definitions);
  const mapper = new RestMapper({ types: api.types, stale: [] });
  const types = selectTypes(mapper, selection, "the files");
  return printKinds({ types, schemas: api.schemas }, mapper, selection);
}

/** Where kinds are looked for, in words. */
type Place = "the cluster" | "the files";

function selectTypes(mapper: RestMapper, { groups, kinds }: PullSelection, place: Place): ResourceType[] {
  const custom = mapper.types.filter((type) => !isBuiltIn(type.group) && isPreferred(mapper, type));
  if (custom.length === 0) {
    throw new KubescriptError(`Cannot find custom resources: there are none in ${place}`, {
      hint: "Install their CustomResourceDefinitions, or name files that hold them with --crd",
    });
  }
  if (groups.length + kinds.length === 0) return custom;
  const chosen = new Set<ResourceType>();
  for (const group of groups) {
    if (isBuiltIn(group)) throw builtIn("group", group);
    const found = custom.filter((type) => type.group === group);
    if (found.length === 0) throw notFound("group", group, custom.map((type) => type.group), place);
    for (const type of found) chosen.add(type);
  }
  for (const name of kinds) {
    const found = resolve(mapper, name);
    if (!found) throw notFound("kind", name, custom.map((type) => type.kind), place);
    if (isBuiltIn(found.group)) throw builtIn("kind", found.kind);
    chosen.add(found);
  }
  return [...chosen];
}

function isPreferred(mapper: RestMapper, { group, kind, version }: GroupVersionKind): boolean {
  return mapper.find({ group, kind })?.version === version;
}

function resolve(mapper: RestMapper, name: string): ResourceType | undefined {
  try {
    return mapper.resolve(name);
  } catch (error) {
    // Its message is about a server, and it knows of the built-in kinds.
    if (error instanceof DiscoveryError) return undefined;
    throw error;
  }
}

function builtIn(what: string, name: string): KubescriptError {
  return new KubescriptError(`Cannot pull ${what} "${name}": it is built in`, {
    hint: `Import it from "${PACKAGE}/kinds"`,
  });
}

function notFound(what: string, name: string, known: readonly string[], place: Place): KubescriptError {
  const near = nearest(what === "kind" ? name.replace(/\..*/, "") : name, known);
  const names = [...new Set(known)].sort();
  const list = names.slice(0, MAX_LISTED).join(", ") + (names.length > MAX_LISTED ? ", …" : "");
  return new KubescriptError(`Cannot find ${what} "${name}": there is none of that name in ${place}`, {
    hint: near ? `Did you mean "${near}"?` : `There are ${list}`,
  });
}

function printKinds({ types, schemas }: Api, mapper: RestMapper, { kinds }: PullSelection): PulledKinds {
  // The library has ObjectMeta, with its parts.
  const all: Record<string, Schema> = { ...schemas, [OBJECT_META]: { type: "object", properties: {} } };
  for (const type of types) {
    // What an extension server publishes has another name, and the form of built-in kinds.
    const schema = schemas[customSchemaName(type)];
    if (schema) Object.assign(all, splitCustomSchema(type, schema));
  }
  const wanted = new Set(types.map(customSchemaName));
  const models = modelTypes(selectKinds({ types, schemas: all }, (gvk) => wanted.has(customSchemaName(gvk))));
  const printed = new Set(models.map(({ resource }) => resource));
  const untyped = types.filter((type) => !printed.has(type));
  if (untyped.length === types.length || (kinds.length > 0 && untyped.length > 0)) {
    throw new KubescriptError(`Cannot pull kind "${untyped[0]!.kind}": the cluster publishes no schema of it`);
  }
  const names = nameTypes(models, (gvk) => isPreferred(mapper, gvk));
  const locate = (schemaName: string) => ({ name: names.get(schemaName)! });
  const apiVersions = [...new Set(types.map((type) => `\`${formatApiVersion(type)}\``))].sort();
  const code = printTypes(models, { schemas: all, metaModule: PACKAGE, kindModule: PACKAGE, locate });
  return {
    code: `${printComment(`Kinds and types of ${apiVersions.join(", ")}.\n\n@module`)}\n${code}`,
    types: types.filter((type) => printed.has(type)),
    untyped,
  };
}
