/**
 * What requests do, as far as the journal and the dry run have to know.
 *
 * @module
 */

import { isJsonObject } from "../../base/json.ts";
import type { KubeRequest } from "../../kube/request.ts";

/** Subresources whose effect cannot be tried: a token is valid, a command has run. */
const NEVER_TRIED = new Set(["token", "binding", "exec", "attach", "portforward", "proxy"]);

/** Paths of the same, and of what is no object. */
const NEVER_TRIED_PATH = new RegExp(
  `^(?!/apis?/)|/(pods|services|nodes|serviceaccounts)/[^/]+/(${[...NEVER_TRIED].join("|")})([/?]|$)`,
);

/**
 * Tells whether a request only asks: reads, reviews, which are questions in the form of objects, and dry runs.
 *
 * @param request The request.
 * @returns Whether nothing is written.
 */
export function isQuestion({ method, path, body }: KubeRequest): boolean {
  return method === "GET" || /[?&]dryRun=All(&|$)/.test(path) || isDryRun(body) ||
    /^\/apis\/(authentication|authorization)\.k8s\.io\/[^?]*reviews(\?|$)/.test(path);
}

/** Deletions and evictions say so in their body. */
function isDryRun(body: unknown): boolean {
  if (!isJsonObject(body)) return false;
  if (body.kind === "Eviction") return isJsonObject(body.deleteOptions) && body.deleteOptions.dryRun !== undefined;
  return body.kind === "DeleteOptions" && body.dryRun !== undefined;
}

/**
 * Tells whether a write takes one object away.
 *
 * @param request The request.
 * @returns Whether it does.
 */
export function isDeletion({ verb, target }: KubeRequest): boolean {
  return verb === "delete" || target?.subresource === "eviction";
}

/**
 * Tells whether a write makes the object if there is none: a creation, or a server-side apply.
 *
 * @param request The request.
 * @returns Whether it does.
 */
export function createsMissing({ verb, target, contentType }: KubeRequest): boolean {
  if (target?.subresource !== undefined) return false;
  return verb === "create" || contentType === "application/apply-patch+yaml";
}

/**
 * Tells whether the server can try a write without keeping it.
 *
 * @param request The request.
 * @returns Whether it can.
 */
export function canBeTried({ method, path, target, text }: KubeRequest): boolean {
  if (target !== undefined) return !NEVER_TRIED.has(target.subresource ?? "");
  // Beside options in the body of a deletion the server does not look at the query, and text may hold some.
  return !NEVER_TRIED_PATH.test(path) && !(method === "DELETE" && text !== undefined);
}

/**
 * Makes a write one that the server checks and does not keep.
 *
 * @param request The write.
 * @returns The request. It can be repeated, as nothing happens.
 */
export function asDryRun(request: KubeRequest): KubeRequest {
  if (request.method === "DELETE") {
    return { ...request, body: { ...request.body as object, dryRun: ["All"] }, idempotent: true };
  }
  return { ...request, path: `${request.path}${request.path.includes("?") ? "&" : "?"}dryRun=All`, idempotent: true };
}
