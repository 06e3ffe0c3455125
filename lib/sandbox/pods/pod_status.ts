/**
 * What the status of a Pod says, as a function of its containers.
 *
 * @module
 */

import type { DeepReadonly } from "../../base/deep_readonly.ts";
import type { Pod, PodCondition, PodStatus } from "../../kinds/core/v1.ts";
import type { Live } from "../../kube/live.ts";
import type { RunningContainer } from "./container.ts";

/** What the status is made of. */
export interface PodState {
  /** The init containers. */
  readonly initContainers: readonly RunningContainer[];
  /** The containers. */
  readonly containers: readonly RunningContainer[];
  /** When the Node took the Pod over. */
  readonly startTime: string;
  /** Whether it has its address. */
  readonly isPlaced: boolean;
  /** Whether it was asked to go. */
  readonly isGoing: boolean;
  /** Its address. */
  readonly podIP: string;
  /** That of its Node. */
  readonly hostIP: string;
  /** The present. */
  readonly now: string;
}

type Phase = "Pending" | "Running" | "Succeeded" | "Failed";

/**
 * Makes the status of a Pod.
 *
 * @param pod The Pod as it is stored.
 * @param state Its containers.
 * @returns The status.
 */
export function podStatus(pod: Live<Pod>, state: PodState): DeepReadonly<PodStatus> {
  const { hostIP, podIP, startTime, isPlaced, containers, initContainers } = state;
  const generation = pod.metadata.generation;
  const phase = phaseOf(pod.spec?.restartPolicy ?? "Always", state);
  const waiting = (container: RunningContainer) => {
    const status = container.status();
    const holdsBack = initContainers.length > 0 && container.log === undefined && isPlaced;
    return holdsBack ? { ...status, state: { waiting: { reason: "PodInitializing" } } } : status;
  };
  const { qosClass, resize, nominatedNodeName } = pod.status ?? {};
  return {
    conditions: conditionsOf(pod, state, phase),
    containerStatuses: containers.map(waiting),
    hostIP,
    hostIPs: [{ ip: hostIP }],
    ...(initContainers.length > 0 && { initContainerStatuses: initContainers.map((container) => container.status()) }),
    ...(nominatedNodeName && { nominatedNodeName }),
    ...(generation !== undefined && { observedGeneration: generation }),
    phase,
    ...(isPlaced && { podIP, podIPs: [{ ip: podIP }] }),
    ...(qosClass && { qosClass }),
    ...(resize && { resize }),
    startTime,
  };
}

// As the kubelet's `getPhase`.
function phaseOf(policy: string, { initContainers, containers, isGoing }: PodState): Phase {
  const inits = initContainers.filter(({ spec }) => spec.restartPolicy !== "Always");
  if (inits.some(({ exitCode = 0 }) => exitCode !== 0) && (policy === "Never" || isGoing)) return "Failed";
  if (inits.some(({ exitCode }) => exitCode !== 0)) return isGoing ? "Failed" : "Pending";
  if (containers.some(({ log }) => log === undefined)) return isGoing ? "Failed" : "Pending";
  if (containers.some(({ exitCode }) => exitCode === undefined)) return "Running";
  const hasFailed = containers.some(({ exitCode }) => exitCode !== 0);
  if (isGoing || policy === "Never") return hasFailed ? "Failed" : "Succeeded";
  return policy === "OnFailure" && !hasFailed ? "Succeeded" : "Running";
}

function conditionsOf(pod: Live<Pod>, state: PodState, phase: Phase): DeepReadonly<PodCondition>[] {
  const { initContainers, containers, isPlaced, now } = state;
  const before = new Map(pod.status?.conditions?.map((condition) => [condition.type, condition]));
  const generation = pod.metadata.generation;
  const make = (type: string, isTrue: boolean, reason?: string, message?: string): DeepReadonly<PodCondition> => {
    const status = isTrue ? "True" : "False";
    const old = before.get(type);
    return {
      lastProbeTime: null,
      lastTransitionTime: old?.status === status ? old.lastTransitionTime ?? now : now,
      ...(!isTrue && message && { message }),
      ...(generation !== undefined && { observedGeneration: generation }),
      ...(!isTrue && reason && { reason }),
      status,
      type,
    } as unknown as DeepReadonly<PodCondition>;
  };
  const names = (those: readonly RunningContainer[]) => `[${those.map(({ spec }) => spec.name).join(" ")}]`;
  const waiting = initContainers.filter(({ exitCode, isRunning, spec }) =>
    spec.restartPolicy === "Always" ? !isRunning && exitCode === undefined : exitCode !== 0
  );
  const unready = containers.filter((container) => !container.status().ready);
  const hasEnded = phase === "Succeeded" || phase === "Failed";
  const why = hasEnded
    ? [phase === "Succeeded" ? "PodCompleted" : "PodFailed"] as const
    : ["ContainersNotReady", `containers with unready status: ${names(unready)}`] as const;
  const gates = (pod.spec?.readinessGates ?? []).filter(({ conditionType }) =>
    before.get(conditionType)?.status !== "True"
  );
  const isReady = unready.length === 0 && !hasEnded;
  const ready = isReady && gates.length > 0
    ? make(
      "Ready",
      false,
      "ReadinessGatesNotReady",
      `corresponding condition of pod readiness gate "${gates[0]!.conditionType}" does not exist.`,
    )
    : make("Ready", isReady, ...why);
  const own = [
    make("PodReadyToStartContainers", isPlaced && !hasEnded),
    make(
      "Initialized",
      waiting.length === 0 || phase === "Succeeded",
      "ContainersNotInitialized",
      `containers with incomplete status: ${names(waiting)}`,
    ),
    ready,
    make("ContainersReady", isReady, ...why),
    make("PodScheduled", true),
  ];
  // Others, such as those of readiness gates, belong to somebody else.
  const others = [...before.values()].filter(({ type }) => own.every((condition) => condition.type !== type));
  return [...own, ...others];
}
