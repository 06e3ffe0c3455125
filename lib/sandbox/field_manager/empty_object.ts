/**
 * What objects of built-in kinds hold before anything is set in them: those parts that Go's types cannot leave out.
 *
 * Nobody who creates an object owns them, so they decide which objects within an object are owned as such.
 *
 * @module
 */

import { isJsonObject } from "../../base/json.ts";
import { isBuiltIn } from "../../kube/built_in.ts";
import type { KubeObject } from "../../kube/object.ts";
import { dereference, type KindSchema, type Schema } from "../../kube/schema.ts";

/** The structs by kinds: the default of their fields is `{}` in the OpenAPI of kube-apiserver v1.37.1. */
const STRUCTS: Readonly<Record<string, string>> = {
  "admissionregistration/v1.MutatingAdmissionPolicy": "spec",
  "admissionregistration/v1.MutatingAdmissionPolicyBinding": "spec",
  "admissionregistration/v1.ValidatingAdmissionPolicy": "spec status",
  "admissionregistration/v1.ValidatingAdmissionPolicyBinding": "spec",
  "apiextensions/v1.CustomResourceDefinition": "spec.names status.acceptedNames",
  "apiregistration/v1.APIService": "spec status",
  "apps/v1.DaemonSet": "spec.template.metadata spec.template.spec spec.updateStrategy status",
  "apps/v1.Deployment": "spec.strategy spec.template.metadata spec.template.spec status",
  "apps/v1.ReplicaSet": "spec.template.metadata spec.template.spec status",
  "apps/v1.StatefulSet": "spec.template.metadata spec.template.spec spec.updateStrategy status",
  "authentication/v1.SelfSubjectReview": "status.userInfo",
  "authentication/v1.TokenReview": "spec status.user",
  "authorization/v1.LocalSubjectAccessReview": "spec status",
  "authorization/v1.SelfSubjectAccessReview": "spec status",
  "authorization/v1.SelfSubjectRulesReview": "spec status",
  "authorization/v1.SubjectAccessReview": "spec status",
  "autoscaling/v1.HorizontalPodAutoscaler": "spec.scaleTargetRef status",
  "autoscaling/v2.HorizontalPodAutoscaler": "spec.scaleTargetRef status",
  "batch/v1.CronJob":
    "spec.jobTemplate.metadata spec.jobTemplate.spec.template.metadata spec.jobTemplate.spec.template.spec status",
  "batch/v1.Job": "spec.template.metadata spec.template.spec status",
  "certificates/v1.CertificateSigningRequest": "spec status",
  "certificates/v1.ClusterTrustBundle": "spec",
  "certificates/v1.PodCertificateRequest": "spec status",
  "coordination/v1.Lease": "spec",
  "core/v1.Binding": "target",
  "core/v1.Event": "involvedObject source",
  "core/v1.LimitRange": "spec",
  "core/v1.Namespace": "spec status",
  "core/v1.Node": "spec status.daemonEndpoints.kubeletEndpoint status.nodeInfo",
  "core/v1.PersistentVolume": "spec status",
  "core/v1.PersistentVolumeClaim": "spec.resources status",
  "core/v1.Pod": "spec status",
  "core/v1.PodTemplate": "template.metadata template.spec",
  "core/v1.ReplicationController": "spec status",
  "core/v1.ResourceQuota": "spec status",
  "core/v1.Service": "spec status.loadBalancer",
  "events/v1.Event": "deprecatedSource regarding",
  "flowcontrol/v1.FlowSchema": "spec.priorityLevelConfiguration status",
  "flowcontrol/v1.PriorityLevelConfiguration": "spec status",
  "networking/v1.IPAddress": "spec",
  "networking/v1.Ingress": "spec status.loadBalancer",
  "networking/v1.IngressClass": "spec",
  "networking/v1.NetworkPolicy": "spec.podSelector",
  "networking/v1.ServiceCIDR": "spec status",
  "policy/v1.PodDisruptionBudget": "spec status",
  "rbac/v1.ClusterRoleBinding": "roleRef",
  "rbac/v1.RoleBinding": "roleRef",
  "resource/v1.DeviceClass": "spec",
  "resource/v1.DeviceTaintRule": "spec.taint status",
  "resource/v1.ResourceClaim": "spec.devices status",
  "resource/v1.ResourceClaimTemplate": "spec.metadata spec.spec.devices",
  "resource/v1.ResourceSlice": "spec.pool",
  "storage/v1.CSIDriver": "spec",
  "storage/v1.CSINode": "spec status",
  "storage/v1.VolumeAttachment": "spec.source status",
  "storagemigration/v1.StorageVersionMigration": "spec.resource status",
};

/**
 * Makes an object in which nothing is set.
 *
 * @param apiVersion Group and version.
 * @param kind The kind.
 * @param schema The schema of the kind.
 * @returns The object; of a custom resource it has nothing but version and kind.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const find = () => undefined;
 * deepStrictEqual(emptyObject("apps/v1", "ReplicaSet", { schema: {}, find }), {
 *   apiVersion: "apps/v1",
 *   kind: "ReplicaSet",
 *   metadata: {},
 *   spec: { template: { metadata: {}, spec: {} } },
 *   status: {},
 * });
 * ```
 */
export function emptyObject(apiVersion: string, kind: string, { schema, find }: KindSchema): KubeObject {
  const [version, group = ""] = apiVersion.split("/").reverse() as [string, string?];
  if (!isBuiltIn(group)) return { apiVersion, kind };
  const object: KubeObject & Record<string, unknown> = { apiVersion, kind, metadata: {} };
  for (const path of (STRUCTS[`${group.split(".")[0] || "core"}/${version}.${kind}`] ?? "").split(" ")) {
    let holder: Record<string, unknown> = object;
    for (const name of path === "" ? [] : path.split(".")) {
      holder = (holder[name] ??= {}) as Record<string, unknown>;
    }
  }
  const { apiVersion: _apiVersion, kind: _kind, ...properties } = schema.properties ?? {};
  fillScalars(object, { ...schema, properties }, find);
  return object;
}

/** Adds what is always written although it may be nothing: the zero values of scalars, lists and pointers. */
function fillScalars(object: Record<string, unknown>, schema: Schema, find: KindSchema["find"]): void {
  const { properties = {}, required = [] } = dereference(schema, find);
  for (const [name, property] of Object.entries(properties)) {
    const value = object[name];
    if (isJsonObject(value)) fillScalars(value, property, find);
    else if (property.default !== undefined) object[name] = property.default;
    else if (required.includes(name)) object[name] = null;
  }
}
