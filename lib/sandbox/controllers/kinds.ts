/**
 * The kinds that controllers work with, as keys by which their objects are stored.
 *
 * @module
 */

import type { ControllerRevision, DaemonSet, Deployment, ReplicaSet, StatefulSet } from "../../kinds/apps/v1.ts";
import type { CronJob, Job } from "../../kinds/batch/v1.ts";
import type { Lease } from "../../kinds/coordination/v1.ts";
import type {
  ConfigMap,
  Endpoints,
  Event,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  ReplicationController,
  ResourceQuota,
  Service,
  ServiceAccount,
} from "../../kinds/core/v1.ts";
import type { EndpointSlice } from "../../kinds/discovery/v1.ts";
import type { PodDisruptionBudget } from "../../kinds/policy/v1.ts";
import type { StorageClass } from "../../kinds/storage/v1.ts";
import type { KubeObject } from "../../kube/object.ts";

/**
 * Names a kind.
 *
 * @typeParam T The type of its objects.
 */
export interface KindKey<T extends KubeObject> {
  /** Group and version. */
  readonly apiVersion: string;
  /** The kind. */
  readonly kind: string;
  /** Under what its objects are stored. */
  readonly storedAs: string;
  /** @ignore From it the compiler knows `T`. */
  readonly example?: T;
}

/** Deployments. */
export const DEPLOYMENTS: KindKey<Deployment> = key("apps", "v1", "Deployment");
/** ReplicaSets. */
export const REPLICA_SETS: KindKey<ReplicaSet> = key("apps", "v1", "ReplicaSet");
/** StatefulSets. */
export const STATEFUL_SETS: KindKey<StatefulSet> = key("apps", "v1", "StatefulSet");
/** DaemonSets. */
export const DAEMON_SETS: KindKey<DaemonSet> = key("apps", "v1", "DaemonSet");
/** ControllerRevisions. */
export const CONTROLLER_REVISIONS: KindKey<ControllerRevision> = key("apps", "v1", "ControllerRevision");
/** Jobs. */
export const JOBS: KindKey<Job> = key("batch", "v1", "Job");
/** CronJobs. */
export const CRON_JOBS: KindKey<CronJob> = key("batch", "v1", "CronJob");
/** Leases. */
export const LEASES: KindKey<Lease> = key("coordination.k8s.io", "v1", "Lease");
/** EndpointSlices. */
export const ENDPOINT_SLICES: KindKey<EndpointSlice> = key("discovery.k8s.io", "v1", "EndpointSlice");
/** PodDisruptionBudgets. */
export const DISRUPTION_BUDGETS: KindKey<PodDisruptionBudget> = key("policy", "v1", "PodDisruptionBudget");
/** StorageClasses. */
export const STORAGE_CLASSES: KindKey<StorageClass> = {
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  storedAs: "storage.k8s.io/storageclasses",
};
/** ConfigMaps. */
export const CONFIG_MAPS: KindKey<ConfigMap> = key("", "v1", "ConfigMap");
/** Endpoints. */
export const ENDPOINTS: KindKey<Endpoints> = { apiVersion: "v1", kind: "Endpoints", storedAs: "/endpoints" };
/** Events. */
export const EVENTS: KindKey<Event> = key("", "v1", "Event");
/** Namespaces. */
export const NAMESPACES: KindKey<Namespace> = key("", "v1", "Namespace");
/** Nodes. */
export const NODES: KindKey<Node> = key("", "v1", "Node");
/** PersistentVolumes. */
export const VOLUMES: KindKey<PersistentVolume> = key("", "v1", "PersistentVolume");
/** PersistentVolumeClaims. */
export const CLAIMS: KindKey<PersistentVolumeClaim> = key("", "v1", "PersistentVolumeClaim");
/** Pods. */
export const PODS: KindKey<Pod> = key("", "v1", "Pod");
/** ReplicationControllers. */
export const REPLICATION_CONTROLLERS: KindKey<ReplicationController> = key("", "v1", "ReplicationController");
/** ResourceQuotas. */
export const QUOTAS: KindKey<ResourceQuota> = key("", "v1", "ResourceQuota");
/** Services. */
export const SERVICES: KindKey<Service> = key("", "v1", "Service");
/** ServiceAccounts. */
export const SERVICE_ACCOUNTS: KindKey<ServiceAccount> = key("", "v1", "ServiceAccount");

function key<T extends KubeObject>(group: string, version: string, kind: string): KindKey<T> {
  const apiVersion = group === "" ? version : `${group}/${version}`;
  return { apiVersion, kind, storedAs: `${group}/${kind.toLowerCase()}s` };
}
