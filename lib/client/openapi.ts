/**
 * The schemas that the API server publishes.
 *
 * OpenAPI v3 (KEP-2896, one document for each group and version), with a fallback to the one document of v2.
 *
 * @module
 */

import type { KubeRequest } from "../kube/request.ts";
import { formatApiVersion, type GroupVersionKind } from "../kube/resource_type.ts";
import { type FindKindSchema, type KindSchema, type Schema, schemaFinder } from "../kube/schema.ts";
import { ApiError } from "./errors.ts";
import { rawRequest } from "./raw_request.ts";

/** Sends a request and returns the object in the answer. */
export type FetchObject = (request: KubeRequest) => Promise<Record<string, unknown>>;

const V3 = "/openapi/v3";
const V2 = "/openapi/v2";

/**
 * Lists the documents of OpenAPI v3.
 *
 * @param fetchObject Sends a request.
 * @returns The addresses of the documents by path, such as `apis/apps/v1`.
 */
export async function readOpenApiIndex(fetchObject: FetchObject): Promise<Record<string, string>> {
  const { paths } = await fetchObject(rawRequest(V3)) as { paths: Record<string, { serverRelativeURL: string }> };
  return Object.fromEntries(Object.entries(paths).map(([path, { serverRelativeURL }]) => [path, serverRelativeURL]));
}

/**
 * Reads the schemas of one group and version.
 *
 * @param fetchObject Sends a request.
 * @param gv Group and version.
 * @returns Finds the schema of a kind.
 * @throws {ApiError} With `isNotFound` if the server has no such group and version, or publishes no schemas at all.
 */
export async function readGroupSchemas(
  fetchObject: FetchObject,
  gv: { readonly group: string; readonly version: string },
): Promise<FindKindSchema> {
  const path = `${V3}/${gv.group === "" ? "api" : "apis"}/${formatApiVersion(gv)}`;
  try {
    const { components } = await fetchObject(rawRequest(path)) as { components?: { schemas?: Schemas } };
    return kindFinder(components?.schemas ?? {}, gv);
  } catch (error) {
    if (!(error instanceof ApiError && error.isNotFound)) throw error;
    const { definitions = {} } = await fetchObject(rawRequest(V2)) as { definitions?: Schemas };
    return kindFinder(definitions, gv);
  }
}

type Schemas = Readonly<Record<string, Schema>>;

function kindFinder(schemas: Schemas, { group, version }: { readonly group: string; readonly version: string }) {
  const find = schemaFinder(schemas);
  const isOf = (kind: string) => (gvk: GroupVersionKind) =>
    gvk.kind === kind && gvk.group === group && gvk.version === version;
  return (kind: string): KindSchema | undefined => {
    const schema = Object.values(schemas).find((schema) => {
      // Options such as DeleteOptions are listed under every group.
      return schema["x-kubernetes-group-version-kind"]?.some(isOf(kind)) && schema.properties !== undefined;
    });
    return schema && { schema, find };
  };
}
