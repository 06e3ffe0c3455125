/**
 * What discovery tells of the built-in resources that `lib/kinds` does not carry.
 *
 * @module
 */

import type { ServedSubresource } from "../registry/served_resource.ts";

const ALL_VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
const OBJECT_VERBS = ["get", "patch", "update"];
const STREAM_VERBS = ["create", "get"];
const PROXY_VERBS = ["create", "delete", "get", "patch", "update"];

/** The verbs of resources, by group and plural, that are not all. */
const VERBS: Readonly<Record<string, readonly string[]>> = {
  "/bindings": ["create"],
  "/componentstatuses": ["get", "list"],
  "/namespaces": ALL_VERBS.filter((verb) => verb !== "deletecollection"),
  "authentication.k8s.io/selfsubjectreviews": ["create"],
  "authentication.k8s.io/tokenreviews": ["create"],
  "authorization.k8s.io/localsubjectaccessreviews": ["create"],
  "authorization.k8s.io/selfsubjectaccessreviews": ["create"],
  "authorization.k8s.io/selfsubjectrulesreviews": ["create"],
  "authorization.k8s.io/subjectaccessreviews": ["create"],
};

/** The verbs of subresources that are not those of objects. */
const SUBRESOURCE_VERBS: Readonly<Record<string, readonly string[]>> = {
  attach: STREAM_VERBS,
  binding: ["create"],
  eviction: ["create"],
  exec: STREAM_VERBS,
  finalize: ["update"],
  log: ["get"],
  portforward: STREAM_VERBS,
  proxy: PROXY_VERBS,
  token: ["create"],
};

/** The kinds of subresources that are not those of their resources. */
const SUBRESOURCE_KINDS: Readonly<Record<string, readonly [group: string, version: string, kind: string]>> = {
  "pods/attach": ["", "v1", "PodAttachOptions"],
  "pods/binding": ["", "v1", "Binding"],
  "pods/eviction": ["policy", "v1", "Eviction"],
  "pods/exec": ["", "v1", "PodExecOptions"],
  "pods/portforward": ["", "v1", "PodPortForwardOptions"],
  "pods/proxy": ["", "v1", "PodProxyOptions"],
  "services/proxy": ["", "v1", "ServiceProxyOptions"],
  "nodes/proxy": ["", "v1", "NodeProxyOptions"],
  "serviceaccounts/token": ["authentication.k8s.io", "v1", "TokenRequest"],
};

const CATEGORIES: Readonly<Record<string, readonly string[]>> = {
  all: [
    "/pods",
    "/replicationcontrollers",
    "/services",
    "apps/daemonsets",
    "apps/deployments",
    "apps/replicasets",
    "apps/statefulsets",
    "autoscaling/horizontalpodautoscalers",
    "batch/cronjobs",
    "batch/jobs",
  ],
  "api-extensions": [
    "admissionregistration.k8s.io/mutatingadmissionpolicies",
    "admissionregistration.k8s.io/mutatingadmissionpolicybindings",
    "admissionregistration.k8s.io/mutatingwebhookconfigurations",
    "admissionregistration.k8s.io/validatingadmissionpolicies",
    "admissionregistration.k8s.io/validatingadmissionpolicybindings",
    "admissionregistration.k8s.io/validatingwebhookconfigurations",
    "apiextensions.k8s.io/customresourcedefinitions",
    "apiregistration.k8s.io/apiservices",
  ],
};

/**
 * Lists the verbs of a resource.
 *
 * @param resource Its group and plural, such as `apps/deployments`.
 * @returns The verbs, sorted.
 */
export function verbsOf(resource: string): readonly string[] {
  return VERBS[resource] ?? ALL_VERBS;
}

/**
 * Lists the categories of a resource.
 *
 * @param resource Its group and plural.
 * @returns The categories.
 */
export function categoriesOf(resource: string): string[] {
  return Object.keys(CATEGORIES).filter((category) => CATEGORIES[category]!.includes(resource));
}

/**
 * Tells how a subresource is served.
 *
 * @param plural The plural of its resource.
 * @param name Its name.
 * @returns Its verbs and kind.
 */
export function subresourceOf(plural: string, name: string): ServedSubresource {
  const [group, version, kind] = SUBRESOURCE_KINDS[`${plural}/${name}`] ??
    (name === "scale" ? ["autoscaling", "v1", "Scale"] : []);
  const verbs = SUBRESOURCE_VERBS[name] ?? OBJECT_VERBS;
  return { name, verbs, ...(kind !== undefined && { kind: { group: group!, version: version!, kind } }) };
}
