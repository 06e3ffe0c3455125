/**
 * Which Pod is meant when somebody names a Deployment, a Service or anything else that has Pods.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import { KubescriptError } from "../../kube/error.ts";
import { formatLabelSelector, readObjectSelector } from "../../kube/label_selector.ts";
import type { LiveObject } from "../../kube/object.ts";
import { formatRef, refOf } from "../../kube/object_ref.ts";
import { POD_TYPE } from "../../kube/pod_request.ts";
import type { Ref } from "../../kube/ref.ts";
import type { KindArgument } from "../kind_finder.ts";
import type { ResourceClient } from "../resource_client.ts";
import type { Sender, SendOptions } from "../sender.ts";

/** What the streams of Pods need of a client. */
export interface PodAccess {
  /** Reads objects. */
  readonly client: Pick<ResourceClient, "typeOf" | "get" | "list" | "watch">;
  /** Carries the streams. */
  readonly sender: Pick<Sender, "stream" | "connect">;
  /** The clock for waits. */
  readonly clock: Clock;
}

/** A Pod, as far as it matters here. See `Pod v1 core`. */
export interface Pod extends LiveObject {
  readonly metadata: LiveObject["metadata"] & { readonly namespace: string };
  readonly spec: {
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly ephemeralContainerStatuses?: readonly ContainerStatus[];
  };
}

/** A container of a Pod. */
export interface Container {
  /** Its name. */
  readonly name: string;
  /** Its ports. */
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
}

interface ContainerStatus {
  readonly name: string;
  readonly restartCount: number;
  readonly state?: { readonly running?: unknown; readonly terminated?: unknown };
}

/** An object, and the Pod that is meant by it. */
export interface FoundPod {
  /** The object: the Pod itself, or what has Pods. */
  readonly object: LiveObject;
  /** The Pod. */
  readonly pod: Pod;
}

const DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container";

/**
 * Finds the one Pod that is meant, as kubectl does: of several one that runs, is ready, and is there the longest.
 *
 * @param access Reads objects.
 * @param kind The kind: Pods, or anything with a selector for them.
 * @param ref Which object.
 * @param options The signal that cancels the search.
 * @returns The object and the Pod.
 * @throws {KubescriptError} If there is none, or the object has no selector.
 */
export async function findPod(
  { client }: PodAccess,
  kind: KindArgument,
  ref: Ref,
  { signal }: SendOptions,
): Promise<FoundPod> {
  const object = await client.get(await client.typeOf(kind, { signal }), ref, { signal });
  if (object.kind === "Pod") return { object, pod: object as Pod };
  const labels = selectorOf(object);
  const pods = await client.list(POD_TYPE, { namespace: object.metadata.namespace, labels, signal }).toArray() as Pod[];
  const [pod] = pods.sort((a, b) => rank(b) - rank(a) || compareAge(a, b));
  if (!pod) throw new KubescriptError(`Cannot reach a Pod of ${formatRef(refOf(object))}: it has none`);
  return { object, pod };
}

/**
 * Tells which container is meant if none is named: the one that the Pod's annotation names, else the first.
 *
 * @param pod The Pod.
 * @returns The container's name.
 */
export function defaultContainer(pod: Pod): string {
  return pod.metadata.annotations?.[DEFAULT_CONTAINER] ?? pod.spec.containers[0]!.name;
}

/** One run of a container. */
export interface ContainerRun {
  /** The container's name. */
  readonly container: string;
  /** How often it was started again before. */
  readonly restarts: number;
}

/**
 * Lists the containers that have run, and so have a log.
 *
 * @param pod The Pod.
 * @returns The last run of each; containers that wait for their first are left out.
 */
export function containerRuns({ status = {} }: Pod): ContainerRun[] {
  const { initContainerStatuses = [], containerStatuses = [], ephemeralContainerStatuses = [] } = status;
  return [...initContainerStatuses, ...containerStatuses, ...ephemeralContainerStatuses]
    .filter(({ state }) => state?.running !== undefined || state?.terminated !== undefined)
    .map(({ name, restartCount }) => ({ container: name, restarts: restartCount }));
}

/**
 * Prints the selector that an object has for its Pods.
 *
 * @param object The object.
 * @returns The selector.
 * @throws {KubescriptError} If it has none.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const metadata = { name: "web", namespace: "shop", uid: "1", resourceVersion: "1" };
 * const matchExpressions = [{ key: "tier", operator: "In", values: ["web", "api"] }];
 * const spec = { selector: { matchLabels: { app: "web" }, matchExpressions } };
 * strictEqual(selectorOf({ apiVersion: "apps/v1", kind: "Deployment", metadata, spec }), "app=web,tier in (api,web)");
 * ```
 */
export function selectorOf(object: LiveObject): string {
  const { selector } = object.spec as { selector?: Readonly<Record<string, unknown>> } ?? {};
  const isLabelSelector = selector && ("matchLabels" in selector || "matchExpressions" in selector);
  const requirements = readObjectSelector(
    isLabelSelector ? selector : { matchLabels: selector as Record<string, string> },
  );
  if (requirements.length > 0) return formatLabelSelector(requirements);
  throw new KubescriptError(`Cannot find the Pods of ${formatRef(refOf(object))}: it has no selector`, {
    hint: "Name a Pod, or something that has Pods, such as a Deployment, a Job or a Service",
  });
}

function rank({ metadata, status }: Pod): number {
  const ready = status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True");
  return (metadata.deletionTimestamp === undefined ? 4 : 0) + (status?.phase === "Running" ? 2 : 0) + (ready ? 1 : 0);
}

function compareAge(a: Pod, b: Pod): number {
  const [first = "", second = ""] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
  return first < second ? -1 : first > second ? 1 : 0;
}
