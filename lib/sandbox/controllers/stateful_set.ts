/**
 * StatefulSets: Pods with numbers, made and replaced in their order, each with claims of its own.
 *
 * @module
 */

import type { DeepReadonly } from "../../base/deep_readonly.ts";
import type { StatefulSet } from "../../kinds/apps/v1.ts";
import type { Pod } from "../../kinds/core/v1.ts";
import type { Live } from "../../kube/live.ts";
import { isTerminating } from "../../kube/owner.ts";
import { type Controller, type ControllerContext, watchControlled, watchSelf } from "./controller.ts";
import { cleanRevisions, REVISION_HASH, syncRevision } from "./controller_revisions.ts";
import { CLAIMS, CONTROLLER_REVISIONS, PODS, STATEFUL_SETS } from "./kinds.ts";
import { availableInMs, claim, earliest, hasEnded, isReady, podOf } from "./pods.ts";
import { scaledValue } from "./selectors.ts";
import { selects } from "../../kube/label_selector.ts";
import type { Writer } from "./writer.ts";

const POD_NAME = "statefulset.kubernetes.io/pod-name";
const POD_INDEX = "apps.kubernetes.io/pod-index";

/**
 * Makes the controller of StatefulSets.
 *
 * @param context What it works with.
 * @returns The controller.
 */
export function statefulSetController(context: ControllerContext): Controller {
  const { cache } = context;
  const writer = context.writer("statefulset-controller");
  return {
    name: "statefulset",
    watches: [
      watchSelf(STATEFUL_SETS),
      watchControlled(cache, PODS, STATEFUL_SETS),
      watchControlled(cache, CONTROLLER_REVISIONS, STATEFUL_SETS),
    ],
    reconcile(key) {
      const set = cache.byKey(STATEFUL_SETS, key);
      return set && !isTerminating(set) ? new StatefulSetSync(context, writer, set).run() : undefined;
    },
  };
}

/** One look at one StatefulSet. */
class StatefulSetSync {
  readonly #context: ControllerContext;
  readonly #writer: Writer;
  readonly #set: Live<StatefulSet>;

  constructor(context: ControllerContext, writer: Writer, set: Live<StatefulSet>) {
    this.#context = context;
    this.#writer = writer;
    this.#set = set;
  }

  run(): number | undefined {
    const { cache } = this.#context;
    const { selector, template, revisionHistoryLimit = 10 } = this.#set.spec;
    claim(cache, this.#writer, PODS, this.#set, (labels) => selects(selector, labels));
    const update = syncRevision(cache, this.#writer, this.#set, template).metadata.name;
    const current = this.#set.status?.currentRevision ?? update;
    this.#place(current, update);
    const againMs = this.#tell(current, update);
    cleanRevisions(cache, this.#writer, this.#set, this.#pods, revisionHistoryLimit);
    return againMs;
  }

  get #pods(): Live<Pod>[] {
    return this.#context.cache.controlledBy(PODS, this.#set).toSorted((a, b) => ordinalOf(a) - ordinalOf(b));
  }

  get #ordinals(): number[] {
    const { replicas = 1, ordinals } = this.#set.spec;
    return Array.from({ length: replicas }, (_, i) => (ordinals?.start ?? 0) + i);
  }

  get #isParallel(): boolean {
    return this.#set.spec.podManagementPolicy === "Parallel";
  }

  /** Does the next thing that is to be done; in order, that is one at a time. */
  #place(current: string, update: string): void {
    const wanted = this.#ordinals;
    for (const ordinal of wanted) {
      const pod = this.#pods.find((pod) => ordinalOf(pod) === ordinal);
      if (!pod) this.#create(ordinal, this.#isFormer(ordinal, current) ? current : update);
      else if (hasEnded(pod) && !isTerminating(pod)) this.#delete(pod);
      else this.#ensureClaims(ordinal);
      const now = this.#pods.find((pod) => ordinalOf(pod) === ordinal);
      if (!this.#isParallel && !(now && this.#isAvailable(now))) return;
    }
    const surplus = this.#pods.filter((pod) => !wanted.includes(ordinalOf(pod))).reverse();
    for (const pod of surplus) {
      if (!isTerminating(pod)) this.#delete(pod);
      if (!this.#isParallel) return;
    }
    this.#update(update);
  }

  /** Replaces Pods of former revisions, the last one first. */
  #update(update: string): void {
    const { updateStrategy } = this.#set.spec;
    if (updateStrategy?.type === "OnDelete") return;
    const { partition = 0, maxUnavailable = 1 } = updateStrategy?.rollingUpdate ?? {};
    const wanted = this.#ordinals;
    let room = Math.max(1, scaledValue(maxUnavailable, wanted.length, Math.ceil));
    room -= wanted.length -
      this.#pods.filter((pod) => wanted.includes(ordinalOf(pod)) && this.#isAvailable(pod)).length;
    for (const pod of this.#pods.toReversed()) {
      if (ordinalOf(pod) - (this.#set.spec.ordinals?.start ?? 0) < partition) return;
      if (isTerminating(pod) || pod.metadata.labels?.[REVISION_HASH] === update) continue;
      const isBroken = !this.#isAvailable(pod);
      if (!isBroken && room <= 0) return;
      if (!isBroken) room--;
      this.#delete(pod);
    }
  }

  #isFormer(ordinal: number, current: string): boolean {
    const { partition = 0 } = this.#set.spec.updateStrategy?.rollingUpdate ?? {};
    return ordinal - (this.#set.spec.ordinals?.start ?? 0) < partition &&
      this.#context.cache.get(CONTROLLER_REVISIONS, this.#set.metadata.namespace, current) !== undefined;
  }

  #isAvailable(pod: Live<Pod>): boolean {
    return !isTerminating(pod) &&
      availableInMs(pod, this.#set.spec.minReadySeconds ?? 0, this.#context.clock.now()) <= 0;
  }

  #create(ordinal: number, revision: string): void {
    this.#ensureClaims(ordinal);
    const { name } = this.#set.metadata;
    const podName = `${name}-${ordinal}`;
    const stored = this.#context.cache.get(CONTROLLER_REVISIONS, this.#set.metadata.namespace, revision)!;
    const { template } = (stored.data as unknown as { spec: StatefulSet["spec"] }).spec;
    const { metadata, spec } = podOf(template, this.#set, { name: podName });
    const own = (this.#set.spec.volumeClaimTemplates ?? []).map(({ metadata }) => ({
      name: metadata!.name!,
      persistentVolumeClaim: { claimName: claimName(metadata!.name!, podName) },
    }));
    const others = (spec!.volumes ?? []).filter((volume) => own.every(({ name }) => name !== volume.name));
    const volumes = [...own, ...others];
    this.#writer.create(PODS, {
      metadata: {
        ...metadata,
        labels: { ...metadata!.labels, [POD_INDEX]: String(ordinal), [REVISION_HASH]: revision, [POD_NAME]: podName },
      },
      spec: {
        ...spec!,
        hostname: podName,
        ...(this.#set.spec.serviceName && { subdomain: this.#set.spec.serviceName }),
        ...(volumes.length > 0 && { volumes }),
      },
    });
    this.#event("SuccessfulCreate", `create Pod ${podName} in StatefulSet ${name} successful`);
  }

  #ensureClaims(ordinal: number): void {
    const { name, namespace } = this.#set.metadata;
    for (const { metadata, spec } of this.#set.spec.volumeClaimTemplates ?? []) {
      const claim = claimName(metadata!.name!, `${name}-${ordinal}`);
      if (this.#context.cache.get(CLAIMS, namespace, claim)) continue;
      const labels = { ...metadata!.labels, ...this.#set.spec.selector.matchLabels };
      const { annotations } = metadata!;
      this.#writer.create(CLAIMS, {
        metadata: { name: claim, namespace, labels, ...(annotations && { annotations }) },
        ...(spec && { spec }),
      });
      this.#event("SuccessfulCreate", `create Claim ${claim} Pod ${name}-${ordinal} in StatefulSet ${name} success`);
    }
  }

  #delete(pod: Live<Pod>): void {
    this.#writer.delete(pod);
    this.#event(
      "SuccessfulDelete",
      `delete Pod ${pod.metadata.name} in StatefulSet ${this.#set.metadata.name} successful`,
    );
  }

  #event(reason: string, message: string): void {
    this.#writer.event(this.#set, "Normal", reason, message);
  }

  #tell(current: string, update: string): number | undefined {
    const pods = this.#pods;
    const { spec, metadata } = this.#set;
    const { replicas = 1, updateStrategy, minReadySeconds = 0 } = spec;
    const live = pods.filter((pod) => !isTerminating(pod));
    const of = (revision: string) =>
      live.filter(({ metadata }) => metadata.labels?.[REVISION_HASH] === revision).length;
    const waits = live.map((pod) => availableInMs(pod, minReadySeconds, this.#context.clock.now()));
    const readyReplicas = live.filter(isReady).length;
    const isDone = of(update) === replicas && readyReplicas === replicas && pods.length === replicas;
    const isRolling = updateStrategy?.type !== "OnDelete";
    const currentRevision = isDone && isRolling ? update : current;
    const counts = {
      currentReplicas: of(currentRevision),
      readyReplicas,
      updatedReplicas: of(update),
    };
    const stored = this.#context.cache.get(STATEFUL_SETS, metadata.namespace, metadata.name)!;
    const status: DeepReadonly<Record<string, unknown>> = {
      availableReplicas: waits.filter((ms) => ms <= 0).length,
      collisionCount: stored.status?.collisionCount ?? 0,
      currentRevision,
      ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
      observedGeneration: metadata.generation!,
      replicas: pods.length,
      updateRevision: update,
    };
    this.#writer.updateStatus(stored, status);
    return earliest(waits);
  }
}

function claimName(template: string, pod: string): string {
  return `${template}-${pod}`;
}

function ordinalOf({ metadata }: Live<Pod>): number {
  return Number(/-(\d+)$/.exec(metadata.name)?.[1] ?? -1);
}
