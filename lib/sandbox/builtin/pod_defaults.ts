/**
 * The defaults of Pods, and of all that makes Pods.
 *
 * @module
 */

import type { Part, TypeDefaults } from "../schema/typed_walk.ts";

/** The defaults by type. */
export const POD_DEFAULTS: Readonly<Record<string, TypeDefaults>> = {
  "core/v1.Pod": setPodDefaults,
  "core/v1.PodStatus": syncPodAddresses,
  "core/v1.PodSpec": setPodSpecDefaults,
  "core/v1.Container": setContainerDefaults,
  "core/v1.EphemeralContainer": setContainerDefaults,
  "core/v1.Volume": setVolumeDefaults,
  "core/v1.Probe": { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
  "core/v1.HTTPGetAction": { path: "/", scheme: "HTTP" },
  "core/v1.ObjectFieldSelector": { apiVersion: "v1" },
  "core/v1.SecretVolumeSource": { defaultMode: 0o644 },
  "core/v1.ConfigMapVolumeSource": { defaultMode: 0o644 },
  "core/v1.DownwardAPIVolumeSource": { defaultMode: 0o644 },
  "core/v1.ProjectedVolumeSource": { defaultMode: 0o644 },
  "core/v1.ServiceAccountTokenProjection": { expirationSeconds: 3600 },
  "core/v1.HostPathVolumeSource": (source) => void (source.type ??= ""),
};

// Only of Pods: templates are kept as they are, so that controllers need not roll them out again.
function setPodDefaults({ spec }: Part): void {
  const containers: Part[] = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  if (spec.terminationGracePeriodSeconds < 0) spec.terminationGracePeriodSeconds = 1;
  for (const { resources } of containers) {
    if (resources.limits) resources.requests = { ...resources.limits, ...resources.requests };
  }
  spec.enableServiceLinks ??= true;
  if (spec.hostNetwork) {
    for (const port of containers.flatMap(({ ports = [] }) => ports)) port.hostPort ||= port.containerPort;
  }
}

function syncPodAddresses(status: Part): void {
  if (!status.podIP && status.podIPs) status.podIP = status.podIPs[0].ip;
  else if (status.podIP && status.podIPs?.[0].ip !== status.podIP) status.podIPs = [{ ip: status.podIP }];
}

function setPodSpecDefaults(spec: Part): void {
  const account = spec.serviceAccountName || spec.serviceAccount;
  if (account) spec.serviceAccountName = spec.serviceAccount = account;
  spec.dnsPolicy ||= "ClusterFirst";
  spec.restartPolicy ||= "Always";
  spec.securityContext ??= {};
  spec.terminationGracePeriodSeconds ??= 30;
  spec.schedulerName ||= "default-scheduler";
}

function setContainerDefaults(container: Part): void {
  container.imagePullPolicy ||= pullPolicy(container.image);
  container.terminationMessagePath ||= "/dev/termination-log";
  container.terminationMessagePolicy ||= "File";
}

function setVolumeDefaults(volume: Part): void {
  if (Object.keys(volume).every((field) => field === "name")) volume.emptyDir = {};
  if (volume.image) volume.image.pullPolicy ||= pullPolicy(volume.image.reference);
}

function pullPolicy(image = ""): string {
  const [, tag] = /:([^/@]*)(?:@.*)?$/.exec(image.replace(/^[^/]*:\d+\//, "")) ?? [];
  return (tag ?? (image.includes("@") ? "" : "latest")) === "latest" ? "Always" : "IfNotPresent";
}
