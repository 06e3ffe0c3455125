/**
 * Role-based access control, as kube-apiserver's authorizer of that name decides.
 *
 * @see {@link https://kubernetes.io/docs/reference/access-authn-authz/rbac/ | Using RBAC Authorization}
 * @module
 */

import type { DeepReadonly } from "../../base/deep_readonly.ts";
import type { RoleRef, Subject } from "../../kinds/rbac/v1.ts";
import type { StoredObject } from "../registry/served_resource.ts";
import type { UserInfo } from "../registry/user_info.ts";
import type { AccessAttributes, Decision } from "./access.ts";
import { type PolicyRule, ruleAllows } from "./policy_rule.ts";

/** Where roles and bindings are found. */
export interface RbacObjects {
  /** Lists what is stored; the namespace is absent for all and for cluster-scoped kinds. */
  list(storedAs: string, namespace?: string): Iterable<StoredObject>;
  /** Finds an object; the namespace of cluster-scoped kinds is empty. */
  find(storedAs: string, namespace: string, name: string): StoredObject | undefined;
}

const GROUP = "rbac.authorization.k8s.io";

/** A role that somebody has, and by what. */
interface GrantedRole {
  readonly rules: readonly PolicyRule[];
  /** The binding that grants it, and to whom, as the reasons of decisions have it. */
  describe(): string;
}

/** Decides by the roles and bindings that are stored. */
export class Rbac {
  readonly #objects: RbacObjects;

  /**
   * Makes an authorizer.
   *
   * @param objects Where roles and bindings are found.
   */
  constructor(objects: RbacObjects) {
    this.#objects = objects;
  }

  /**
   * Decides about an access.
   *
   * @param user Who asks.
   * @param access What for.
   * @returns The decision; with a reason only if it is allowed.
   */
  authorize(user: UserInfo, access: AccessAttributes): Decision {
    for (const { rules, describe } of this.#rolesOf(user, access.namespace)) {
      if (rules.some((rule) => ruleAllows(rule, access))) {
        return { allowed: true, reason: `RBAC: allowed by ${describe()}` };
      }
    }
    return { allowed: false, reason: "" };
  }

  /**
   * Lists what somebody may do.
   *
   * @param user Who.
   * @param namespace Where; empty for what holds everywhere.
   * @returns The rules.
   */
  rulesOf(user: UserInfo, namespace: string): PolicyRule[] {
    return [...this.#rolesOf(user, namespace)].flatMap(({ rules }) => rules);
  }

  /**
   * Finds the rules of a role.
   *
   * @param roleRef The role.
   * @param namespace The namespace of the binding; empty for that of the whole cluster.
   * @returns The rules; none if there is no such role.
   */
  rulesOfRole({ kind, name }: DeepReadonly<RoleRef>, namespace: string): readonly PolicyRule[] {
    const role = kind === "Role"
      ? this.#objects.find(`${GROUP}/roles`, namespace, name)
      : this.#objects.find(`${GROUP}/clusterroles`, "", name);
    return (role?.rules ?? []) as readonly PolicyRule[];
  }

  *#rolesOf(user: UserInfo, namespace: string): Iterable<GrantedRole> {
    yield* this.#grantedBy(user, "", this.#objects.list(`${GROUP}/clusterrolebindings`));
    if (namespace !== "") {
      yield* this.#grantedBy(user, namespace, this.#objects.list(`${GROUP}/rolebindings`, namespace));
    }
  }

  *#grantedBy(user: UserInfo, namespace: string, bindings: Iterable<StoredObject>): Iterable<GrantedRole> {
    for (const binding of bindings) {
      const subjects = (binding.subjects ?? []) as readonly Subject[];
      const subject = subjects.find((candidate) => isSubject(user, candidate, namespace));
      if (!subject) continue;
      const roleRef = binding.roleRef as RoleRef;
      yield {
        rules: this.rulesOfRole(roleRef, namespace),
        describe() {
          const { name } = binding.metadata;
          const place = namespace === "" ? name : `${name}/${namespace}`;
          const to = describeSubject(subject, namespace);
          return `${binding.kind} "${place}" of ${roleRef.kind} "${roleRef.name}" to ${to}`;
        },
      };
    }
  }
}

function isSubject({ username, groups }: UserInfo, subject: Subject, bindingNamespace: string): boolean {
  const { kind, name, namespace = bindingNamespace } = subject;
  if (kind === "User") return name === username;
  if (kind === "Group") return groups.includes(name);
  return kind === "ServiceAccount" && namespace !== "" && username === `system:serviceaccount:${namespace}:${name}`;
}

function describeSubject({ kind, name, namespace }: Subject, bindingNamespace: string): string {
  return kind === "ServiceAccount" ? `${kind} "${name}/${namespace ?? bindingNamespace}"` : `${kind} "${name}"`;
}
