/**
 * Pods as controllers see them: whether they count, and how they are made, adopted and chosen for deletion.
 *
 * @module
 */

import type { DeepReadonly } from "../../base/deep_readonly.ts";
import type { Pod, PodTemplateSpec } from "../../kinds/core/v1.ts";
import type { Live } from "../../kube/live.ts";
import type { KubeObject } from "../../kube/object.ts";
import { isOwnedBy, isTerminating, ownerReference } from "../../kube/owner.ts";
import type { Cache } from "./cache.ts";
import { type KindKey, PODS } from "./kinds.ts";
import { type AnyLive, statusOf, type Writer } from "./writer.ts";

/**
 * Tells whether a Pod has ended.
 *
 * @param pod The Pod.
 * @returns Whether it has succeeded or failed.
 */
export function hasEnded(pod: Live<Pod>): boolean {
  return pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
}

/**
 * Tells whether a Pod counts: it has not ended, and nobody asked it to go.
 *
 * @param pod The Pod.
 * @returns Whether it counts.
 */
export function isActive(pod: Live<Pod>): boolean {
  return !hasEnded(pod) && !isTerminating(pod);
}

/**
 * Tells whether a Pod is ready.
 *
 * @param pod The Pod.
 * @returns Whether its condition says so.
 */
export function isReady(pod: Live<Pod>): boolean {
  return readyCondition(pod)?.status === "True";
}

/**
 * Tells how long it takes until a Pod is available.
 *
 * @param pod The Pod.
 * @param minReadySeconds How long it has to be ready for.
 * @param nowMs The present.
 * @returns Milliseconds; 0 or less if it is available, infinity if it is not ready.
 */
export function availableInMs(pod: Live<Pod>, minReadySeconds: number, nowMs: number): number {
  const condition = readyCondition(pod);
  if (condition?.status !== "True") return Infinity;
  if (minReadySeconds === 0) return 0;
  return Date.parse(condition.lastTransitionTime ?? "") + minReadySeconds * 1_000 - nowMs;
}

/**
 * Finds the earliest of several times to look again.
 *
 * @param waits Milliseconds; what is not positive or not finite does not count.
 * @returns The least one, if there is any.
 */
export function earliest(waits: readonly number[]): number | undefined {
  const ahead = waits.filter((ms) => ms > 0 && Number.isFinite(ms));
  return ahead.length === 0 ? undefined : Math.min(...ahead);
}

/**
 * Makes a Pod of a template.
 *
 * @param template The template.
 * @param owner What controls the Pod.
 * @param name The name, or the prefix of a name to be made.
 * @returns The Pod.
 */
export function podOf(
  template: DeepReadonly<PodTemplateSpec>,
  owner: AnyLive & { readonly apiVersion: string; readonly kind: string },
  name: { readonly name: string } | { readonly generateName: string },
): Pick<DeepReadonly<Pod>, "metadata" | "spec"> {
  const { labels, annotations, finalizers } = template.metadata ?? {};
  return {
    metadata: {
      ...name,
      namespace: owner.metadata.namespace!,
      ...(labels && { labels }),
      ...(annotations && { annotations }),
      ...(finalizers && { finalizers }),
      ownerReferences: [controllerReference(owner)],
    },
    spec: template.spec!,
  };
}

/**
 * Makes the reference of what a controller makes.
 *
 * @param owner The owner.
 * @returns The reference.
 */
export function controllerReference(owner: AnyLive): ReturnType<typeof ownerReference> {
  return ownerReference(owner, { blockOwnerDeletion: true, controller: true });
}

/**
 * Creates a Pod and tells about it in an event.
 *
 * @param writer Who creates it.
 * @param owner What controls it.
 * @param pod The Pod.
 * @returns The Pod as it was stored.
 */
export function createPod(
  writer: Writer,
  owner: AnyLive,
  pod: Pick<DeepReadonly<Pod>, "metadata" | "spec">,
): Live<Pod> {
  try {
    const created = writer.create(PODS, pod);
    writer.event(owner, "Normal", "SuccessfulCreate", `Created pod: ${created.metadata.name}`);
    return created;
  } catch (error) {
    const status = statusOf(error);
    // As everything in a namespace that goes is refused, it tells nothing.
    const isGoing = status?.details?.causes?.some(({ reason }) => reason === "NamespaceTerminating");
    if (status && !isGoing) writer.event(owner, "Warning", "FailedCreate", `Error creating: ${status.message}`);
    throw error;
  }
}

/**
 * Deletes a Pod and tells about it in an event.
 *
 * @param writer Who deletes it.
 * @param owner What controls it.
 * @param pod The Pod.
 */
export function deletePod(writer: Writer, owner: AnyLive, pod: Live<Pod>): void {
  writer.delete(pod);
  writer.event(owner, "Normal", "SuccessfulDelete", `Deleted pod: ${pod.metadata.name}`);
}

/**
 * Finds what an object controls; what nobody controls and its selector matches is adopted, what its selector does not
 * match any more is released.
 *
 * @typeParam T The type of what is controlled.
 * @param cache What is stored.
 * @param writer Who adopts.
 * @param kind The kind of what is controlled.
 * @param owner The object.
 * @param matches Tells whether labels meet its selector.
 * @returns What it controls.
 */
export function claim<T extends KubeObject>(
  cache: Cache,
  writer: Writer,
  kind: KindKey<T>,
  owner: AnyLive,
  matches: (labels: Readonly<Record<string, string>> | undefined) => boolean,
): Live<T>[] {
  if (!isTerminating(owner)) {
    for (const free of cache.uncontrolled(kind, owner.metadata.namespace!)) {
      if (isTerminating(free) || !matches(free.metadata.labels) || isOwnedBy(free, owner)) continue;
      writer.updateMetadata(free as unknown as AnyLive, {
        ownerReferences: [...free.metadata.ownerReferences ?? [], controllerReference(owner)],
      });
    }
    for (const own of cache.controlledBy(kind, owner)) {
      if (matches(own.metadata.labels)) continue;
      const kept = own.metadata.ownerReferences!.filter(({ uid }) => uid !== owner.metadata.uid);
      writer.updateMetadata(own as unknown as AnyLive, { ownerReferences: kept.length === 0 ? undefined : kept });
    }
  }
  return cache.controlledBy(kind, owner).filter(({ metadata }) => matches(metadata.labels));
}

/**
 * Orders Pods by which is to go first: not yet placed, then not ready, then costing less, then young.
 *
 * @param a One Pod.
 * @param b The other.
 * @returns Negative if `a` is to go first.
 */
export function compareForDeletion(a: Live<Pod>, b: Live<Pod>): number {
  const [x, y] = [deletionRanks(a), deletionRanks(b)];
  const differing = x.findIndex((rank, i) => rank !== y[i]);
  return differing < 0 ? (a.metadata.name < b.metadata.name ? -1 : 1) : x[differing]! - y[differing]!;
}

function deletionRanks(pod: Live<Pod>): readonly number[] {
  const { metadata, spec, status } = pod;
  return [
    spec?.nodeName ? 1 : 0,
    ["Pending", "Unknown", "Running"].indexOf(status?.phase ?? "Pending"),
    isReady(pod) ? 1 : 0,
    Number(metadata.annotations?.["controller.kubernetes.io/pod-deletion-cost"] ?? 0),
    -(status?.containerStatuses?.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0) ?? 0),
    -Date.parse(metadata.creationTimestamp ?? ""),
  ];
}

function readyCondition(
  { status }: Live<Pod>,
): { readonly status: string; readonly lastTransitionTime?: string } | undefined {
  return status?.conditions?.find(({ type }) => type === "Ready");
}
