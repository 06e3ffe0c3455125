/**
 * The order in which objects are written: a graph of what needs what, with a fixed order of kinds where it leaves a
 * choice.
 *
 * @module
 */

import { isJsonObject } from "../base/json.ts";
import { KubescriptError } from "../kube/error.ts";
import type { KubeObject } from "../kube/object.ts";
import { formatRef, type ObjectRef, refKey, refOf } from "../kube/object_ref.ts";
import { formatGroupKind } from "../kube/resource_type.ts";

/** An object in the graph. */
export interface OrderedObject {
  /** The object. */
  readonly object: KubeObject;
  /** What the user named as needed. */
  readonly dependsOn: readonly ObjectRef[];
}

/** An object with what it needs. */
export interface GraphNode<T extends OrderedObject> {
  /** The object. */
  readonly item: T;
  /** Its key, see {@linkcode refKey}. */
  readonly key: string;
  /** The keys of the objects in the set that must be done before. */
  readonly needs: readonly string[];
}

/** Objects need each other in a circle. */
export class DependencyCycleError extends KubescriptError {}

/** Kinds in the order of flux's `ssa`: what others use comes first, webhooks come last, as they judge all the rest. */
const KIND_ORDER: readonly string[] = [
  "CustomResourceDefinition.apiextensions.k8s.io",
  "Namespace",
  "ClusterRole.rbac.authorization.k8s.io",
  "RuntimeClass.node.k8s.io",
  "PriorityClass.scheduling.k8s.io",
  "StorageClass.storage.k8s.io",
  "IngressClass.networking.k8s.io",
  "ClusterRoleBinding.rbac.authorization.k8s.io",
  "ResourceQuota",
  "ServiceAccount",
  "Role.rbac.authorization.k8s.io",
  "RoleBinding.rbac.authorization.k8s.io",
  "ConfigMap",
  "Secret",
  "PersistentVolume",
  "PersistentVolumeClaim",
  "Service",
  "LimitRange",
  "Deployment.apps",
  "StatefulSet.apps",
  "CronJob.batch",
  "PodDisruptionBudget.policy",
];
const LAST_KINDS: readonly string[] = [
  "MutatingWebhookConfiguration.admissionregistration.k8s.io",
  "ValidatingWebhookConfiguration.admissionregistration.k8s.io",
];

/**
 * Orders objects so that each comes after what it needs.
 *
 * @typeParam T The type of the entries.
 * @param items The objects, each at most once.
 * @returns The objects with what they need, in an order in which they can be done one after the other; it does not
 * depend on the order of the input.
 * @throws {DependencyCycleError} If objects need each other in a circle.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const config = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c", namespace: "shop" } };
 * const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };
 * const graph = orderObjects([{ object: config, dependsOn: [] }, { object: namespace, dependsOn: [] }]);
 * deepStrictEqual(graph.map((node) => node.item.object.kind), ["Namespace", "ConfigMap"]);
 * ```
 */
export function orderObjects<T extends OrderedObject>(items: readonly T[]): GraphNode<T>[] {
  const sorted = items.toSorted((a, b) => compareObjects(a.object, b.object));
  const keys = new Set(sorted.map((item) => refKey(refOf(item.object))));
  const crdKeys = indexDefinitions(sorted);
  const nodes = sorted.map((item): GraphNode<T> => {
    const key = refKey(refOf(item.object));
    const needs = [...implicitNeeds(item.object, crdKeys), ...item.dependsOn]
      .map(refKey).filter((need) => need !== key && keys.has(need));
    return { item, key, needs: [...new Set(needs)] };
  });
  return sortTopologically(nodes);
}

function sortTopologically<T extends OrderedObject>(nodes: readonly GraphNode<T>[]): GraphNode<T>[] {
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  const done = new Set<string>();
  const result: GraphNode<T>[] = [];
  const visit = (node: GraphNode<T>, trail: readonly GraphNode<T>[]) => {
    if (done.has(node.key)) return;
    const start = trail.indexOf(node);
    if (start >= 0) throw cycleError([...trail.slice(start), node]);
    for (const need of node.needs) visit(byKey.get(need)!, [...trail, node]);
    done.add(node.key);
    result.push(node);
  };
  for (const node of nodes) visit(node, []);
  return result;
}

function cycleError(nodes: readonly GraphNode<OrderedObject>[]): DependencyCycleError {
  const circle = nodes.map((node) => formatRef(refOf(node.item.object))).join(" → ");
  return new DependencyCycleError(`Cannot order the objects: they need each other in a circle: ${circle}`, {
    hint: "Remove one of the dependsOn options on the way",
  });
}

function compareObjects(a: KubeObject, b: KubeObject): number {
  return kindRank(a) - kindRank(b) || compareText(formatGroupKind(refOf(a)), formatGroupKind(refOf(b))) ||
    compareText(a.metadata?.namespace ?? "", b.metadata?.namespace ?? "") ||
    compareText(a.metadata?.name ?? "", b.metadata?.name ?? "");
}

function kindRank(object: KubeObject): number {
  const name = formatGroupKind(refOf(object));
  const first = KIND_ORDER.indexOf(name);
  if (first >= 0) return first;
  return KIND_ORDER.length + 1 + LAST_KINDS.indexOf(name);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Maps group and kind of custom resources to the definitions in the set. */
function indexDefinitions(items: readonly OrderedObject[]): Map<string, ObjectRef> {
  const index = new Map<string, ObjectRef>();
  for (const { object } of items) {
    if (object.kind !== "CustomResourceDefinition") continue;
    const { group, names } = field(object, "spec") as { group?: string; names?: { kind?: string } };
    if (group !== undefined && names?.kind !== undefined) {
      index.set(formatGroupKind({ group, kind: names.kind }), refOf(object));
    }
  }
  return index;
}

function implicitNeeds(object: KubeObject, definitions: ReadonlyMap<string, ObjectRef>): ObjectRef[] {
  const definition = definitions.get(formatGroupKind(refOf(object)));
  const namespace = object.metadata?.namespace;
  return [
    ...(definition ? [definition] : []),
    ...(namespace !== undefined ? [{ group: "", kind: "Namespace", name: namespace }] : []),
    ...roleNeeds(object),
    ...podNeeds(object),
  ];
}

function roleNeeds(object: KubeObject): ObjectRef[] {
  const roleRef = field(object, "roleRef") as { apiGroup?: string; kind?: string; name?: string };
  if (roleRef.kind === undefined || roleRef.name === undefined) return [];
  const namespace = roleRef.kind === "Role" ? object.metadata?.namespace : undefined;
  return [{ group: roleRef.apiGroup ?? "", kind: roleRef.kind, name: roleRef.name, namespace }];
}

/** Where each kind of workload keeps its Pod's spec. */
const POD_SPEC_PATHS: Readonly<Record<string, readonly string[]>> = {
  Pod: ["spec"],
  CronJob: ["spec", "jobTemplate", "spec", "template", "spec"],
};
const TEMPLATE_PATH = ["spec", "template", "spec"];

/** Fields that name another object in the Pod's namespace, by the field that holds the name. */
const POD_REFERENCES: readonly { readonly holder: string; readonly name: string; readonly kind: string }[] = [
  { holder: "configMapRef", name: "name", kind: "ConfigMap" },
  { holder: "configMapKeyRef", name: "name", kind: "ConfigMap" },
  { holder: "configMap", name: "name", kind: "ConfigMap" },
  { holder: "secretRef", name: "name", kind: "Secret" },
  { holder: "secretKeyRef", name: "name", kind: "Secret" },
  { holder: "secret", name: "secretName", kind: "Secret" },
  { holder: "secret", name: "name", kind: "Secret" },
  { holder: "imagePullSecrets", name: "name", kind: "Secret" },
  { holder: "persistentVolumeClaim", name: "claimName", kind: "PersistentVolumeClaim" },
];

function podNeeds(object: KubeObject): ObjectRef[] {
  const namespace = object.metadata?.namespace;
  const path = POD_SPEC_PATHS[object.kind] ?? TEMPLATE_PATH;
  const spec = path.reduce<unknown>((value, step) => isJsonObject(value) ? value[step] : undefined, object);
  if (!isJsonObject(spec)) return [];
  const needs: ObjectRef[] = [];
  if (typeof spec.serviceAccountName === "string") {
    needs.push({ group: "", kind: "ServiceAccount", namespace, name: spec.serviceAccountName });
  }
  collectReferences(spec, "", (kind, name) => needs.push({ group: "", kind, namespace, name }));
  return needs;
}

function collectReferences(value: unknown, holder: string, found: (kind: string, name: string) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) collectReferences(item, holder, found);
  } else if (isJsonObject(value)) {
    for (const reference of POD_REFERENCES) {
      const name = value[reference.name];
      if (reference.holder === holder && typeof name === "string") found(reference.kind, name);
    }
    for (const key in value) collectReferences(value[key], key, found);
  }
}

function field(object: KubeObject, name: string): Record<string, unknown> {
  const value = (object as KubeObject & Record<string, unknown>)[name];
  return isJsonObject(value) ? value : {};
}
