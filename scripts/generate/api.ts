/**
 * What a running API server says about its built-in kinds: schemas from OpenAPI v3, addresses from discovery.
 *
 * @module
 */
import type { Client } from "../../lib/client/client.ts";
import type { ResourceType } from "../../lib/kube/resource_type.ts";
import type { Schema } from "../../lib/kube/schema.ts";

/** The built-in kinds of an API server. */
export interface Api {
  /** For example `v1.37.1`. */
  readonly serverVersion: string;
  /** Kinds with resources of their own, groups and versions in the server's order of preference. */
  readonly types: readonly ResourceType[];
  /** Schemas by full name, such as `io.k8s.api.apps.v1.Deployment`. */
  readonly schemas: Readonly<Record<string, Schema>>;
}

/** Names that begin like this are in Kubernetes itself; those of custom resources begin with their group, reversed. */
const BUILT_IN = /^io\.k8s\.(api|apimachinery|apiextensions-apiserver|kube-aggregator)\./;

/**
 * Asks an API server for its kinds.
 *
 * @param client The server.
 * @returns Its kinds, without custom resources.
 */
export async function readApi(client: Client): Promise<Api> {
  const get = (path: string) =>
    client.fetch({ method: "GET", verb: "get", path, what: `read ${path}`, idempotent: true });
  const { gitVersion } = await get("/version");
  const { paths } = await get("/openapi/v3") as { paths: Record<string, { serverRelativeURL: string }> };
  const schemas: Record<string, Schema> = {};
  for (const [path, { serverRelativeURL }] of Object.entries(paths)) {
    if (!/^apis?\/.*v\d/.test(path)) continue;
    const { components } = await get(serverRelativeURL) as { components?: { schemas?: Record<string, Schema> } };
    for (const [name, schema] of Object.entries(components?.schemas ?? {})) {
      if (BUILT_IN.test(name)) schemas[name] = schema;
    }
  }
  return { serverVersion: String(gitVersion), types: (await client.mapper()).types, schemas };
}
