/**
 * The roles that every cluster has, as far as users bind them: those of kube-apiserver's bootstrap policy.
 *
 * @see {@link https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings | Default roles}
 * @module
 */

import type { KubeObject } from "../../kube/object.ts";
import type { PolicyRule } from "./policy_rule.ts";

function rule(group: string | string[], resources: string, verbs: string): PolicyRule {
  return { apiGroups: [group].flat(), resources: resources.split(" "), verbs: verbs.split(" ") };
}

/** Roles whose rules do not come from others. */
const PLAIN_ROLES: Readonly<Record<string, readonly PolicyRule[]>> = {
  "cluster-admin": [
    rule("*", "*", "*"),
    { nonResourceURLs: ["*"], verbs: ["*"] },
  ],
  "system:aggregate-to-admin": [
    rule("authorization.k8s.io", "localsubjectaccessreviews", "create"),
    rule(
      "rbac.authorization.k8s.io",
      "rolebindings roles",
      "create delete deletecollection get list patch update watch",
    ),
  ],
  "system:aggregate-to-edit": [
    rule("", "pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy", "get list watch"),
    rule("", "serviceaccounts", "impersonate"),
    rule("", "pods pods/attach pods/exec pods/portforward pods/proxy", "create delete deletecollection patch update"),
    rule("", "pods/eviction", "create"),
    rule(
      "",
      "configmaps persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy",
      "create delete deletecollection patch update",
    ),
    rule("", "serviceaccounts/token", "create"),
    rule(["", "events.k8s.io"], "events", "create delete deletecollection patch update"),
    rule(
      "apps",
      "daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale",
      "create delete deletecollection patch update",
    ),
    rule("autoscaling", "horizontalpodautoscalers", "create delete deletecollection patch update"),
    rule("batch", "cronjobs jobs", "create delete deletecollection patch update"),
    rule(
      "extensions",
      "daemonsets deployments deployments/rollback deployments/scale ingresses networkpolicies replicasets replicasets/scale replicationcontrollers/scale",
      "create delete deletecollection patch update",
    ),
    rule("policy", "poddisruptionbudgets", "create delete deletecollection patch update"),
    rule("networking.k8s.io", "ingresses networkpolicies", "create delete deletecollection patch update"),
    rule("coordination.k8s.io", "leases", "create delete deletecollection get list patch update watch"),
    rule("resource.k8s.io", "resourceclaims resourceclaimtemplates", "create delete deletecollection patch update"),
  ],
  "system:aggregate-to-view": [
    rule(
      "",
      "configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status",
      "get list watch",
    ),
    rule(
      "",
      "bindings limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status",
      "get list watch",
    ),
    rule("", "namespaces", "get list watch"),
    rule(["", "events.k8s.io"], "events", "get list watch"),
    rule("discovery.k8s.io", "endpointslices", "get list watch"),
    rule(
      "apps",
      "controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status",
      "get list watch",
    ),
    rule("autoscaling", "horizontalpodautoscalers horizontalpodautoscalers/status", "get list watch"),
    rule("batch", "cronjobs cronjobs/status jobs jobs/status", "get list watch"),
    rule(
      "extensions",
      "daemonsets daemonsets/status deployments deployments/scale deployments/status ingresses ingresses/status networkpolicies replicasets replicasets/scale replicasets/status replicationcontrollers/scale",
      "get list watch",
    ),
    rule("policy", "poddisruptionbudgets poddisruptionbudgets/status", "get list watch"),
    rule("networking.k8s.io", "ingresses ingresses/status networkpolicies", "get list watch"),
    rule("resource.k8s.io", "resourceclaims resourceclaims/status resourceclaimtemplates", "get list watch"),
  ],
  "system:basic-user": [
    rule("authorization.k8s.io", "selfsubjectaccessreviews selfsubjectrulesreviews", "create"),
    rule("authentication.k8s.io", "selfsubjectreviews", "create"),
  ],
  "system:discovery": [
    {
      nonResourceURLs: [
        "/api",
        "/api/*",
        "/apis",
        "/apis/*",
        "/healthz",
        "/livez",
        "/openapi",
        "/openapi/*",
        "/readyz",
        "/version",
        "/version/",
      ],
      verbs: ["get"],
    },
  ],
  "system:public-info-viewer": [
    { nonResourceURLs: ["/healthz", "/livez", "/readyz", "/version", "/version/"], verbs: ["get"] },
  ],
};

/** The roles for people, from the least mighty; each adds to the rules of those before it. */
const AGGREGATED = ["view", "edit", "admin"];

/** Who has a role by default, group by group. */
const BINDINGS: Readonly<Record<string, readonly string[]>> = {
  "cluster-admin": ["system:masters"],
  "system:basic-user": ["system:authenticated"],
  "system:discovery": ["system:authenticated"],
  "system:public-info-viewer": ["system:authenticated", "system:unauthenticated"],
};

/**
 * Lists the ClusterRoles and ClusterRoleBindings of a new cluster.
 *
 * @returns The objects; the rules of aggregated roles are left to the controller of aggregation.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const names = bootstrapPolicy().filter(({ kind }) => kind === "ClusterRole").map(({ metadata }) => metadata?.name);
 * deepStrictEqual(names.slice(-3), ["view", "edit", "admin"]);
 * ```
 */
export function bootstrapPolicy(): KubeObject[] {
  const plain = Object.entries(PLAIN_ROLES).map(([name, rules]) => {
    const target = /^system:(aggregate-to-.*)$/.exec(name)?.[1];
    return clusterRole(name, target, { rules });
  });
  const aggregated = AGGREGATED.map((name, index) => {
    const next = AGGREGATED[index + 1];
    const matchLabels = { [`${GROUP}/aggregate-to-${name}`]: "true" };
    const aggregationRule = { clusterRoleSelectors: [{ matchLabels }] };
    return clusterRole(name, next && `aggregate-to-${next}`, { aggregationRule, rules: [] });
  });
  return [...plain, ...aggregated, ...Object.entries(BINDINGS).map(clusterRoleBinding)];
}

const GROUP = "rbac.authorization.k8s.io";
const ANNOTATIONS = { "rbac.authorization.kubernetes.io/autoupdate": "true" };
const LABELS = { "kubernetes.io/bootstrapping": "rbac-defaults" };

function clusterRole(name: string, aggregateTo: string | undefined, body: object): KubeObject {
  const labels = { ...LABELS, ...(aggregateTo !== undefined && { [`${GROUP}/${aggregateTo}`]: "true" }) };
  return {
    apiVersion: `${GROUP}/v1`,
    kind: "ClusterRole",
    metadata: { name, labels, annotations: ANNOTATIONS },
    ...body,
  };
}

function clusterRoleBinding([name, groups]: [name: string, groups: readonly string[]]): KubeObject {
  return {
    apiVersion: `${GROUP}/v1`,
    kind: "ClusterRoleBinding",
    metadata: { name, labels: LABELS, annotations: ANNOTATIONS },
    roleRef: { apiGroup: GROUP, kind: "ClusterRole", name },
    subjects: groups.map((group) => ({ apiGroup: GROUP, kind: "Group", name: group })),
  } as KubeObject;
}
