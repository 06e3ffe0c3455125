/**
 * The server of `run`: `/livez` and `/readyz` for probes, `/metrics` for Prometheus.
 *
 * @module
 */

import { type HttpServer, type IncomingRequest, serveHttp } from "../client/transport/http_server.ts";
import type { HostPort } from "./listen_address.ts";
import { type Check, formatChecks, livenessChecks, readinessChecks } from "./run_checks.ts";
import type { RunMetrics } from "./run_metrics.ts";

/**
 * Starts the server. It answers everybody who can connect, and tells names of rules and kinds, but of no object.
 *
 * @param address Where to listen.
 * @param metrics What it tells.
 * @returns The server.
 * @throws {KubescriptError} If it cannot listen there.
 */
export async function serveRun(address: HostPort, metrics: RunMetrics): Promise<HttpServer> {
  return await serveHttp(address, (request) => answer(request, metrics));
}

/**
 * Answers a request.
 *
 * @param request The request.
 * @param metrics What to tell.
 * @returns The answer.
 */
export async function answer(
  { method, target }: Pick<IncomingRequest, "method" | "target">,
  metrics: RunMetrics,
): Promise<Response> {
  if (method !== "GET" && method !== "HEAD") return new Response("method not allowed\n", { status: 405 });
  const { pathname, searchParams } = new URL(target, "http://localhost");
  const verbose = searchParams.has("verbose");
  const election = metrics.election?.();
  switch (pathname) {
    case "/livez":
      return checked("livez", livenessChecks(election), verbose);
    case "/readyz":
      return checked("readyz", readinessChecks(election, metrics.run), verbose);
    case "/metrics":
      return new Response(await metrics.text(), { headers: { "content-type": metrics.contentType } });
    default:
      return new Response("not found: try /livez, /readyz?verbose or /metrics\n", { status: 404 });
  }
}

function checked(what: string, checks: readonly Check[], verbose: boolean): Response {
  const status = checks.every(({ problem }) => problem === undefined) ? 200 : 503;
  return new Response(formatChecks(what, checks, verbose), { status, headers: { "content-type": "text/plain" } });
}
