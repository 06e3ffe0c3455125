/**
 * Who we are to the API server, and what it allows us.
 *
 * @see {@link https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access | Checking API access}
 *
 * @module
 */

import type { KubeRequest } from "../kube/request.ts";
import type { ResourceType } from "../kube/resource_type.ts";

/** Somebody, as the API server knows him. See `UserInfo v1 authentication.k8s.io`. */
export interface UserInfo {
  /** The name. */
  readonly username: string;
  /** Unique over time, if the authenticator gives one. */
  readonly uid?: string;
  /** The groups. */
  readonly groups?: readonly string[];
  /** Further attributes. */
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** What exactly is to be done. */
export interface AccessQuestion {
  /** The namespace. */
  readonly namespace?: string | undefined;
  /** Whether all namespaces are meant. */
  readonly allNamespaces?: boolean | undefined;
  /** The name of the object; any if absent. */
  readonly name?: string | undefined;
  /** The subresource, such as `status`. */
  readonly subresource?: string | undefined;
}

/** What an authorizer decided. */
export interface Decision {
  /** Whether it is allowed. */
  readonly allowed: boolean;
  /** Why, if the authorizer tells. */
  readonly reason: string;
}

type Ask = (request: KubeRequest) => Promise<Record<string, unknown>>;

/**
 * Asks who we are.
 *
 * @param ask Sends the request.
 * @returns Who we are.
 */
export async function askWho(ask: Ask): Promise<UserInfo> {
  const request = review("authentication.k8s.io/v1", "SelfSubjectReview", undefined, "ask who we are");
  const { userInfo } = (await ask(request)).status as { userInfo: UserInfo };
  return userInfo;
}

/**
 * Asks whether we may do something.
 *
 * @param ask Sends the request.
 * @param verb What is to be done.
 * @param type The kind.
 * @param question Where, and to which object.
 * @returns Whether we may, and why.
 */
export async function askAccess(
  ask: Ask,
  verb: string,
  { group, version, plural }: ResourceType,
  { namespace, name, subresource }: AccessQuestion,
): Promise<Decision> {
  const resourceAttributes = { verb, group, version, resource: plural, subresource, namespace, name };
  const what = `ask whether we may ${verb} ${plural}`;
  const request = review("authorization.k8s.io/v1", "SelfSubjectAccessReview", { resourceAttributes }, what);
  const { allowed, reason = "" } = (await ask(request)).status as { allowed: boolean; reason?: string };
  return { allowed, reason };
}

/** What we may do to some resources. See `ResourceRule v1 authorization.k8s.io`. */
export interface AccessRule {
  /** What may be done; `*` is everything. */
  readonly verbs: readonly string[];
  /** The groups of the resources. */
  readonly apiGroups?: readonly string[];
  /** The resources, by their plural names. */
  readonly resources?: readonly string[];
  /** The objects; all of them if absent. */
  readonly resourceNames?: readonly string[];
}

/**
 * Asks for all that we may do in a namespace.
 *
 * @param ask Sends the request.
 * @param namespace The namespace.
 * @returns The rules, and whether the server could not tell all of them.
 */
export async function askRules(
  ask: Ask,
  namespace: string,
): Promise<{ readonly rules: readonly AccessRule[]; readonly incomplete: boolean }> {
  const what = `ask what we may do in namespace "${namespace}"`;
  const request = review("authorization.k8s.io/v1", "SelfSubjectRulesReview", { namespace }, what);
  const { resourceRules, incomplete } = (await ask(request)).status as {
    resourceRules: AccessRule[];
    incomplete: boolean;
  };
  return { rules: resourceRules, incomplete };
}

/** Reviews are questions in the form of objects: nothing is stored. */
function review(apiVersion: string, kind: string, spec: unknown, what: string): KubeRequest {
  return {
    method: "POST",
    verb: "create",
    path: `/apis/${apiVersion}/${kind.toLowerCase()}s`,
    what,
    body: { apiVersion, kind, ...(spec !== undefined && { spec }) },
    idempotent: true,
  };
}
