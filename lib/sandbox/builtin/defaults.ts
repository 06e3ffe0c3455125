/**
 * What Go's `SetDefaults_*` functions fill in, by type; those of Pods are in `pod_defaults.ts`.
 *
 * @module
 */

import type { Part, TypeDefaults } from "../schema/typed_walk.ts";
import { AUTOSCALER_DEFAULTS } from "./autoscaling.ts";
import { POD_DEFAULTS } from "./pod_defaults.ts";
import { setServiceDefaults } from "./service.ts";

const WEBHOOK: Part = {
  failurePolicy: "Fail",
  matchPolicy: "Equivalent",
  namespaceSelector: {},
  objectSelector: {},
  timeoutSeconds: 10,
};

/** All defaults by the names of types. */
export const DEFAULTS: Readonly<Record<string, TypeDefaults>> = {
  ...POD_DEFAULTS,
  ...AUTOSCALER_DEFAULTS,
  "admissionregistration/v1.ValidatingWebhook": WEBHOOK,
  "admissionregistration/v1.MutatingWebhook": { ...WEBHOOK, reinvocationPolicy: "Never" },
  "admissionregistration/v1.RuleWithOperations": { scope: "*" },
  "admissionregistration/v1.NamedRuleWithOperations": { scope: "*" },
  "admissionregistration/v1.ServiceReference": { port: 443 },
  "admissionregistration/v1.ValidatingAdmissionPolicySpec": { failurePolicy: "Fail" },
  "admissionregistration/v1.MutatingAdmissionPolicySpec": { failurePolicy: "Fail" },
  "admissionregistration/v1.MatchResources": {
    matchPolicy: "Equivalent",
    namespaceSelector: {},
    objectSelector: {},
  },
  "apiextensions/v1.CustomResourceDefinitionSpec": setDefinitionDefaults,
  "apiextensions/v1.ServiceReference": { port: 443 },
  "apiregistration/v1.ServiceReference": { port: 443 },
  "apps/v1.DaemonSetSpec": setDaemonSetDefaults,
  "apps/v1.DeploymentSpec": setDeploymentDefaults,
  "apps/v1.ReplicaSetSpec": { replicas: 1 },
  "apps/v1.StatefulSetSpec": setStatefulSetDefaults,
  "authentication/v1.TokenRequestSpec": { expirationSeconds: 3600 },
  "batch/v1.CronJobSpec": {
    concurrencyPolicy: "Allow",
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
  },
  "batch/v1.Job": setJobDefaults,
  "batch/v1.PodFailurePolicyOnPodConditionsPattern": { status: "True" },
  "core/v1.LimitRangeItem": setLimitDefaults,
  "core/v1.Namespace": ({ metadata }) => {
    if (metadata.name) metadata.labels = { ...metadata.labels, "kubernetes.io/metadata.name": metadata.name };
  },
  "core/v1.NamespaceStatus": { phase: "Active" },
  "core/v1.NodeStatus": (status) => {
    if (status.capacity) status.allocatable ??= { ...status.capacity };
  },
  "core/v1.EndpointPort": { protocol: "TCP" },
  "core/v1.PersistentVolumeClaimSpec": { volumeMode: "Filesystem" },
  "core/v1.PersistentVolumeClaimStatus": { phase: "Pending" },
  "core/v1.PersistentVolumeSpec": { persistentVolumeReclaimPolicy: "Retain", volumeMode: "Filesystem" },
  "core/v1.PersistentVolumeStatus": { phase: "Pending" },
  "core/v1.ReplicationController": setReplicationControllerDefaults,
  "core/v1.Secret": setSecretDefaults,
  "core/v1.Service": setServiceDefaults,
  "discovery/v1.EndpointPort": (port) => {
    port.name ??= "";
    port.protocol ??= "TCP";
  },
  "flowcontrol/v1.FlowSchemaSpec": (spec) => void (spec.matchingPrecedence ||= 1000),
  "flowcontrol/v1.ExemptPriorityLevelConfiguration": { nominalConcurrencyShares: 0, lendablePercent: 0 },
  "flowcontrol/v1.LimitedPriorityLevelConfiguration": { nominalConcurrencyShares: 30, lendablePercent: 0 },
  "flowcontrol/v1.QueuingConfiguration": (queuing) => {
    queuing.handSize ||= 8;
    queuing.queues ||= 64;
    queuing.queueLengthLimit ||= 50;
  },
  "networking/v1.IngressClassParametersReference": { scope: "Cluster" },
  "networking/v1.NetworkPolicyPort": { protocol: "TCP" },
  "networking/v1.NetworkPolicySpec": (spec) => {
    if (!spec.policyTypes?.length) spec.policyTypes = ["Ingress", ...(spec.egress?.length ? ["Egress"] : [])];
  },
  "rbac/v1.RoleRef": { apiGroup: "rbac.authorization.k8s.io" },
  "rbac/v1.Subject": (subject) => {
    if (["User", "Group"].includes(subject.kind)) subject.apiGroup ||= "rbac.authorization.k8s.io";
  },
  "resource/v1.ExactDeviceRequest": setDeviceRequestDefaults,
  "resource/v1.DeviceSubRequest": setDeviceRequestDefaults,
  "scheduling/v1.PriorityClass": { preemptionPolicy: "PreemptLowerPriority" },
  "storage/v1.CSIDriverSpec": {
    attachRequired: true,
    podInfoOnMount: false,
    storageCapacity: false,
    fsGroupPolicy: "ReadWriteOnceWithFSType",
    volumeLifecycleModes: ["Persistent"],
    requiresRepublish: false,
    seLinuxMount: false,
    preventPodSchedulingIfMissing: false,
  },
  "storage/v1.StorageClass": { reclaimPolicy: "Delete", volumeBindingMode: "Immediate" },
};

function setDefinitionDefaults(spec: Part): void {
  spec.names.singular ||= String(spec.names.kind).toLowerCase();
  spec.names.listKind ||= `${spec.names.kind}List`;
  spec.conversion ??= { strategy: "None" };
}

function setDeploymentDefaults(spec: Part): void {
  spec.replicas ??= 1;
  spec.strategy.type ||= "RollingUpdate";
  if (spec.strategy.type === "RollingUpdate") {
    spec.strategy.rollingUpdate = { maxUnavailable: "25%", maxSurge: "25%", ...spec.strategy.rollingUpdate };
  }
  spec.revisionHistoryLimit ??= 10;
  spec.progressDeadlineSeconds ??= 600;
}

function setDaemonSetDefaults(spec: Part): void {
  const { updateStrategy } = spec;
  spec.revisionHistoryLimit ??= 10;
  updateStrategy.type ||= "RollingUpdate";
  if (updateStrategy.type === "RollingUpdate") {
    updateStrategy.rollingUpdate = { maxUnavailable: 1, maxSurge: 0, ...updateStrategy.rollingUpdate };
  }
}

function setStatefulSetDefaults(spec: Part): void {
  const { updateStrategy } = spec;
  spec.podManagementPolicy ||= "OrderedReady";
  for (const claim of spec.volumeClaimTemplates ?? []) {
    claim.apiVersion = "v1";
    claim.kind = "PersistentVolumeClaim";
  }
  if (!updateStrategy.type) {
    updateStrategy.type = "RollingUpdate";
    updateStrategy.rollingUpdate ??= {};
  }
  if (updateStrategy.type === "RollingUpdate" && updateStrategy.rollingUpdate) {
    updateStrategy.rollingUpdate = { partition: 0, maxUnavailable: 1, ...updateStrategy.rollingUpdate };
  }
  spec.persistentVolumeClaimRetentionPolicy = {
    whenDeleted: "Retain",
    whenScaled: "Retain",
    ...spec.persistentVolumeClaimRetentionPolicy,
  };
  spec.replicas ??= 1;
  spec.revisionHistoryLimit ??= 10;
}

function setJobDefaults({ metadata, spec }: Part): void {
  if (spec.parallelism === undefined) {
    spec.completions ??= 1;
    spec.parallelism = 1;
  }
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : 2 ** 31 - 1;
  const { labels } = spec.template.metadata;
  if (labels && !metadata.labels) metadata.labels = { ...labels };
  spec.completionMode ??= "NonIndexed";
  spec.suspend ??= false;
  spec.podReplacementPolicy ??= spec.podFailurePolicy ? "Failed" : "TerminatingOrFailed";
  spec.manualSelector ??= false;
}

function setReplicationControllerDefaults({ metadata, spec }: Part): void {
  const labels = spec.template?.metadata.labels;
  if (!labels) return;
  spec.selector ??= { ...labels };
  metadata.labels ??= { ...labels };
}

function setLimitDefaults(item: Part): void {
  if (item.type !== "Container") return;
  const limits = { ...item.max, ...item.default };
  const requests = { ...item.min, ...limits, ...item.defaultRequest };
  if (Object.keys(limits).length > 0) item.default = limits;
  if (Object.keys(requests).length > 0) item.defaultRequest = requests;
}

function setDeviceRequestDefaults(request: Part): void {
  request.allocationMode ||= "ExactCount";
  if (request.allocationMode === "ExactCount") request.count ||= 1;
}

/** Texts become data when a Secret is read, so that nobody owns them as texts but who applies them. */
function setSecretDefaults(secret: Part): void {
  secret.type ||= "Opaque";
  const { stringData } = secret;
  if (stringData === undefined) return;
  delete secret.stringData;
  const encoder = new TextEncoder();
  const encoded = Object.entries<string>(stringData).map(([key, text]) => [key, encoder.encode(text).toBase64()]);
  secret.data = { ...secret.data, ...Object.fromEntries(encoded) };
}
