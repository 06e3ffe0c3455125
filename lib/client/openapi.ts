/**
 * The schemas that the API server publishes.
 *
 * OpenAPI v3 (KEP-2896, one document for each group and version), with a fallback to the one document of v2.
 *
 * @module
 */

import { formatApiVersion, type GroupVersionKind } from "../kube/resource_type.ts";
import { type FindKindSchema, type FindSchema, type Schema, schemaFinder } from "../kube/schema.ts";
import type { FetchObject } from "./discovery.ts";
import { ApiError, UnexpectedResponseError } from "./errors.ts";
import { rawRequest } from "./raw_request.ts";

/** Schemas by full name, such as `io.k8s.api.apps.v1.Deployment`. */
export type Schemas = Readonly<Record<string, Schema>>;

const V3 = "/openapi/v3";
const V2 = "/openapi/v2";

/**
 * Lists the documents of OpenAPI v3.
 *
 * @param fetchObject Sends a request.
 * @returns The addresses of the documents by path, such as `apis/apps/v1`.
 * @throws {KubescriptError} If the server has none, as before Kubernetes 1.24.
 */
export async function readOpenApiIndex(fetchObject: FetchObject): Promise<Record<string, string>> {
  const { paths } = await fetchObject(rawRequest(V3)) as { paths: Record<string, { serverRelativeURL: string }> };
  return Object.fromEntries(Object.entries(paths).map(([path, { serverRelativeURL }]) => [path, serverRelativeURL]));
}

/**
 * Reads the schemas of a document of OpenAPI v3.
 *
 * @param fetchObject Sends a request.
 * @param address The address of the document.
 * @returns The schemas.
 * @throws {KubescriptError} If there is no such document.
 */
export async function readOpenApiDocument(fetchObject: FetchObject, address: string): Promise<Schemas> {
  const { components } = await fetchObject(rawRequest(address)) as { components?: { schemas?: Schemas } };
  return components?.schemas ?? {};
}

/**
 * Reads the schemas of one group and version.
 *
 * @param fetchObject Sends a request.
 * @param gv Group and version.
 * @returns Finds the schema of a kind.
 */
export async function readGroupSchemas(
  fetchObject: FetchObject,
  gv: { readonly group: string; readonly version: string },
): Promise<FindKindSchema> {
  const address = `${V3}/${gv.group === "" ? "api" : "apis"}/${formatApiVersion(gv)}`;
  const schemas = await unlessNotFound(readOpenApiDocument(fetchObject, address));
  if (schemas) return kindFinder(schemas, schemaFinder(schemas), gv);
  // Either nothing is published about this group, or the server knows only v2, of which the one document is large.
  if (await unlessNotFound(readOpenApiIndex(fetchObject))) return () => undefined;
  const document = await unlessNotFound(fetchObject(rawRequest(V2)) as Promise<{ definitions?: Schemas }>);
  const definitions = document?.definitions ?? {};
  const find = schemaFinder(definitions);
  return kindFinder(definitions, (name) => find(name.replace("#/definitions/", "")), gv);
}

async function unlessNotFound<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    // The API server gives no reason if it has no such document.
    const code = error instanceof ApiError || error instanceof UnexpectedResponseError ? error.code : undefined;
    if (code === 404) return undefined;
    throw error;
  }
}

function kindFinder(
  schemas: Schemas,
  find: FindSchema,
  { group, version }: { readonly group: string; readonly version: string },
): FindKindSchema {
  const isOf = (kind: string) => (gvk: GroupVersionKind) =>
    gvk.kind === kind && gvk.group === group && gvk.version === version;
  return (kind) => {
    const schema = Object.values(schemas).find((schema) => {
      // Lists of its references, and options such as DeleteOptions, stand under every group.
      return schema["x-kubernetes-group-version-kind"]?.some(isOf(kind)) && schema.properties !== undefined;
    });
    return schema && { schema, find };
  };
}
