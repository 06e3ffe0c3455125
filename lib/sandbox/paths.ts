/**
 * What is served beside resources: health, version, discovery and schemas.
 *
 * @module
 */

import type { ApiRequest } from "./api/api_request.ts";
import { methodNotAllowed } from "./registry/status_error.ts";
import type { Cluster } from "./cluster.ts";
import { versionInfo } from "./discovery/version.ts";
import { answerHealth } from "./health.ts";

const PATHS = ["/api", "/apis", "/healthz", "/livez", "/metrics", "/openapi/v2", "/openapi/v3", "/readyz", "/version"];

/**
 * Answers a request about such a path.
 *
 * @param cluster The cluster.
 * @param request The request.
 * @returns The answer; `undefined` if there is nothing at this path.
 */
export async function answerPath(
  { discovery, openApi }: Cluster,
  { info, query, headers, incoming }: ApiRequest,
): Promise<Response | undefined> {
  const path = info.path.length > 1 ? info.path.replace(/\/$/, "") : info.path;
  const health = answerHealth(path, query);
  if (health) return health;
  if (incoming.method !== "GET") throw methodNotAllowed();
  if (path === "/version") return Response.json(versionInfo());
  if (path === "/") {
    return Response.json({ paths: PATHS });
  }
  const ifNoneMatch = headers.get("if-none-match");
  const document = path.startsWith("/openapi/")
    ? await openApi.answer({ path, hash: query.get("hash"), ifNoneMatch })
    : discovery.answer({ path, accept: headers.get("accept"), ifNoneMatch, host: headers.get("host") ?? "" });
  return document && new Response(document.body, document);
}
