/**
 * DaemonSets: a Pod on every Node.
 *
 * @module
 */

import type { DaemonSet } from "../../kinds/apps/v1.ts";
import type { Node, Pod, Toleration } from "../../kinds/core/v1.ts";
import type { DeepReadonly } from "../../base/deep_readonly.ts";
import type { Live } from "../../kube/live.ts";
import { isTerminating } from "../../kube/owner.ts";
import {
  type Controller,
  type ControllerContext,
  type Watch,
  watchAround,
  watchControlled,
  watchSelf,
} from "./controller.ts";
import { cleanRevisions, REVISION_HASH, syncRevision } from "./controller_revisions.ts";
import { CONTROLLER_REVISIONS, DAEMON_SETS, NODES, PODS } from "./kinds.ts";
import { availableInMs, claim, createPod, deletePod, earliest, hasEnded, isActive, isReady, podOf } from "./pods.ts";
import { matchesMap, scaledValue } from "./selectors.ts";
import { selects } from "../../kube/label_selector.ts";
import type { Writer } from "./writer.ts";
import type { Cache } from "./cache.ts";
import type { Clock } from "../../base/clock.ts";

const GENERATION_LABEL = "pod-template-generation";
const GENERATION = "deprecated.daemonset.template.generation";
const TOLERATED = ["not-ready", "unreachable"].map((name) => [name, "NoExecute"] as const).concat(
  ["disk-pressure", "memory-pressure", "pid-pressure", "unschedulable"].map((name) => [name, "NoSchedule"] as never),
);

/**
 * Makes the controller of DaemonSets.
 *
 * @param context What it works with.
 * @returns The controller.
 */
export function daemonSetController(context: ControllerContext): Controller {
  return new DaemonSetController(context);
}

class DaemonSetController implements Controller {
  readonly name = "daemonset";
  readonly watches: readonly Watch[];
  readonly #cache: Cache;
  readonly #clock: Clock;
  readonly #writer: Writer;

  constructor(context: ControllerContext) {
    const { cache, clock } = context;
    const writer = context.writer("daemon-set-controller");
    this.watches = [
      watchSelf(DAEMON_SETS),
      watchControlled(cache, PODS, DAEMON_SETS),
      watchControlled(cache, CONTROLLER_REVISIONS, DAEMON_SETS),
      watchAround(cache, NODES, DAEMON_SETS),
    ];
    this.#cache = cache;
    this.#clock = clock;
    this.#writer = writer;
  }

  reconcile(key: string): number | undefined {
    const set = this.#cache.byKey(DAEMON_SETS, key);
    if (!set || isTerminating(set)) return undefined;
    const matches = (labels: Readonly<Record<string, string>> | undefined) => selects(set.spec.selector, labels);
    const revision = syncRevision(this.#cache, this.#writer, set, set.spec.template);
    const hash = revision.metadata.labels![REVISION_HASH]!;
    const nodes = this.#cache.list(NODES).filter((node) => suits(set, node));
    this.#place(set, claim(this.#cache, this.#writer, PODS, set, matches), nodes, hash);
    this.#update(set, claim(this.#cache, this.#writer, PODS, set, matches), nodes.length, hash);
    const pods = this.#cache.controlledBy(PODS, set);
    cleanRevisions(this.#cache, this.#writer, set, pods, set.spec.revisionHistoryLimit ?? 10);
    return this.#tell(this.#cache.byKey(DAEMON_SETS, key)!, pods.filter(isActive), nodes, hash);
  }

  #place(set: Live<DaemonSet>, pods: readonly Live<Pod>[], nodes: readonly Live<Node>[], hash: string): void {
    const names = new Set(nodes.map(({ metadata }) => metadata.name));
    const seen = new Set<string>();
    for (const pod of pods.filter((pod) => !isTerminating(pod))) {
      const node = nodeOf(pod);
      if (hasEnded(pod) || !names.has(node) || seen.has(node)) deletePod(this.#writer, set, pod);
      else seen.add(node);
    }
    const taken = new Set(this.#cache.controlledBy(PODS, set).map(nodeOf));
    for (const name of names) if (!taken.has(name)) createPod(this.#writer, set, podFor(set, name, hash));
  }

  #update(set: Live<DaemonSet>, pods: readonly Live<Pod>[], wanted: number, hash: string): void {
    const { updateStrategy, minReadySeconds = 0 } = set.spec;
    if (updateStrategy?.type === "OnDelete") return;
    const maxUnavailable = Math.max(
      1,
      scaledValue(updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, wanted, Math.ceil),
    );
    const isAvailable = (pod: Live<Pod>) =>
      isActive(pod) && availableInMs(pod, minReadySeconds, this.#clock.now()) <= 0;
    let room = maxUnavailable - (wanted - pods.filter(isAvailable).length);
    for (const pod of pods) {
      if (!isActive(pod) || pod.metadata.labels?.[REVISION_HASH] === hash) continue;
      if (isAvailable(pod) && room-- <= 0) continue;
      deletePod(this.#writer, set, pod);
    }
  }

  #tell(
    set: Live<DaemonSet>,
    pods: readonly Live<Pod>[],
    nodes: readonly Live<Node>[],
    hash: string,
  ): number | undefined {
    const waits = pods.map((pod) => availableInMs(pod, set.spec.minReadySeconds ?? 0, this.#clock.now()));
    const available = waits.filter((ms) => ms <= 0).length;
    const updated = pods.filter(({ metadata }) => metadata.labels?.[REVISION_HASH] === hash).length;
    const { collisionCount } = set.status ?? {};
    this.#writer.updateStatus(set, {
      ...(collisionCount !== undefined && { collisionCount }),
      currentNumberScheduled: pods.length,
      desiredNumberScheduled: nodes.length,
      ...(available > 0 && { numberAvailable: available }),
      numberMisscheduled: 0,
      numberReady: pods.filter(isReady).length,
      ...(nodes.length > available && { numberUnavailable: nodes.length - available }),
      observedGeneration: set.metadata.generation!,
      ...(updated > 0 && { updatedNumberScheduled: updated }),
    });
    return earliest(waits);
  }
}

function suits({ spec }: Live<DaemonSet>, node: Live<Node>): boolean {
  return matchesMap(spec.template.spec?.nodeSelector ?? {}, node.metadata.labels);
}

// The scheduler places the Pod, but only there.
function podFor(set: Live<DaemonSet>, node: string, hash: string): ReturnType<typeof podOf> {
  const { metadata, spec } = podOf(set.spec.template, set, { generateName: `${set.metadata.name}-` });
  const generation = set.metadata.annotations?.[GENERATION] ?? String(set.metadata.generation ?? 1);
  const labels = { ...metadata!.labels, [REVISION_HASH]: hash, [GENERATION_LABEL]: generation };
  const tolerations: DeepReadonly<Toleration>[] = TOLERATED.map(([name, effect]) => ({
    key: `node.kubernetes.io/${name}`,
    operator: "Exists",
    effect,
  }));
  const matchFields = [{ key: "metadata.name", operator: "In" as const, values: [node] }];
  const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] } };
  return {
    metadata: { ...metadata, labels },
    spec: {
      ...spec!,
      affinity: { ...spec!.affinity, nodeAffinity },
      tolerations: [...spec!.tolerations ?? [], ...tolerations],
    },
  };
}

function nodeOf({ spec }: Live<Pod>): string {
  const terms = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return spec?.nodeName ?? terms?.[0]?.matchFields?.[0]?.values?.[0] ?? "";
}
