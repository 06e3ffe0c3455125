/**
 * Kinds with their schemas, and how these are read from an API server.
 *
 * @module
 */

import type { Client } from "../client/client.ts";
import { readOpenApiDocument, readOpenApiIndex } from "../client/openapi.ts";
import type { KubeRequest } from "../kube/request.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import type { Schema } from "../kube/schema.ts";

/** Kinds, and what they are made of. */
export interface Api {
  /** Kinds with resources of their own, groups and versions in order of preference. */
  readonly types: readonly ResourceType[];
  /** Schemas by full name, such as `io.k8s.api.apps.v1.Deployment`. */
  readonly schemas: Readonly<Record<string, Schema>>;
}

/** The schema in whose stead the library's own type stands. */
export const OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/**
 * Reads the schemas that an API server publishes as OpenAPI v3.
 *
 * @param client The server.
 * @param isWanted Tells which groups and versions, by their `apiVersion`.
 * @param options The signal that cancels the requests.
 * @returns The schemas by full name, with all that they refer to.
 */
export async function readSchemas(
  client: Client,
  isWanted: (apiVersion: string) => boolean,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Record<string, Schema>> {
  const fetchObject = (request: KubeRequest) => client.fetch(request, options);
  // There are documents on groups as a whole and on what is no API, too.
  const wanted = Object.entries(await readOpenApiIndex(fetchObject)).filter(([path]) => {
    return /^(api|apis\/[^/]+)\/[^/]+$/.test(path) && isWanted(path.replace(/^apis?\//, ""));
  });
  const parts = await Promise.all(wanted.map(([, address]) => readOpenApiDocument(fetchObject, address)));
  return Object.assign({}, ...parts);
}
