/**
 * What a running API server says about its built-in kinds: schemas from OpenAPI v3, addresses from discovery.
 *
 * @module
 */
import type { Client } from "../../lib/client/client.ts";
import { isBuiltIn } from "../../lib/kube/built_in.ts";
import { parseApiVersion } from "../../lib/kube/resource_type.ts";
import { type Api, readSchemas } from "../../lib/typegen/api.ts";

/** The built-in kinds of an API server. */
export interface BuiltInApi extends Api {
  /** For example `v1.37.1`. */
  readonly serverVersion: string;
}

/**
 * Asks an API server for its kinds.
 *
 * @param client The server.
 * @returns Its kinds, without custom resources.
 */
export async function readApi(client: Client): Promise<BuiltInApi> {
  const { gitVersion } = await client.version();
  const { types } = await client.mapper();
  const schemas = await readSchemas(client, (apiVersion) => isBuiltIn(parseApiVersion(apiVersion).group));
  return { serverVersion: gitVersion, types: types.filter(({ group }) => isBuiltIn(group)), schemas };
}
