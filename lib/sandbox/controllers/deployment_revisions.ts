/**
 * The ReplicaSets of a Deployment as its revisions: which is the newest, their numbers, and how a new one is made.
 *
 * @module
 */

import type { DeepReadonly } from "../../base/deep_readonly.ts";
import { jsonEquals } from "../../base/json.ts";
import type { Deployment, ReplicaSet } from "../../kinds/apps/v1.ts";
import type { PodTemplateSpec } from "../../kinds/core/v1.ts";
import type { Live } from "../../kube/live.ts";
import { compareAge } from "./controller.ts";
import { boundsOf, type Revisions } from "./deployment_status.ts";
import { controllerReference } from "./pods.ts";
import { templateHash } from "./template_hash.ts";

/** The annotation that numbers revisions. */
export const REVISION = "deployment.kubernetes.io/revision";
const REVISION_HISTORY = "deployment.kubernetes.io/revision-history";
/** The annotation that tells what size its Deployment had when a ReplicaSet was scaled. */
export const DESIRED_REPLICAS = "deployment.kubernetes.io/desired-replicas";
const MAX_REPLICAS = "deployment.kubernetes.io/max-replicas";
const HASH_LABEL = "pod-template-hash";
const NOT_INHERITED: readonly string[] = [
  "kubectl.kubernetes.io/last-applied-configuration",
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  "deprecated.deployment.rollback.to",
];

type Annotations = Readonly<Record<string, string>>;

/**
 * Tells the ReplicaSet of the present template from the others.
 *
 * @param deployment The Deployment.
 * @param sets Its ReplicaSets.
 * @returns The revisions.
 */
export function revisionsOf(deployment: Live<Deployment>, sets: readonly Live<ReplicaSet>[]): Revisions {
  const sorted = sets.toSorted(compareAge);
  const wanted = withoutHash(deployment.spec.template);
  const newest = sorted.find(({ spec }) => jsonEquals(withoutHash(spec.template ?? {}), wanted));
  return { newest, old: sorted.filter((set) => set !== newest) };
}

/**
 * Tells the number of a revision.
 *
 * @param object A ReplicaSet or a Deployment.
 * @returns Its number; 0 if it has none.
 */
export function revisionNumber(
  { metadata }: { readonly metadata: { readonly annotations?: Annotations | undefined } },
): number {
  return Number(metadata.annotations?.[REVISION] ?? 0);
}

/**
 * Makes the annotations of the newest ReplicaSet.
 *
 * @param deployment The Deployment.
 * @param before What the ReplicaSet has.
 * @param revision The number that it ought to have at least.
 * @returns The annotations.
 */
export function newestAnnotations(deployment: Live<Deployment>, before: Annotations, revision: number): Annotations {
  const inherited = Object.entries(deployment.metadata.annotations ?? {})
    .filter(([name]) => !NOT_INHERITED.includes(name));
  const current = Number(before[REVISION] ?? 0);
  const isNewer = revision > current;
  const history = before[REVISION_HISTORY];
  return {
    ...before,
    ...Object.fromEntries(inherited),
    ...(isNewer && { [REVISION]: String(revision) }),
    ...(isNewer && current > 0 && { [REVISION_HISTORY]: history ? `${history},${current}` : String(current) }),
    ...(before[DESIRED_REPLICAS] === undefined && sizeAnnotations(deployment)),
  };
}

/**
 * Makes the annotations that tell the size of a Deployment when one of its ReplicaSets was scaled.
 *
 * @param deployment The Deployment.
 * @returns The annotations.
 */
export function sizeAnnotations(deployment: Live<Deployment>): Annotations {
  const { replicas = 1 } = deployment.spec;
  return { [DESIRED_REPLICAS]: String(replicas), [MAX_REPLICAS]: String(replicas + boundsOf(deployment).maxSurge) };
}

/**
 * Makes the ReplicaSet of the present template.
 *
 * @param deployment The Deployment.
 * @param replicas How many Pods it begins with.
 * @param revision Its number.
 * @returns The ReplicaSet.
 */
export function newReplicaSet(
  deployment: Live<Deployment>,
  replicas: number,
  revision: number,
): Pick<DeepReadonly<ReplicaSet>, "metadata" | "spec"> {
  const { template, selector, minReadySeconds } = deployment.spec;
  const hash = templateHash(template, deployment.status?.collisionCount);
  const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash };
  return {
    metadata: {
      name: `${deployment.metadata.name.slice(0, 252 - hash.length)}-${hash}`,
      namespace: deployment.metadata.namespace,
      labels,
      annotations: { ...newestAnnotations(deployment, {}, revision), ...sizeAnnotations(deployment) },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas,
      ...(minReadySeconds && { minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [HASH_LABEL]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}

/**
 * Tells whether a ReplicaSet has the template of a Deployment.
 *
 * @param deployment The Deployment.
 * @param set The ReplicaSet.
 * @returns Whether it has.
 */
export function hasTemplateOf(deployment: Live<Deployment>, set: Live<ReplicaSet>): boolean {
  return jsonEquals(withoutHash(set.spec.template ?? {}), withoutHash(deployment.spec.template));
}

function withoutHash(template: DeepReadonly<PodTemplateSpec>): DeepReadonly<PodTemplateSpec> {
  const { [HASH_LABEL]: _, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}
