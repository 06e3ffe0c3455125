/**
 * Deployments: a ReplicaSet for each template, scaled so that the present one takes over.
 *
 * @module
 */

import type { Deployment, ReplicaSet } from "../../kinds/apps/v1.ts";
import type { Live } from "../../kube/live.ts";
import { controllerOf, isTerminating } from "../../kube/owner.ts";
import {
  compareAge,
  type Controller,
  type ControllerContext,
  timestamp,
  watchControlled,
  watchSelf,
} from "./controller.ts";
import {
  DESIRED_REPLICAS,
  hasTemplateOf,
  newestAnnotations,
  newReplicaSet,
  REVISION,
  revisionNumber,
  revisionsOf,
  sizeAnnotations,
} from "./deployment_revisions.ts";
import { newestSize, oldSizes, proportionalSizes } from "./deployment_rollout.ts";
import { deploymentStatus, isComplete, progressed, type Revisions, withCondition } from "./deployment_status.ts";
import { DEPLOYMENTS, PODS, REPLICA_SETS } from "./kinds.ts";
import { claim, hasEnded } from "./pods.ts";
import { selects } from "../../kube/label_selector.ts";
import { statusOf, type Writer } from "./writer.ts";

/**
 * Makes the controller of Deployments.
 *
 * @param context What it works with.
 * @returns The controller.
 */
export function deploymentController(context: ControllerContext): Controller {
  const { cache } = context;
  const writer = context.writer("deployment-controller");
  return {
    name: "deployment",
    watches: [
      watchSelf(DEPLOYMENTS),
      watchControlled(cache, REPLICA_SETS, DEPLOYMENTS),
      // A Deployment that replaces all at once waits for its last Pod.
      {
        storedAs: PODS.storedAs,
        keys({ metadata }) {
          const owner = controllerOf({ apiVersion: "v1", kind: "Pod", metadata });
          const set = owner?.kind === "ReplicaSet"
            ? cache.get(REPLICA_SETS, metadata.namespace!, owner.name)
            : undefined;
          const deployment = set && controllerOf(set);
          return deployment ? [`${metadata.namespace}/${deployment.name}`] : [];
        },
      },
    ],
    reconcile: (key) => cache.byKey(DEPLOYMENTS, key) && new DeploymentSync(context, writer, key).run(),
  };
}

/** One look at one Deployment. */
class DeploymentSync {
  readonly #context: ControllerContext;
  readonly #writer: Writer;
  readonly #key: string;

  constructor(context: ControllerContext, writer: Writer, key: string) {
    this.#context = context;
    this.#writer = writer;
    this.#key = key;
  }

  run(): number | undefined {
    const deployment = this.#deployment;
    const { cache } = this.#context;
    claim(cache, this.#writer, REPLICA_SETS, deployment, (labels) => selects(deployment.spec.selector, labels));
    if (isTerminating(deployment)) return this.#finish(false);
    this.#notePause();
    if (deployment.spec.paused || this.#wasScaled()) {
      this.#number();
      this.#scale();
      if (deployment.spec.paused) this.#cleanUp();
      return this.#finish(false);
    }
    if (deployment.spec.strategy?.type === "Recreate") this.#recreate();
    else this.#roll();
    if (isComplete(this.#deployment, deploymentStatus(this.#deployment, this.#revisions, this.#now))) this.#cleanUp();
    return this.#finish(true);
  }

  // As every write is seen at once, these are never behind.
  get #deployment(): Live<Deployment> {
    return this.#context.cache.byKey(DEPLOYMENTS, this.#key)!;
  }

  get #revisions(): Revisions {
    return revisionsOf(this.#deployment, this.#context.cache.controlledBy(REPLICA_SETS, this.#deployment));
  }

  get #now(): string {
    return timestamp(this.#context.clock);
  }

  #finish(tellsProgress: boolean): number | undefined {
    const deployment = this.#deployment;
    const status = deploymentStatus(deployment, this.#revisions, this.#now);
    const nowMs = this.#context.clock.now();
    const { status: next, againMs } = tellsProgress
      ? progressed(deployment, this.#revisions, status, nowMs, this.#now)
      : { status, againMs: undefined };
    this.#writer.updateStatus(deployment, next);
    return againMs;
  }

  #notePause(): void {
    const { spec: { paused = false }, status } = this.#deployment;
    const condition = status?.conditions?.find(({ type }) => type === "Progressing");
    if (condition?.reason === "ProgressDeadlineExceeded") return;
    if (paused === (condition?.reason === "DeploymentPaused")) return;
    if (paused) this.#setProgress("Unknown", "DeploymentPaused", "Deployment is paused");
    else this.#setProgress("Unknown", "DeploymentResumed", "Deployment is resumed");
  }

  #setProgress(status: "True" | "False" | "Unknown", reason: string, message: string, revision?: number): void {
    const deployment = this.#deployment;
    const condition = { type: "Progressing", status, reason, message };
    const conditions = withCondition(deployment.status?.conditions, this.#now, condition);
    this.#writer.update(deployment, {
      status: { ...deployment.status, conditions },
      ...(revision !== undefined && { metadata: this.#numbered(revision) }),
    }, "status");
  }

  #numbered(revision: number): Live<Deployment>["metadata"] {
    const { metadata } = this.#deployment;
    return { ...metadata, annotations: { ...metadata.annotations, [REVISION]: String(revision) } };
  }

  #wasScaled(): boolean {
    const { newest, old } = this.#revisions;
    const wanted = String(this.#deployment.spec.replicas ?? 1);
    return [...old, ...(newest ? [newest] : [])].some(({ spec, metadata }) => {
      const desired = metadata.annotations?.[DESIRED_REPLICAS];
      return (spec.replicas ?? 1) > 0 && desired !== undefined && desired !== wanted;
    });
  }

  /** Gives the newest ReplicaSet its number, and the Deployment the same. */
  #number(): void {
    const { newest, old } = this.#revisions;
    if (!newest) return;
    const deployment = this.#deployment;
    const revision = Math.max(0, ...old.map(revisionNumber)) + 1;
    const annotations = newestAnnotations(deployment, newest.metadata.annotations ?? {}, revision);
    const { minReadySeconds } = deployment.spec;
    const { minReadySeconds: _, ...spec } = newest.spec;
    this.#writer.update(newest, {
      metadata: { ...newest.metadata, annotations },
      spec: { ...spec, ...(minReadySeconds && { minReadySeconds }) },
    });
    this.#writer.update(
      deployment,
      { metadata: this.#numbered(revisionNumber({ metadata: { annotations } })) },
      "status",
    );
    if (this.#deployment.status?.conditions?.some(({ type }) => type === "Progressing")) return;
    this.#setProgress("True", "FoundNewReplicaSet", `Found new replica set "${newest.metadata.name}"`);
  }

  /** Makes sure that there is a ReplicaSet of the present template. */
  #ensureNewest(): void {
    const { newest, old } = this.#revisions;
    if (newest) return this.#number();
    const deployment = this.#deployment;
    const revision = Math.max(0, ...old.map(revisionNumber)) + 1;
    const replicas = newestSize(deployment, undefined, old);
    const draft = newReplicaSet(deployment, replicas, revision);
    const { name, namespace } = draft.metadata as { name: string; namespace: string };
    const taken = this.#context.cache.get(REPLICA_SETS, namespace, name);
    if (taken && !hasTemplateOf(deployment, taken)) {
      const { collisionCount = 0 } = deployment.status ?? {};
      this.#writer.updateStatus(deployment, { ...deployment.status, collisionCount: collisionCount + 1 });
      return this.#ensureNewest();
    }
    this.#create(draft, name, replicas, revision);
  }

  #create(draft: ReturnType<typeof newReplicaSet>, name: string, replicas: number, revision: number): void {
    try {
      this.#writer.create(REPLICA_SETS, draft);
    } catch (error) {
      const message = `Failed to create new replica set "${name}": ${statusOf(error)?.message}`;
      if (!statusOf(error)) throw error;
      this.#setProgress("False", "ReplicaSetCreateError", message);
      this.#writer.event(this.#deployment, "Warning", "ReplicaSetCreateError", message);
      throw error;
    }
    if (replicas > 0) {
      const message = `Scaled up replica set ${name} from 0 to ${replicas}`;
      this.#writer.event(this.#deployment, "Normal", "ScalingReplicaSet", message);
    }
    this.#setProgress("True", "NewReplicaSetCreated", `Created new replica set "${name}"`, revision);
  }

  #roll(): void {
    this.#ensureNewest();
    const { newest, old } = this.#revisions;
    if (this.#resize(newest!, newestSize(this.#deployment, newest, old))) return;
    for (const [set, size] of oldSizes(this.#deployment, newest!, old)) this.#resize(set, size);
  }

  #recreate(): void {
    const { old } = this.#revisions;
    this.#number();
    const shrunk = old.filter((set) => this.#resize(set, 0));
    const pods = old.flatMap((set) => this.#context.cache.controlledBy(PODS, set));
    if (shrunk.length > 0 || pods.some((pod) => !hasEnded(pod))) return;
    this.#ensureNewest();
    this.#resize(this.#revisions.newest!, this.#deployment.spec.replicas ?? 1);
  }

  /** Follows a change of the size without moving a rollout on. */
  #scale(): void {
    const { newest, old } = this.#revisions;
    const deployment = this.#deployment;
    const { replicas = 1 } = deployment.spec;
    const all = newest ? [...old, newest] : [...old];
    const active = all.filter(({ spec }) => (spec.replicas ?? 1) > 0);
    if (active.length <= 1) {
      const only = active[0] ?? newest ?? old.toSorted(compareAge).at(-1);
      if (only) this.#resize(only, replicas);
      return;
    }
    const isSaturated = newest && (newest.spec.replicas ?? 1) === replicas &&
      newest.metadata.annotations?.[DESIRED_REPLICAS] === String(replicas) &&
      (newest.status?.availableReplicas ?? 0) === replicas;
    if (isSaturated) {
      for (const set of old) this.#resize(set, 0);
    } else if (deployment.spec.strategy?.type !== "Recreate") {
      for (const [set, size] of proportionalSizes(deployment, active)) this.#resize(set, size, true);
    }
  }

  #resize(set: Live<ReplicaSet>, size: number, notesSize = false): boolean {
    const { replicas = 1 } = set.spec;
    if (replicas === size && !notesSize) return false;
    const deployment = this.#deployment;
    const { name } = set.metadata;
    const annotations = { ...set.metadata.annotations, ...sizeAnnotations(deployment) };
    this.#writer.update(set, { metadata: { ...set.metadata, annotations }, spec: { ...set.spec, replicas: size } });
    if (replicas === size) return false;
    const message = `Scaled ${size > replicas ? "up" : "down"} replica set ${name} from ${replicas} to ${size}`;
    this.#writer.event(deployment, "Normal", "ScalingReplicaSet", message);
    return true;
  }

  #cleanUp(): void {
    const { revisionHistoryLimit = 10 } = this.#deployment.spec;
    const old = this.#revisions.old.filter((set) => !isTerminating(set))
      .toSorted((a, b) => revisionNumber(a) - revisionNumber(b));
    for (const set of old.slice(0, Math.max(0, old.length - revisionHistoryLimit))) {
      const { spec, status, metadata } = set;
      const isEmpty = (spec.replicas ?? 1) === 0 && (status?.replicas ?? 0) === 0;
      if (isEmpty && (metadata.generation ?? 0) <= (status?.observedGeneration ?? 0)) this.#writer.delete(set);
    }
  }
}
