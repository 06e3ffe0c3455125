/**
 * What tables show of nodes, events, access rules, quotas, and of what extends the API.
 *
 * @module
 */

import type {
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from "../../kinds/admissionregistration/v1.ts";
import type { CustomResourceDefinition } from "../../kinds/apiextensions/v1.ts";
import type { APIService } from "../../kinds/apiregistration/v1.ts";
import type { CertificateSigningRequest, PodCertificateRequest } from "../../kinds/certificates/v1.ts";
import type { ComponentCondition, ConfigMap, Event, Node, ResourceQuota } from "../../kinds/core/v1.ts";
import type { FlowSchema } from "../../kinds/flowcontrol/v1.ts";
import type { LabelSelector } from "../../kinds/meta/v1.ts";
import type { ClusterRoleBinding } from "../../kinds/rbac/v1.ts";
import type { ResourceClaim } from "../../kinds/resource/v1.ts";
import type { StorageVersionMigration } from "../../kinds/storagemigration/v1.ts";
import { type Cells, cellsOf, count, field, joined, labelsText, since } from "./cells.ts";
import { age, humanDuration } from "./human_duration.ts";

const EVENT: Cells = {
  Type: field("type"),
  Reason: field("reason"),
  ...cellsOf<Event>({
    "Last Seen": (event, nowMs) => {
      if (event.series) return age(event.series.lastObservedTime, nowMs);
      return age(event.lastTimestamp || event.firstTimestamp || event.eventTime, nowMs);
    },
    "First Seen": ({ firstTimestamp, eventTime }, nowMs) => age(firstTimestamp || eventTime, nowMs),
    Object: ({ involvedObject: { kind = "", name } }) => `${kind.toLowerCase()}${name ? `/${name}` : ""}`,
    Subobject: ({ involvedObject }) => involvedObject.fieldPath ?? "",
    Source: ({ source, reportingComponent, reportingInstance }) =>
      [source?.component || reportingComponent || "", source?.host || reportingInstance].filter((part, i) =>
        i === 0 || part
      ).join(", "),
    Message: ({ message = "" }) => message.trim(),
    Count: ({ series, count }) => (series ? series.count : count) || (series ? 0 : 1),
  }),
};

const BINDING: Cells = cellsOf<ClusterRoleBinding>({
  Role: ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`,
  Users: (binding) => subjects(binding, "User"),
  Groups: (binding) => subjects(binding, "Group"),
  ServiceAccounts: (binding) => subjects(binding, "ServiceAccount"),
});

const POLICY: Cells = {
  Validations: count("spec.validations"),
  Mutations: count("spec.mutations"),
  ...cellsOf<ValidatingAdmissionPolicy>({
    ParamKind: ({ spec }) => spec?.paramKind ? `${spec.paramKind.apiVersion}/${spec.paramKind.kind}` : "<unset>",
  }),
};

const POLICY_BINDING: Cells = {
  PolicyName: field("spec.policyName"),
  ...cellsOf<ValidatingAdmissionPolicyBinding>({
    ParamRef: ({ spec }) => {
      const { name, namespace, selector } = spec?.paramRef ?? {};
      return name ? `${namespace || "*"}/${name}` : selector ? selectorDump(selector) : "<unset>";
    },
  }),
};

/** The cells by group and kind. */
export const OTHER_CELLS: Readonly<Record<string, Cells>> = {
  "/ComponentStatus": cellsOf<{ readonly conditions?: readonly ComponentCondition[] }>({
    Status: ({ conditions }) => {
      const healthy = conditions?.find(({ type }) => type === "Healthy");
      return healthy ? (healthy.status === "True" ? "Healthy" : "Unhealthy") : "Unknown";
    },
    Message: ({ conditions }) => conditions?.find(({ type }) => type === "Healthy")?.message ?? "",
    Error: ({ conditions }) => conditions?.find(({ type }) => type === "Healthy")?.error ?? "",
  }),
  "/ConfigMap": cellsOf<ConfigMap>({
    Data: ({ data = {}, binaryData = {} }) => Object.keys(data).length + Object.keys(binaryData).length,
  }),
  "/Event": EVENT,
  "/Namespace": { Status: field("status.phase") },
  "/Node": {
    Version: field("status.nodeInfo.kubeletVersion"),
    "OS-Image": field("status.nodeInfo.osImage", "<unknown>"),
    "Container-Runtime": field("status.nodeInfo.containerRuntimeVersion", "<unknown>"),
    ...cellsOf<Node>({
      Status: nodeStatus,
      Roles: nodeRoles,
      "Internal-IP": (node) => nodeAddress(node, "InternalIP"),
      "External-IP": (node) => nodeAddress(node, "ExternalIP"),
      "Kernel-Version": ({ status }) => {
        const { kernelVersion, architecture } = status?.nodeInfo ?? {};
        return `${kernelVersion || "<unknown>"}${architecture ? ` (${architecture})` : ""}`;
      },
    }),
  },
  "/ResourceQuota": cellsOf<ResourceQuota>({
    Request: (quota) => quotaText(quota, false),
    Limit: (quota) => quotaText(quota, true),
  }),
  "/Secret": { Type: field("type"), Data: count("data") },
  "admissionregistration.k8s.io/MutatingAdmissionPolicy": POLICY,
  "admissionregistration.k8s.io/MutatingAdmissionPolicyBinding": POLICY_BINDING,
  "admissionregistration.k8s.io/MutatingWebhookConfiguration": { Webhooks: count("webhooks") },
  "admissionregistration.k8s.io/ValidatingAdmissionPolicy": POLICY,
  "admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding": POLICY_BINDING,
  "admissionregistration.k8s.io/ValidatingWebhookConfiguration": { Webhooks: count("webhooks") },
  "apiextensions.k8s.io/CustomResourceDefinition": {
    Scope: field("spec.scope"),
    Group: field("spec.group"),
    Kind: field("spec.names.kind"),
    ShortNames: joined("spec.names.shortNames"),
    ...cellsOf<CustomResourceDefinition>({
      Versions: ({ spec }) =>
        (spec?.versions ?? []).filter(({ served }) => served)
          .map(({ name, storage }) => `${name}${storage ? "(storage)" : ""}`).sort().join(","),
      Established: ({ status }) =>
        status?.conditions?.some(({ type, status }) => type === "Established" && status === "True") ?? false,
    }),
  },
  "apiregistration.k8s.io/APIService": cellsOf<APIService>({
    Service: ({ spec }) => spec?.service ? `${spec.service.namespace}/${spec.service.name}` : "Local",
    Available: ({ status }) => {
      const available = status?.conditions?.find(({ type }) => type === "Available");
      if (!available) return "Unknown";
      const { status: holds, reason } = available;
      return holds === "True" || !reason ? holds : `${holds} (${reason})`;
    },
  }),
  "certificates.k8s.io/CertificateSigningRequest": {
    SignerName: field("spec.signerName", "<none>"),
    Requestor: field("spec.username"),
    ...cellsOf<CertificateSigningRequest>({
      RequestedDuration: ({ spec: { expirationSeconds: seconds } }) =>
        seconds === undefined ? "<none>" : humanDuration(seconds * 1000),
      Condition: requestCondition,
    }),
  },
  "certificates.k8s.io/ClusterTrustBundle": { SignerName: field("spec.signerName", "<none>") },
  "certificates.k8s.io/PodCertificateRequest": {
    PodName: field("spec.podName"),
    ServiceAccountName: field("spec.serviceAccountName"),
    NodeName: field("spec.nodeName"),
    SignerName: field("spec.signerName"),
    ...cellsOf<PodCertificateRequest>({
      State: ({ status }) =>
        status?.conditions?.findLast(({ type }) => ["Issued", "Denied", "Failed"].includes(type))?.type ?? "Pending",
      UnverifiedUserAnnotations: ({ spec }) => labelsText(spec.unverifiedUserAnnotations),
    }),
  },
  "coordination.k8s.io/Lease": { Holder: field("spec.holderIdentity") },
  // Stored as one of the core group, by which its tables are made.
  "events.k8s.io/Event": EVENT,
  "flowcontrol.apiserver.k8s.io/FlowSchema": {
    PriorityLevel: field("spec.priorityLevelConfiguration.name"),
    MatchingPrecedence: field("spec.matchingPrecedence", 0),
    DistinguisherMethod: field("spec.distinguisherMethod.type", "<none>"),
    ...cellsOf<FlowSchema>({
      MissingPL: ({ status }) => status?.conditions?.find(({ type }) => type === "Dangling")?.status ?? "?",
    }),
  },
  "flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration": {
    Type: field("spec.type"),
    NominalConcurrencyShares: field("spec.limited.nominalConcurrencyShares", "<none>"),
    Queues: field("spec.limited.limitResponse.queuing.queues", "<none>"),
    HandSize: field("spec.limited.limitResponse.queuing.handSize", "<none>"),
    QueueLengthLimit: field("spec.limited.limitResponse.queuing.queueLengthLimit", "<none>"),
  },
  "node.k8s.io/RuntimeClass": { Handler: field("handler") },
  "policy/PodDisruptionBudget": {
    "Min Available": (object) => String(field("spec.minAvailable", "N/A")(object, 0, [])),
    "Max Unavailable": (object) => String(field("spec.maxUnavailable", "N/A")(object, 0, [])),
    "Allowed Disruptions": field("status.disruptionsAllowed", 0),
  },
  "rbac.authorization.k8s.io/ClusterRoleBinding": BINDING,
  "rbac.authorization.k8s.io/RoleBinding": BINDING,
  "resource.k8s.io/DeviceTaintRule": {
    Key: field("spec.taint.key"),
    Value: field("spec.taint.value"),
    Effect: field("spec.taint.effect"),
    TimeAdded: since("spec.taint.timeAdded", ""),
  },
  "resource.k8s.io/ResourceClaim": cellsOf<ResourceClaim>({
    State: ({ metadata, status }) => {
      const isDeleted = Boolean(metadata?.deletionTimestamp);
      const states = status?.allocation
        ? ["allocated", ...status.reservedFor?.length ? ["reserved"] : []]
        : isDeleted
        ? []
        : ["pending"];
      return [...isDeleted ? ["deleted"] : [], ...states].join(",");
    },
  }),
  "resource.k8s.io/ResourceSlice": {
    Node: field("spec.nodeName"),
    Driver: field("spec.driver"),
    Pool: field("spec.pool.name"),
  },
  "scheduling.k8s.io/PriorityClass": {
    Value: field("value", 0),
    "Global-Default": field("globalDefault", false),
    PreemptionPolicy: field("preemptionPolicy"),
  },
  "storagemigration.k8s.io/StorageVersionMigration": cellsOf<StorageVersionMigration>({
    Resource: ({ spec }) => `${spec?.resource.resource}${spec?.resource.group ? `.${spec.resource.group}` : ""}`,
    Status: ({ status }) =>
      status?.conditions?.findLast(({ type, status }) =>
        status === "True" && ["Running", "Failed", "Succeeded"].includes(type)
      )?.type ?? "Unknown",
  }),
};

function subjects({ subjects = [] }: ClusterRoleBinding, wanted: string): string {
  return subjects.filter(({ kind }) => kind === wanted)
    .map(({ namespace, name }) => wanted === "ServiceAccount" ? `${namespace}/${name}` : name).join(", ");
}

function nodeStatus({ spec, status }: Node): string {
  const ready = status?.conditions?.findLast(({ type }) => type === "Ready");
  const state = ready ? (ready.status === "True" ? "Ready" : "NotReady") : "Unknown";
  return spec?.unschedulable ? `${state},SchedulingDisabled` : state;
}

function nodeRoles({ metadata }: Node): string {
  const prefix = "node-role.kubernetes.io/";
  const roles = Object.entries(metadata?.labels ?? {}).map(([key, value]) => {
    return key.startsWith(prefix) ? key.slice(prefix.length) : key === "kubernetes.io/role" ? value : "";
  });
  return [...new Set(roles)].filter(Boolean).sort().join(",") || "<none>";
}

function nodeAddress({ status }: Node, wanted: string): string {
  return status?.addresses?.find(({ type }) => type === wanted)?.address ?? "<none>";
}

function quotaText({ status = {} }: ResourceQuota, limits: boolean): string {
  const { hard = {}, used = {} } = status;
  return Object.keys(hard).filter((name) => name.startsWith("limits.") === limits).sort()
    .map((name) => `${name}: ${used[name] ?? "0"}/${hard[name]}`).join(", ");
}

function requestCondition({ status }: CertificateSigningRequest): string {
  const has = (wanted: string) => status?.conditions?.some(({ type }) => type === wanted) ?? false;
  const states = [has("Denied") ? "Denied" : has("Approved") ? "Approved" : "Pending"];
  if (has("Failed")) states.push("Failed");
  if (status?.certificate) states.push("Issued");
  return states.join(",");
}

/** Writes a selector as Go's `String()` does. */
function selectorDump({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const labels = Object.entries(matchLabels).sort().map(([key, value]) => `${key}: ${value},`).join("");
  const expressions = matchExpressions.map(({ key, operator, values = [] }) =>
    `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(" ")}],},`
  ).join("");
  return `&LabelSelector{MatchLabels:map[string]string{${labels}},` +
    `MatchExpressions:[]LabelSelectorRequirement{${expressions}},}`;
}
