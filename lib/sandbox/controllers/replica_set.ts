/**
 * ReplicaSets and ReplicationControllers: as many Pods as wanted.
 *
 * @module
 */

import type { ReplicaSet } from "../../kinds/apps/v1.ts";
import type { Pod } from "../../kinds/core/v1.ts";
import type { LabelSelector } from "../../kinds/meta/v1.ts";
import type { Live } from "../../kube/live.ts";
import type { KubeObject } from "../../kube/object.ts";
import { isTerminating } from "../../kube/owner.ts";
import {
  type AnyCondition,
  type Controller,
  type ControllerContext,
  setCondition,
  timestamp,
  type Watch,
  watchControlled,
  watchSelf,
} from "./controller.ts";
import { type KindKey, PODS, REPLICA_SETS, REPLICATION_CONTROLLERS } from "./kinds.ts";
import {
  availableInMs,
  claim,
  compareForDeletion,
  createPod,
  deletePod,
  earliest,
  hasEnded,
  isActive,
  isReady,
  podOf,
} from "./pods.ts";
import { matchesMap } from "./selectors.ts";
import { selects } from "../../kube/label_selector.ts";
import { statusOf } from "./writer.ts";
import type { Writer } from "./writer.ts";
import type { Cache } from "./cache.ts";
import type { Clock } from "../../base/clock.ts";

// A ReplicationController differs in its selector alone.
type Replicated = Live<ReplicaSet>;

/**
 * Makes the controller of ReplicaSets.
 *
 * @param context What it works with.
 * @returns The controller.
 */
export function replicaSetController(context: ControllerContext): Controller {
  return controllerFor(context, REPLICA_SETS, "replicaset");
}

/**
 * Makes the controller of ReplicationControllers.
 *
 * @param context What it works with.
 * @returns The controller.
 */
export function replicationController(context: ControllerContext): Controller {
  return controllerFor(context, REPLICATION_CONTROLLERS as KindKey<KubeObject> as KindKey<ReplicaSet>, "replication");
}

function controllerFor(
  context: ControllerContext,
  kind: KindKey<ReplicaSet>,
  name: string,
): Controller {
  return new ReplicaSetController(context, kind, name);
}

class ReplicaSetController implements Controller {
  readonly name: string;
  readonly watches: readonly Watch[];
  readonly #cache: Cache;
  readonly #clock: Clock;
  readonly #writer: Writer;
  readonly #kind: KindKey<ReplicaSet>;

  constructor(context: ControllerContext, kind: KindKey<ReplicaSet>, name: string) {
    const { cache, clock } = context;
    const writer = context.writer(`${name}-controller`);
    this.watches = [watchSelf(kind), watchControlled(cache, PODS, kind)];
    this.#cache = cache;
    this.#clock = clock;
    this.#writer = writer;
    this.#kind = kind;
    this.name = name;
  }

  reconcile(key: string): number | undefined {
    const set = this.#cache.byKey(this.#kind, key);
    if (!set) return undefined;
    const matches = (labels: Readonly<Record<string, string>> | undefined) => matchesSelector(set, labels);
    let failure: { reason: string; error: unknown } | undefined;
    const pods = claim(this.#cache, this.#writer, PODS, set, matches);
    try {
      if (!isTerminating(set)) this.#scale(set, pods.filter(isActive));
    } catch (error) {
      if (!statusOf(error)) throw error;
      failure = { reason: "FailedCreate", error };
    }
    const owned = claim(this.#cache, this.#writer, PODS, set, matches).filter((pod) => !hasEnded(pod));
    const { minReadySeconds = 0 } = set.spec;
    const waits = owned.filter(isActive).map((pod) => availableInMs(pod, minReadySeconds, this.#clock.now()));
    const current = this.#cache.byKey(this.#kind, key)!;
    this.#writer.updateStatus(
      current,
      this.#statusOfSet(current, owned, waits.filter((ms) => ms <= 0).length, failure),
    );
    if (failure) throw failure.error;
    return earliest(waits);
  }

  #scale(set: Replicated, active: readonly Live<Pod>[]): void {
    const { replicas = 1, template } = set.spec;
    for (let i = active.length; i < replicas; i++) {
      createPod(this.#writer, set, podOf(template!, set, { generateName: `${set.metadata.name}-` }));
    }
    const surplus = active.toSorted(compareForDeletion).slice(0, Math.max(0, active.length - replicas));
    for (const pod of surplus) deletePod(this.#writer, set, pod);
  }

  #statusOfSet(
    set: Replicated,
    owned: readonly Live<Pod>[],
    availableReplicas: number,
    failure: { reason: string; error: unknown } | undefined,
  ): Readonly<Record<string, unknown>> {
    const active = owned.filter(isActive);
    const labels = set.spec.template?.metadata?.labels ?? {};
    const known = set.status?.conditions ?? [];
    const others = known.filter(({ type }) => type !== "ReplicaFailure");
    // One that is known is kept: its message names a Pod, and each attempt makes another name.
    const conditions = !failure ? others : others.length < known.length ? known : setCondition<AnyCondition>(known, {
      type: "ReplicaFailure",
      status: "True",
      reason: failure.reason,
      message: statusOf(failure.error)?.message ?? "",
      lastTransitionTime: timestamp(this.#clock),
    });
    return {
      ...(availableReplicas > 0 && { availableReplicas }),
      ...(conditions.length > 0 && { conditions }),
      ...countIf("fullyLabeledReplicas", active.filter(({ metadata }) => matchesMap(labels, metadata.labels)).length),
      observedGeneration: set.metadata.generation!,
      ...countIf("readyReplicas", active.filter(isReady).length),
      replicas: active.length,
      ...(set.kind === "ReplicaSet" && { terminatingReplicas: owned.length - active.length }),
    };
  }
}

function matchesSelector(set: Replicated, labels: Readonly<Record<string, string>> | undefined): boolean {
  const { selector = {} } = set.spec;
  return set.kind === REPLICA_SETS.kind
    ? selects(selector as LabelSelector, labels)
    : matchesMap(selector as Readonly<Record<string, string>>, labels);
}

// What is zero is left out, as Go does.
function countIf(name: string, count: number): Readonly<Record<string, number>> {
  return count > 0 ? { [name]: count } : {};
}
