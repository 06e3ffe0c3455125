/**
 * Rules of roles: what they allow, and which of them cover others.
 *
 * @see {@link https://kubernetes.io/docs/reference/access-authn-authz/rbac/#role-and-clusterrole | Role and ClusterRole}
 * @module
 */

import type { DeepReadonly } from "../../base/deep_readonly.ts";
import type { PolicyRule as RbacRule } from "../../kinds/rbac/v1.ts";
import type { AccessAttributes } from "./access.ts";

/** What a role allows. */
export type PolicyRule = DeepReadonly<RbacRule>;

/**
 * Tells whether a rule allows an access.
 *
 * @param rule The rule.
 * @param access The access.
 * @returns Whether it does.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const rule = { apiGroups: [""], resources: ["pods", "*\/status"], verbs: ["get"] };
 * const access = { verb: "get", group: "", resource: "nodes", namespace: "", name: "" };
 * deepStrictEqual(
 *   [{ resource: "pods" }, { subresource: "log" }, { subresource: "status" }, { verb: "list" }].map((other) =>
 *     ruleAllows(rule, { ...access, ...other })
 *   ),
 *   [true, false, true, false],
 * );
 * ```
 */
export function ruleAllows(rule: PolicyRule, access: AccessAttributes): boolean {
  if (!has(rule.verbs, access.verb)) return false;
  if (access.path !== undefined) return rule.nonResourceURLs?.some((url) => coversUrl(url, access.path!)) ?? false;
  return has(rule.apiGroups, access.group) && hasResource(rule.resources, access) &&
    (!rule.resourceNames?.length || rule.resourceNames.includes(access.name));
}

/**
 * Finds what rules do not allow of another rule.
 *
 * @param held The rules that are held.
 * @param wanted The rule that is wanted.
 * @returns The parts of it, each about one verb and one resource or path, that none of the held rules covers.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const held = [{ apiGroups: [""], resources: ["*"], verbs: ["get"] }];
 * deepStrictEqual(missingRights(held, { apiGroups: [""], resources: ["pods"], verbs: ["get", "delete"] }), [
 *   { apiGroups: [""], resources: ["pods"], verbs: ["delete"] },
 * ]);
 * ```
 */
export function missingRights(held: readonly PolicyRule[], wanted: PolicyRule): PolicyRule[] {
  return wanted.verbs.flatMap((verb) => [
    ...(wanted.nonResourceURLs ?? []).filter((url) => !held.some((rule) => holdsUrl(rule, verb, url)))
      .map((url) => ({ nonResourceURLs: [url], verbs: [verb] })),
    ...(wanted.apiGroups ?? []).flatMap((group) =>
      (wanted.resources ?? []).flatMap((resource) => {
        const names = wanted.resourceNames?.length ? wanted.resourceNames : [undefined];
        return names.filter((name) => !held.some((rule) => holds(rule, verb, group, resource, name))).map((name) => ({
          apiGroups: [group],
          resources: [resource],
          ...(name !== undefined && { resourceNames: [name] }),
          verbs: [verb],
        }));
      })
    ),
  ]);
}

function holds(rule: PolicyRule, verb: string, group: string, text: string, name: string | undefined): boolean {
  const [resource = "", subresource = ""] = text.split("/");
  const named = !rule.resourceNames?.length || (name !== undefined && rule.resourceNames.includes(name));
  return named && has(rule.verbs, verb) && has(rule.apiGroups, group) &&
    hasResource(rule.resources, { resource, subresource });
}

function holdsUrl(rule: PolicyRule, verb: string, url: string): boolean {
  return has(rule.verbs, verb) && (rule.nonResourceURLs?.some((own) => coversUrl(own, url)) ?? false);
}

function has(list: readonly string[] | undefined, value: string): boolean {
  return list !== undefined && (list.includes("*") || list.includes(value));
}

function hasResource(
  list: readonly string[] | undefined,
  { resource, subresource = "" }: Pick<AccessAttributes, "resource" | "subresource">,
): boolean {
  if (subresource === "") return has(list, resource);
  return has(list, `${resource}/${subresource}`) || (list?.includes(`*/${subresource}`) ?? false);
}

function coversUrl(own: string, path: string): boolean {
  return own === "*" || own === path || (own.endsWith("*") && path.startsWith(own.replace(/\*+$/, "")));
}
