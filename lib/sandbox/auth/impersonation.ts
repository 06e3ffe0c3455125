/**
 * Acting as somebody else.
 *
 * @see {@link https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/ | User impersonation}
 * @module
 */

import type { UserInfo } from "../registry/user_info.ts";
import type { AccessAttributes } from "./access.ts";

/** Whom the headers of a request ask to act as. */
export interface Impersonation {
  /** The user to act as. */
  readonly user: UserInfo;
  /** What the sender must be allowed to do for it. */
  readonly needed: readonly AccessAttributes[];
}

const EXTRA_PREFIX = "impersonate-extra-";

/**
 * Reads the headers that ask to act as somebody else.
 *
 * @param headers The headers of the request; a name may stand there several times.
 * @returns Whom to act as; `undefined` if nobody is named; a text if they are wrong.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual, strictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(readImpersonation([["Impersonate-User", "ada"], ["Impersonate-Group", "dev"]]), {
 *   user: { username: "ada", groups: ["dev", "system:authenticated"] },
 *   needed: [
 *     { verb: "impersonate", group: "", resource: "users", namespace: "", name: "ada" },
 *     { verb: "impersonate", group: "", resource: "groups", namespace: "", name: "dev" },
 *   ],
 * });
 * strictEqual(readImpersonation([["Accept", "application/json"]]), undefined);
 * ```
 */
export function readImpersonation(
  headers: Iterable<readonly [name: string, value: string]>,
): Impersonation | string | undefined {
  const asked = [...headers].map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => name.startsWith("impersonate-"));
  if (asked.length === 0) return undefined;
  const valuesOf = (wanted: string) => asked.filter(([name]) => name === wanted).map(([, value]) => value);
  const [username] = valuesOf("impersonate-user");
  if (!username) return "requested impersonation without impersonating a user";
  const groups = valuesOf("impersonate-group");
  const [uid] = valuesOf("impersonate-uid");
  const extras = asked.filter(([name]) => name.startsWith(EXTRA_PREFIX))
    .map(([name, value]) => [unescapeKey(name.slice(EXTRA_PREFIX.length)), value] as const);
  const extra = Object.groupBy(extras, ([key]) => key);
  return {
    user: {
      username,
      ...(uid !== undefined && { uid }),
      groups: completeGroups(username, groups),
      ...(extras.length > 0 && {
        extra: Object.fromEntries(Object.entries(extra).map(([key, list]) => [key, list!.map(([, value]) => value)])),
      }),
    },
    needed: [
      accessToUser(username),
      ...groups.map((name) => access("groups", name)),
      ...extras.map(([key, name]) => ({ ...access("userextras", name, AUTHENTICATION), subresource: key })),
      ...(uid === undefined ? [] : [access("uids", uid, AUTHENTICATION)]),
    ],
  };
}

const AUTHENTICATION = "authentication.k8s.io";
const ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;

function accessToUser(username: string): AccessAttributes {
  const [, namespace, name] = ACCOUNT.exec(username) ?? [];
  return namespace === undefined ? access("users", username) : { ...access("serviceaccounts", name!), namespace };
}

function access(resource: string, name: string, group: string = ""): AccessAttributes {
  return { verb: "impersonate", group, resource, namespace: "", name };
}

/** Groups that are named are all there are, but for the one that tells whether the user is known. */
function completeGroups(username: string, named: readonly string[]): string[] {
  const [, namespace] = ACCOUNT.exec(username) ?? [];
  const groups = named.length === 0 && namespace !== undefined
    ? ["system:serviceaccounts", `system:serviceaccounts:${namespace}`]
    : named;
  if (username === "system:anonymous") {
    return groups.includes("system:unauthenticated") ? [...groups] : [...groups, "system:unauthenticated"];
  }
  const isTold = groups.some((group) => group === "system:authenticated" || group === "system:unauthenticated");
  return isTold ? [...groups] : [...groups, "system:authenticated"];
}

function unescapeKey(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // as the API server takes it
  }
}
