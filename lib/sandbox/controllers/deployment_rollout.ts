/**
 * How large the ReplicaSets of a Deployment ought to be next.
 *
 * @module
 */

import type { Deployment, ReplicaSet } from "../../kinds/apps/v1.ts";
import type { Live } from "../../kube/live.ts";
import { compareAge } from "./controller.ts";
import { availableReplicas, boundsOf, wantedReplicas } from "./deployment_status.ts";

/** ReplicaSets with the sizes that they are to have. */
export type Sizes = readonly (readonly [set: Live<ReplicaSet>, size: number])[];

/**
 * Tells how large the newest ReplicaSet may be now.
 *
 * @param deployment The Deployment.
 * @param newest The ReplicaSet; absent as long as it is not made.
 * @param old Those of former templates.
 * @returns The size.
 */
export function newestSize(
  deployment: Live<Deployment>,
  newest: Live<ReplicaSet> | undefined,
  old: readonly Live<ReplicaSet>[],
): number {
  const { replicas = 1, strategy } = deployment.spec;
  const size = newest?.spec.replicas ?? 0;
  if (size >= replicas || strategy?.type === "Recreate") return replicas;
  const room = replicas + boundsOf(deployment).maxSurge - wantedReplicas(old) - size;
  return size + Math.max(0, Math.min(room, replicas - size));
}

/**
 * Tells how small the former ReplicaSets may be now: first those Pods go that are not available, then as many as the
 * others can be done without.
 *
 * @param deployment The Deployment.
 * @param newest The newest ReplicaSet.
 * @param old Those of former templates.
 * @returns Their sizes.
 */
export function oldSizes(
  deployment: Live<Deployment>,
  newest: Live<ReplicaSet>,
  old: readonly Live<ReplicaSet>[],
): Sizes {
  const { replicas = 1 } = deployment.spec;
  const minAvailable = replicas - boundsOf(deployment).maxUnavailable;
  const unavailableNew = (newest.spec.replicas ?? 1) - (newest.status?.availableReplicas ?? 0);
  let removable = wantedReplicas([newest, ...old]) - minAvailable - unavailableNew;
  let spare = availableReplicas([newest, ...old]) - minAvailable;
  return old.toSorted(compareAge).map((set) => {
    const size = set.spec.replicas ?? 1;
    const unhealthy = Math.max(0, Math.min(removable, size - (set.status?.availableReplicas ?? 0)));
    removable -= unhealthy;
    const healthy = Math.max(0, Math.min(removable, spare, size - unhealthy));
    removable -= healthy;
    spare -= healthy;
    return [set, size - unhealthy - healthy];
  });
}

/**
 * Spreads a change of the size over ReplicaSets in the middle of a rollout, each by its share.
 *
 * @param deployment The Deployment.
 * @param active The ReplicaSets that have Pods.
 * @returns Their sizes.
 */
export function proportionalSizes(deployment: Live<Deployment>, active: readonly Live<ReplicaSet>[]): Sizes {
  const { replicas = 1 } = deployment.spec;
  const allowed = replicas > 0 ? replicas + boundsOf(deployment).maxSurge : 0;
  const change = allowed - wantedReplicas(active);
  const age = change > 0 ? -1 : 1;
  const sorted = active.toSorted((a, b) => b.spec.replicas! - a.spec.replicas! || age * compareAge(a, b));
  let left = change;
  const sizes = sorted.map((set): [Live<ReplicaSet>, number] => {
    const size = set.spec.replicas ?? 1;
    const total = Number(set.metadata.annotations?.["deployment.kubernetes.io/max-replicas"] ?? replicas);
    const share = total === 0 ? -size : Math.round(size * allowed / total) - size;
    const part = change > 0 ? Math.min(Math.max(share, 0), left) : Math.max(Math.min(share, 0), left);
    left -= part;
    return [set, size + part];
  });
  return sizes.map(([set, size], i) => [set, i === 0 ? Math.max(0, size + left) : size]);
}
