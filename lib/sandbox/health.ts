/**
 * `/healthz`, `/livez` and `/readyz`.
 *
 * @see {@link https://kubernetes.io/docs/reference/using-api/health-checks/ | Kubernetes API health endpoints}
 * @module
 */

/** What is checked, by path; as long as the sandbox answers at all, all of it is well. */
const CHECKS: Readonly<Record<string, readonly string[]>> = {
  healthz: ["ping", "log", "etcd"],
  livez: ["ping", "log", "etcd"],
  readyz: ["ping", "log", "etcd", "informer-sync", "shutdown"],
};

/**
 * Answers a request about the health of the server.
 *
 * @param path The path.
 * @param query The query: `verbose` lists the checks, `exclude` leaves some out.
 * @returns The answer; `undefined` if the path is another one, or there is no such check.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(await answerHealth("/livez/ping", new URLSearchParams())?.text(), "ok");
 * strictEqual(answerHealth("/livez/nonsense", new URLSearchParams()), undefined);
 * ```
 */
export function answerHealth(path: string, query: URLSearchParams): Response | undefined {
  const [, kind = "", check] = path.split("/");
  const checks = CHECKS[kind];
  const isKnown = checks !== undefined && path.split("/").length <= 3 &&
    (check === undefined || checks.includes(check));
  if (!isKnown) return undefined;
  const headers = { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" };
  if (check !== undefined || !query.has("verbose")) return new Response("ok", { headers });
  const excluded = query.getAll("exclude");
  const lines = checks.map((name) => `[+]${name}${excluded.includes(name) ? " excluded:" : ""} ok\n`);
  return new Response(`${lines.join("")}${kind} check passed\n`, { headers });
}
