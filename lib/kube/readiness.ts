/**
 * Whether an object has become what its spec asks for, told from the object alone.
 *
 * The rules are those of {@link https://github.com/kubernetes-sigs/cli-utils/tree/master/pkg/kstatus | kstatus}, with
 * these additions: a Job is waited for until it is complete; a Namespace must be active, and an APIService available;
 * a lost claim has failed; and a condition that speaks of an older generation does not count.
 *
 * What it cannot see: a claim whose storage class waits for its first consumer stays `progressing` until a Pod uses it,
 * and a fresh custom resource whose controller has not written any status is `ready`.
 *
 * @module
 */

import { isJsonObject } from "../base/json.ts";
import { type Condition, describeCondition, findCondition } from "./condition.ts";
import type { LiveObject } from "./object.ts";
import { refOf } from "./object_ref.ts";
import { failed, progressing, type Readiness, ready } from "./readiness_state.ts";
import {
  daemonSetReadiness,
  deploymentReadiness,
  jobReadiness,
  podReadiness,
  replicaSetReadiness,
  statefulSetReadiness,
} from "./readiness_workloads.ts";
import { formatGroupKind } from "./resource_type.ts";

/** What the readiness of an object depends on besides the object. */
export interface ReadinessOptions {
  /** The time, in milliseconds since the epoch: a Pod has 15 s to be scheduled. */
  readonly nowMs: number;
}

type Rule = (object: LiveObject, nowMs: number) => Readiness;

const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ["Deployment.apps", deploymentReadiness],
  ["StatefulSet.apps", statefulSetReadiness],
  ["DaemonSet.apps", daemonSetReadiness],
  ["ReplicaSet.apps", replicaSetReadiness],
  ["Pod", podReadiness],
  ["Job.batch", jobReadiness],
  ["Namespace", namespaceReadiness],
  ["PersistentVolumeClaim", claimReadiness],
  ["Service", serviceReadiness],
  ["CustomResourceDefinition.apiextensions.k8s.io", crdReadiness],
  ["APIService.apiregistration.k8s.io", apiServiceReadiness],
]);

/**
 * Tells whether an object is ready.
 *
 * @param object The object as it was read.
 * @param options The time.
 * @returns The state, and why.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const metadata = { name: "web", uid: "1", resourceVersion: "7", generation: 2 };
 * const status = { observedGeneration: 2, replicas: 3, updatedReplicas: 3, availableReplicas: 1 };
 * deepStrictEqual(
 *   readinessOf({ apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { replicas: 3 }, status }, { nowMs: 0 }),
 *   { state: "progressing", reason: "1 of 3 replicas are available" },
 * );
 * ```
 */
export function readinessOf(object: LiveObject, options: ReadinessOptions): Readiness {
  const { deletionTimestamp, finalizers = [], generation } = object.metadata;
  if (deletionTimestamp !== undefined) {
    const reason = finalizers.length === 0 ? "is being deleted" : `waits for finalizers: ${finalizers.join(", ")}`;
    return { state: "terminating", reason };
  }
  const observed = isJsonObject(object.status) ? object.status.observedGeneration : undefined;
  if (generation !== undefined && observed !== undefined && observed !== generation) {
    return progressing(`generation ${observed} is observed, not yet ${generation}`);
  }
  const reconciling = findCondition(object, "Reconciling");
  if (reconciling?.status === "True") return progressing(describeCondition(reconciling));
  const stalled = findCondition(object, "Stalled");
  if (stalled?.status === "True") return failed(describeCondition(stalled));

  const rule = RULES.get(formatGroupKind(refOf(object)));
  if (rule) return rule(object, options.nowMs);
  const condition = findCondition(object, "Ready");
  return condition ? byCondition(object, condition) : ready("has nothing to wait for");
}

function namespaceReadiness(namespace: LiveObject): Readiness {
  const phase = phaseOf(namespace);
  return phase === "Active" ? ready("is active") : progressing(`phase is "${phase}"`);
}

function claimReadiness(claim: LiveObject): Readiness {
  const phase = phaseOf(claim);
  if (phase === "Bound") return ready("is bound");
  // Its volume is gone, and with it the data.
  return (phase === "Lost" ? failed : progressing)(`phase is "${phase}"`);
}

// An address of the load balancer is not waited for: where nobody provides one, it never comes.
function serviceReadiness(service: LiveObject): Readiness {
  const { type, clusterIP = "" } = (service.spec ?? {}) as { type?: string; clusterIP?: string };
  return type === "LoadBalancer" && clusterIP === "" ? progressing("has no cluster IP yet") : ready("is set up");
}

function crdReadiness(crd: LiveObject): Readiness {
  const namesAccepted = findCondition(crd, "NamesAccepted");
  const established = findCondition(crd, "Established");
  if (namesAccepted?.status === "False") return failed(describeCondition(namesAccepted));
  if (established?.status === "True") return ready("is established");
  if (established?.status === "False" && established.reason !== "Installing") {
    return failed(describeCondition(established));
  }
  return progressing("is not established yet");
}

function apiServiceReadiness(apiService: LiveObject): Readiness {
  const available = findCondition(apiService, "Available");
  return available ? byCondition(apiService, available) : progressing("its availability is not known yet");
}

function byCondition(object: LiveObject, condition: Condition): Readiness {
  const { observedGeneration, status, type } = condition;
  const { generation } = object.metadata;
  if (observedGeneration !== undefined && generation !== undefined && observedGeneration < generation) {
    return progressing(`condition "${type}" speaks of generation ${observedGeneration}, not yet of ${generation}`);
  }
  return status === "True" ? ready(`condition "${type}" is "True"`) : progressing(describeCondition(condition));
}

function phaseOf(object: LiveObject): string {
  return (object.status as { phase?: string } | undefined)?.phase ?? "";
}
