/**
 * Readiness of the kinds that run containers: Deployment, StatefulSet, DaemonSet, ReplicaSet, Pod and Job.
 *
 * The rules are those of kstatus (cli-utils `pkg/kstatus/status/core.go`), except that a Job is waited for until it is
 * complete, and that the controller must have seen the object: without that, one of zero replicas is ready too early.
 *
 * @module
 */

import { describeCondition, findCondition } from "./condition.ts";
import type { LiveObject } from "./object.ts";
import { failed, progressing, type Readiness, ready } from "./readiness_state.ts";

/** The numbers of a Deployment, StatefulSet or ReplicaSet. */
interface ReplicaStatus {
  readonly observedGeneration?: number;
  readonly replicas?: number;
  readonly updatedReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly currentReplicas?: number;
  readonly fullyLabeledReplicas?: number;
  readonly currentRevision?: string;
  readonly updateRevision?: string;
}

interface ContainerStatus {
  readonly name: string;
  readonly state?: { readonly waiting?: { readonly reason?: string } };
}

// The controller treats this deadline as none, and then leaves the condition "Progressing" out.
const NO_DEADLINE_SECONDS = 2 ** 31 - 1;

// How long the scheduler may fail to place a Pod before that counts, as in kstatus.
const SCHEDULE_WINDOW_MS = 15_000;

/**
 * Tells whether a Deployment is rolled out and available.
 *
 * @param deployment The Deployment.
 * @returns Its readiness.
 */
export function deploymentReadiness(deployment: LiveObject): Readiness {
  const { replicas: wanted = 1, progressDeadlineSeconds = NO_DEADLINE_SECONDS } = specOf<
    { replicas?: number; progressDeadlineSeconds?: number }
  >(deployment);
  const { replicas = 0, updatedReplicas = 0, readyReplicas = 0, availableReplicas = 0 } = statusOf<ReplicaStatus>(
    deployment,
  );
  const progress = findCondition(deployment, "Progressing");
  const available = findCondition(deployment, "Available");

  if (progress?.reason === "ProgressDeadlineExceeded") return failed(describeCondition(progress));
  const unfinished = notObserved(deployment) ??
    tooFew(replicas, wanted, "created") ??
    tooFew(updatedReplicas, wanted, "updated") ??
    tooMany(replicas, wanted) ??
    tooFew(availableReplicas, updatedReplicas, "available") ??
    tooFew(readyReplicas, wanted, "ready");
  if (unfinished) return unfinished;

  const rolledOut = progress?.status === "True" && progress.reason === "NewReplicaSetAvailable";
  if (!rolledOut && progressDeadlineSeconds !== NO_DEADLINE_SECONDS) {
    return progressing(progress ? describeCondition(progress) : "the rollout has not begun");
  }
  if (available?.status !== "True") {
    return progressing(available ? describeCondition(available) : "its availability is not known yet");
  }
  return ready(`${count(wanted)} available`);
}

/**
 * Tells whether a StatefulSet is rolled out, down to its partition.
 *
 * @param set The StatefulSet.
 * @returns Its readiness; one that is updated by hand (`OnDelete`) is always ready.
 */
export function statefulSetReadiness(set: LiveObject): Readiness {
  const { replicas: wanted = 1, updateStrategy } = specOf<
    { replicas?: number; updateStrategy?: { type?: string; rollingUpdate?: { partition?: number } } }
  >(set);
  const status = statusOf<ReplicaStatus>(set);
  const { replicas = 0, updatedReplicas = 0, readyReplicas = 0, currentReplicas = 0 } = status;
  const partition = updateStrategy?.rollingUpdate?.partition;

  const unobserved = notObserved(set);
  if (unobserved) return unobserved;
  if (updateStrategy?.type === "OnDelete") return ready("its update strategy is OnDelete");
  const unfinished = tooFew(replicas, wanted, "created") ??
    tooFew(readyReplicas, wanted, "ready") ??
    tooMany(replicas, wanted) ??
    (partition === undefined
      ? tooFew(currentReplicas, wanted, "current")
      : tooFew(updatedReplicas, wanted - partition, "updated"));
  if (unfinished) return unfinished;
  if (partition === undefined && status.currentRevision !== status.updateRevision) {
    return progressing("the rollout of the latest revision is not complete");
  }
  return ready(`${count(wanted)} ready`);
}

/**
 * Tells whether a DaemonSet runs on all nodes that it should run on.
 *
 * @param set The DaemonSet.
 * @returns Its readiness.
 */
export function daemonSetReadiness(set: LiveObject): Readiness {
  const status = statusOf<Readonly<Record<string, number | undefined>>>(set);
  const wanted = status.desiredNumberScheduled;
  const unobserved = notObserved(set);
  if (unobserved) return unobserved;
  if (wanted === undefined) return progressing("its number of nodes is not known yet");
  return tooFew(status.currentNumberScheduled ?? 0, wanted, "scheduled") ??
    tooFew(status.updatedNumberScheduled ?? 0, wanted, "updated") ??
    tooFew(status.numberAvailable ?? 0, wanted, "available") ??
    tooFew(status.numberReady ?? 0, wanted, "ready") ??
    ready(`${count(wanted)} ready`);
}

/**
 * Tells whether a ReplicaSet has all its replicas.
 *
 * @param set The ReplicaSet.
 * @returns Its readiness; never `failed`, as what keeps it from making Pods may pass.
 */
export function replicaSetReadiness(set: LiveObject): Readiness {
  const { replicas: wanted = 1 } = specOf<{ replicas?: number }>(set);
  const { replicas = 0, readyReplicas = 0, availableReplicas = 0, fullyLabeledReplicas = 0 } = statusOf<ReplicaStatus>(
    set,
  );
  const failure = findCondition(set, "ReplicaFailure");
  if (failure?.status === "True") return progressing(describeCondition(failure));
  return notObserved(set) ??
    tooFew(fullyLabeledReplicas, wanted, "labeled") ??
    tooFew(availableReplicas, wanted, "available") ??
    tooFew(readyReplicas, wanted, "ready") ??
    tooMany(replicas, wanted) ??
    ready(`${count(wanted)} available`);
}

/**
 * Tells whether a Pod runs and is ready, or has ended.
 *
 * @param pod The Pod.
 * @param nowMs The time, in milliseconds since the epoch; it decides for how long a Pod has been unschedulable.
 * @returns Its readiness.
 */
export function podReadiness(pod: LiveObject, nowMs: number): Readiness {
  const { phase = "", containerStatuses = [], initContainerStatuses = [] } = statusOf<
    { phase?: string; containerStatuses?: ContainerStatus[]; initContainerStatuses?: ContainerStatus[] }
  >(pod);
  if (phase === "Succeeded") return ready("has completed");
  // kstatus counts this as current: a bare Pod has ended for good, however it ended.
  if (phase === "Failed") return ready("has ended with a failure");

  const waiting = [...initContainerStatuses, ...containerStatuses].find(waitingReason);
  const reason = waiting && describeWaiting(waiting);
  if (phase === "Running") {
    const condition = findCondition(pod, "Ready");
    if (condition?.status === "True") return ready("is ready");
    const looping = containerStatuses.find((container) => waitingReason(container) === "CrashLoopBackOff");
    if (looping) return failed(describeWaiting(looping));
    return progressing(reason ?? (condition ? describeCondition(condition) : "is running, but not ready"));
  }
  const scheduled = findCondition(pod, "PodScheduled");
  if (phase === "Pending" && scheduled?.status === "False" && scheduled.reason === "Unschedulable") {
    const ageMs = nowMs - Date.parse(pod.metadata.creationTimestamp ?? "");
    return (ageMs >= SCHEDULE_WINDOW_MS ? failed : progressing)(describeCondition(scheduled));
  }
  return progressing(reason ?? (phase === "" ? "is not observed yet" : `phase is "${phase}"`));
}

/**
 * Tells whether a Job is complete.
 *
 * @param job The Job.
 * @returns Its readiness; a suspended Job is ready, as nothing more will happen.
 */
export function jobReadiness(job: LiveObject): Readiness {
  const { parallelism = 1, completions = parallelism, suspend = false } = specOf<
    { parallelism?: number; completions?: number; suspend?: boolean }
  >(job);
  const { startTime, succeeded = 0 } = statusOf<{ startTime?: string; succeeded?: number }>(job);
  const failure = findCondition(job, "Failed");
  if (findCondition(job, "Complete")?.status === "True") return ready("is complete");
  if (failure?.status === "True") return failed(describeCondition(failure));
  if (suspend && findCondition(job, "Suspended")?.status === "True") return ready("is suspended");
  if (startTime === undefined) return progressing("is not started yet");
  return progressing(`${succeeded} of ${completions} pods have succeeded`);
}

function notObserved(object: LiveObject): Readiness | undefined {
  return statusOf<ReplicaStatus>(object).observedGeneration === undefined
    ? progressing("is not observed yet")
    : undefined;
}

function tooFew(have: number, want: number, what: string): Readiness | undefined {
  return have < want ? progressing(`${have} of ${count(want)} ${what}`) : undefined;
}

function tooMany(have: number, want: number): Readiness | undefined {
  return have > want ? progressing(`${count(have)} there instead of ${want}`) : undefined;
}

function count(replicas: number): string {
  return replicas === 1 ? "1 replica is" : `${replicas} replicas are`;
}

function waitingReason(container: ContainerStatus): string | undefined {
  return container.state?.waiting?.reason;
}

function describeWaiting(container: ContainerStatus): string {
  return `container "${container.name}" waits: ${waitingReason(container)}`;
}

// The API server has validated these kinds, so what is there has the right type.
function specOf<T>(object: LiveObject): T {
  return (object.spec ?? {}) as T;
}

function statusOf<T>(object: LiveObject): T {
  return (object.status ?? {}) as T;
}
