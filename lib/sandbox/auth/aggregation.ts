/**
 * Gathers the rules of aggregated ClusterRoles from the roles that their labels select.
 *
 * @see {@link https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles | Aggregated ClusterRoles}
 * @module
 */

import { jsonEquals } from "../../base/json.ts";
import { matchesLabels, readObjectSelector } from "../../kube/label_selector.ts";
import type { AggregationRule } from "../../kinds/rbac/v1.ts";
import type { StoredObject } from "../registry/served_resource.ts";
import type { PolicyRule } from "./policy_rule.ts";

/**
 * Finds the rules that an aggregated role should have.
 *
 * @param role The role.
 * @param roles All ClusterRoles, in the order of their names.
 * @returns Its rules; `undefined` if it is not aggregated, or has them already.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const rules = [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }];
 * const part = { apiVersion: "v1", kind: "ClusterRole", metadata: { name: "part", labels: { to: "all" } }, rules };
 * const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { to: "all" } }] };
 * const all = { apiVersion: "v1", kind: "ClusterRole", metadata: { name: "all" }, aggregationRule, rules: [] };
 * deepStrictEqual(aggregatedRules(all, [all, part]), rules);
 * ```
 */
export function aggregatedRules(role: StoredObject, roles: Iterable<StoredObject>): PolicyRule[] | undefined {
  const selectors = (role.aggregationRule as AggregationRule | undefined)?.clusterRoleSelectors;
  if (!selectors) return undefined;
  const rules: PolicyRule[] = [];
  for (const other of roles) {
    const { labels = {}, name } = other.metadata;
    if (
      name === role.metadata.name || !selectors.some((selector) => matchesLabels(readObjectSelector(selector), labels))
    ) continue;
    for (const rule of (other.rules ?? []) as PolicyRule[]) {
      if (!rules.some((known) => jsonEquals(known, rule))) rules.push(rule);
    }
  }
  return jsonEquals(rules, role.rules ?? []) ? undefined : rules;
}
