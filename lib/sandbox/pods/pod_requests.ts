/**
 * What requests about Pods that run have in common: which Pod, and which of its containers.
 *
 * @module
 */

import type { DeepReadonly } from "../../base/deep_readonly.ts";
import type { Pod, PodSpec } from "../../kinds/core/v1.ts";
import type { Live } from "../../kube/live.ts";
import { badRequest, internalError } from "../registry/status_error.ts";
import type { RunningContainer } from "./container.ts";
import type { Kubelet } from "./kubelet.ts";
import type { PodWorker } from "./pod_worker.ts";

/**
 * Finds the container that a request means.
 *
 * @param pod The Pod.
 * @param name The name that the request gives, if it does.
 * @returns Its name.
 * @throws {StatusError} If that is not clear.
 */
export function containerName(pod: Live<Pod>, name: string | null): string {
  const names = namesOf(pod.spec);
  if (name) {
    if (names.includes(name)) return name;
    throw badRequest(`container ${name} is not valid for pod ${pod.metadata.name}`);
  }
  const { containers = [] } = pod.spec ?? {};
  if (containers.length === 1) return containers[0]!.name;
  const choice = containers.length === 0 ? "" : `, choose one of: [${names.join(" ")}]`;
  throw badRequest(`a container name must be specified for pod ${pod.metadata.name}${choice}`);
}

/**
 * Finds a Pod that runs.
 *
 * @param kubelet What runs it.
 * @param pod The Pod as it is stored.
 * @returns The Pod with its containers.
 * @throws {StatusError} If it does not run.
 */
export function workerOf(kubelet: Kubelet, pod: Live<Pod>): PodWorker {
  const { name, namespace } = pod.metadata;
  if (!pod.spec?.nodeName) throw badRequest(`pod ${name} does not have a host assigned`);
  const worker = kubelet.find(namespace, name);
  if (worker?.uid === pod.metadata.uid) return worker;
  throw internalError("pod does not exist");
}

/**
 * Finds a container that runs.
 *
 * @param kubelet What runs it.
 * @param pod The Pod as it is stored.
 * @param name The name that the request gives, if it does.
 * @returns The container.
 * @throws {StatusError} If it is not clear which one, or it does not run.
 */
export function containerOf(kubelet: Kubelet, pod: Live<Pod>, name: string | null): RunningContainer {
  const chosen = containerName(pod, name);
  const container = workerOf(kubelet, pod).find(chosen);
  if (container?.isRunning) return container;
  throw internalError(`container "${chosen}" is not running`);
}

function namesOf(spec: DeepReadonly<PodSpec> | undefined): string[] {
  const { initContainers = [], containers = [], ephemeralContainers = [] } = spec ?? {};
  return [...initContainers, ...containers, ...ephemeralContainers].map(({ name }) => name);
}
