/**
 * An access that somebody asks for, as authorization sees it.
 *
 * @module
 */

import type { UserInfo } from "../registry/user_info.ts";

/** What is to be done. */
export interface AccessAttributes {
  /** The verb, such as `get` or `deletecollection`; of paths the HTTP method in small letters. */
  readonly verb: string;
  /** The API group. */
  readonly group: string;
  /** The resource, such as `pods`. */
  readonly resource: string;
  /** The subresource, such as `log`. */
  readonly subresource?: string;
  /** The namespace; empty for cluster-scoped resources and for all namespaces. */
  readonly namespace: string;
  /** The name; empty for collections. */
  readonly name: string;
  /** The path, if it is not about a resource. */
  readonly path?: string;
}

/** Whether an access is allowed. */
export interface Decision {
  /** Whether it is. */
  readonly allowed: boolean;
  /** Why; may be empty. */
  readonly reason: string;
}

/** Decides about accesses. */
export type Authorizer = (user: UserInfo, access: AccessAttributes) => Decision;

/**
 * Says why an access is refused, as kube-apiserver says it.
 *
 * @param user Who asked.
 * @param access What for.
 * @param reason Why, if that is known.
 * @returns The message, without what it is about.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const access = { verb: "list", group: "apps", resource: "deployments", namespace: "shop", name: "" };
 * strictEqual(
 *   forbiddenMessage({ username: "ada", groups: [] }, access),
 *   'User "ada" cannot list resource "deployments" in API group "apps" in the namespace "shop"',
 * );
 * ```
 */
export function forbiddenMessage(user: UserInfo, access: AccessAttributes, reason: string = ""): string {
  const why = reason === "" ? "" : `: ${reason}`;
  const who = `User ${JSON.stringify(user.username)}`;
  if (access.path !== undefined) return `${who} cannot ${access.verb} path ${JSON.stringify(access.path)}${why}`;
  const resource = access.subresource ? `${access.resource}/${access.subresource}` : access.resource;
  const scope = access.namespace === "" ? "at the cluster scope" : `in the namespace "${access.namespace}"`;
  return `${who} cannot ${access.verb} resource "${resource}" in API group "${access.group}" ${scope}${why}`;
}
