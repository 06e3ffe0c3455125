/**
 * Keeps people from granting what they may not do themselves.
 *
 * @see {@link https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping | Privilege escalation prevention}
 * @module
 */

import { jsonEquals } from "../../base/json.ts";
import type { RoleRef } from "../../kinds/rbac/v1.ts";
import type { ServedResource, StoredObject } from "../registry/served_resource.ts";
import { forbidden } from "../registry/status_error.ts";
import type { UserInfo } from "../registry/user_info.ts";
import { missingRights, type PolicyRule } from "./policy_rule.ts";
import type { Rbac } from "./rbac.ts";

/** A role or binding that somebody writes. */
export interface GrantingWrite {
  /** What it is. */
  readonly resource: Pick<ServedResource, "group" | "plural" | "kind">;
  /** The namespace; empty for cluster-scoped kinds. */
  readonly namespace: string;
  /** The name. */
  readonly name: string;
  /** As it would be stored. */
  readonly object: StoredObject;
  /** As it is stored. */
  readonly old: StoredObject | undefined;
  /** Who writes it. */
  readonly user: UserInfo;
}

/**
 * Refuses a role or a binding by which somebody would get more than they have.
 *
 * @param write What is written.
 * @param rbac Tells what the user has.
 * @throws {StatusError} 403 if rights are missing that it grants.
 */
export function refuseEscalation(write: GrantingWrite, rbac: Rbac): void {
  const { resource, namespace, name, object, old, user } = write;
  const isBinding = resource.kind.endsWith("Binding");
  const granted = (of: StoredObject | undefined) => isBinding ? [of?.roleRef, of?.subjects] : of?.rules;
  if (old && jsonEquals(granted(old), granted(object))) return;
  const access = isBinding ? bindAccess(object, namespace) : { resource: resource.plural, namespace, name };
  const verb = isBinding ? "bind" : "escalate";
  if (rbac.authorize(user, { verb, group: resource.group, ...access }).allowed) return;
  const wanted = isBinding
    ? rbac.rulesOfRole(object.roleRef as RoleRef, namespace)
    : (object.rules ?? []) as readonly PolicyRule[];
  const held = rbac.rulesOf(user, namespace);
  const missing = wanted.flatMap((rule) => compact(missingRights(held, rule)));
  if (missing.length === 0) return;
  const groups = `[${user.groups.map((group) => JSON.stringify(group)).join(" ")}]`;
  const message = `user ${JSON.stringify(user.username)} (groups=${groups}) is attempting to grant RBAC permissions ` +
    `not currently held:\n${missing.map(describe).sort().join("\n")}`;
  throw forbidden(resource, name, message);
}

function bindAccess({ roleRef }: StoredObject, namespace: string) {
  const { kind, name } = roleRef as RoleRef;
  return { resource: `${kind.toLowerCase()}s`, namespace, name };
}

/** Says in one rule what differs only in its verbs. */
function compact(rules: readonly PolicyRule[]): PolicyRule[] {
  const groups = Object.groupBy(rules, ({ verbs: _, ...rest }) => JSON.stringify(rest));
  return Object.values(groups).map((group) => ({ ...group![0]!, verbs: group!.flatMap(({ verbs }) => verbs) }));
}

function describe({ apiGroups, resources, nonResourceURLs, resourceNames, verbs }: PolicyRule): string {
  const parts = { APIGroups: apiGroups, Resources: resources, NonResourceURLs: nonResourceURLs };
  const texts = Object.entries({ ...parts, ResourceNames: resourceNames, Verbs: verbs }).flatMap(([key, list]) =>
    list?.length ? [`${key}:[${list.map((item) => JSON.stringify(item)).join(" ")}]`] : []
  );
  return `{${texts.join(", ")}}`;
}
