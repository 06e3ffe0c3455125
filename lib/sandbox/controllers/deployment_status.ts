/**
 * What the status of a Deployment says, as a function of its ReplicaSets.
 *
 * @module
 */

import type { DeepReadonly } from "../../base/deep_readonly.ts";
import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from "../../kinds/apps/v1.ts";
import type { Live } from "../../kube/live.ts";
import { setCondition } from "./controller.ts";
import { scaledValue } from "./selectors.ts";

/** The ReplicaSets of a Deployment. */
export interface Revisions {
  /** That of the present template, if it was made. */
  readonly newest: Live<ReplicaSet> | undefined;
  /** Those of former templates, oldest first. */
  readonly old: readonly Live<ReplicaSet>[];
}

type Status = DeepReadonly<DeploymentStatus>;
type Conditions = readonly DeepReadonly<DeploymentCondition>[];

/**
 * Tells the bounds of a rolling update.
 *
 * @param deployment The Deployment.
 * @returns How many Pods there may be too many, and how many may be unavailable.
 */
export function boundsOf({ spec }: Live<Deployment>): { maxSurge: number; maxUnavailable: number } {
  const { replicas = 1, strategy } = spec;
  if (strategy?.type === "Recreate" || replicas === 0) return { maxSurge: 0, maxUnavailable: 0 };
  const { maxSurge = "25%", maxUnavailable = "25%" } = strategy?.rollingUpdate ?? {};
  const surge = scaledValue(maxSurge, replicas, Math.ceil);
  const unavailable = scaledValue(maxUnavailable, replicas, Math.floor);
  // As nothing could ever move.
  if (surge === 0 && unavailable === 0) return { maxSurge: 0, maxUnavailable: 1 };
  return { maxSurge: surge, maxUnavailable: Math.min(unavailable, replicas) };
}

/**
 * Adds the Pods up that ReplicaSets ought to have.
 *
 * @param sets The ReplicaSets.
 * @returns The sum.
 */
export function wantedReplicas(sets: readonly Live<ReplicaSet>[]): number {
  return sets.reduce((sum, { spec }) => sum + (spec.replicas ?? 1), 0);
}

/**
 * Adds the available Pods of ReplicaSets up.
 *
 * @param sets The ReplicaSets.
 * @returns The sum.
 */
export function availableReplicas(sets: readonly Live<ReplicaSet>[]): number {
  return sets.reduce((sum, { status }) => sum + (status?.availableReplicas ?? 0), 0);
}

/**
 * Makes the status of a Deployment, without news of its progress.
 *
 * @param deployment The Deployment.
 * @param revisions Its ReplicaSets.
 * @param now The present.
 * @returns The status.
 */
export function deploymentStatus(deployment: Live<Deployment>, { newest, old }: Revisions, now: string): Status {
  const all = newest ? [...old, newest] : old;
  const available = availableReplicas(all);
  const sum = (count: "replicas" | "readyReplicas" | "terminatingReplicas") =>
    all.reduce((total, { status }) => total + (status?.[count] ?? 0), 0);
  const { replicas = 1 } = deployment.spec;
  const isAvailable = available >= replicas - boundsOf(deployment).maxUnavailable;
  const conditions = withCondition(deployment.status?.conditions, now, {
    type: "Available",
    status: isAvailable ? "True" : "False",
    reason: isAvailable ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
    message: isAvailable ? "Deployment has minimum availability." : "Deployment does not have minimum availability.",
  });
  const counts = {
    availableReplicas: available,
    readyReplicas: sum("readyReplicas"),
    replicas: sum("replicas"),
    unavailableReplicas: Math.max(0, wantedReplicas(all) - available),
    updatedReplicas: newest?.status?.replicas ?? 0,
  };
  const { collisionCount } = deployment.status ?? {};
  return {
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    ...(collisionCount !== undefined && { collisionCount }),
    conditions,
    observedGeneration: deployment.metadata.generation!,
    terminatingReplicas: sum("terminatingReplicas"),
  };
}

/**
 * Sets a condition of a Deployment.
 *
 * @param conditions The conditions.
 * @param now The present.
 * @param condition The condition.
 * @param again Whether that it is said again is news, for `lastUpdateTime`.
 * @returns All conditions.
 */
export function withCondition(
  conditions: Conditions | undefined,
  now: string,
  condition: Pick<DeploymentCondition, "type" | "status" | "reason" | "message">,
  again = false,
): Conditions {
  const changed: Conditions = setCondition(conditions, { ...condition, lastUpdateTime: now, lastTransitionTime: now });
  if (changed === conditions && !again) return changed;
  // The last one said is the last one in the list.
  const [said, others] = [
    changed.find(({ type }) => type === condition.type)!,
    changed.filter(({ type }) => type !== condition.type),
  ];
  return [...others, again ? { ...said, lastUpdateTime: now } : said];
}

/**
 * Tells whether a Deployment is rolled out.
 *
 * @param deployment The Deployment.
 * @param status Its status.
 * @returns Whether all its Pods, and no others, are of the present template and available.
 */
export function isComplete({ spec, metadata }: Live<Deployment>, status: Status | undefined): boolean {
  const { replicas = 1 } = spec;
  return (status?.updatedReplicas ?? 0) === replicas && (status?.replicas ?? 0) === replicas &&
    (status?.availableReplicas ?? 0) === replicas && (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
}

/**
 * Tells how a rollout gets on: the condition `Progressing`, and failures of its ReplicaSets.
 *
 * @param deployment The Deployment, with its status of before.
 * @param revisions Its ReplicaSets.
 * @param status Its status of now.
 * @param nowMs The present, in milliseconds.
 * @param now The present.
 * @returns The status with these conditions, and when to look again whether it takes too long.
 */
export function progressed(
  deployment: Live<Deployment>,
  { newest, old }: Revisions,
  status: Status,
  nowMs: number,
  now: string,
): { status: Status; againMs: number | undefined } {
  const { progressDeadlineSeconds = 600 } = deployment.spec;
  const before = deployment.status?.conditions?.find(({ type }) => type === "Progressing");
  const isDone = (status.replicas ?? 0) === (status.updatedReplicas ?? 0) &&
    before?.reason === "NewReplicaSetAvailable";
  let { conditions } = status;
  let againMs: number | undefined;
  if (!isDone) {
    const subject = newest ? `ReplicaSet "${newest.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
    const set = (value: "True" | "False", reason: string, message: string, again = false) => {
      conditions = withCondition(conditions, now, { type: "Progressing", status: value, reason, message }, again);
    };
    const sinceMs = Date.parse(before?.lastUpdateTime ?? now);
    againMs = sinceMs + progressDeadlineSeconds * 1_000 - nowMs;
    if (isComplete(deployment, status)) {
      set("True", "NewReplicaSetAvailable", `${subject} has successfully progressed.`);
      againMs = undefined;
    } else if (hasMoved(deployment.status ?? {}, status)) {
      set("True", "ReplicaSetUpdated", `${subject} is progressing.`, true);
      againMs = progressDeadlineSeconds * 1_000;
    } else if (before?.reason === "ProgressDeadlineExceeded") {
      againMs = undefined;
    } else if (againMs <= 0) {
      set("False", "ProgressDeadlineExceeded", `${subject} has timed out progressing.`);
      againMs = undefined;
    }
  }
  const failure = [...(newest ? [newest] : []), ...old].flatMap(({ status }) => status?.conditions ?? [])
    .find(({ type }) => type === "ReplicaFailure");
  conditions = failure
    ? withCondition(conditions, now, {
      type: "ReplicaFailure",
      status: failure.status!,
      reason: failure.reason ?? "",
      message: failure.message ?? "",
    })
    : conditions!.filter(({ type }) => type !== "ReplicaFailure");
  return { status: { ...status, conditions }, againMs };
}

function hasMoved(before: Status, now: Status): boolean {
  const old = (status: Status) => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (now.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) || old(now) < old(before) ||
    (now.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (now.availableReplicas ?? 0) > (before.availableReplicas ?? 0);
}
