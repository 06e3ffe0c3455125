/**
 * What tables show of Pods: the state of their containers in a word.
 *
 * @module
 */

import type { ContainerStatus, Pod, PodStatus } from "../../kinds/core/v1.ts";
import { type Cells, cellsOf, field } from "./cells.ts";
import { age } from "./human_duration.ts";

/** What the containers of a Pod come to. */
interface Summary {
  readonly ready: number;
  readonly total: number;
  readonly reason: string;
  readonly restarts: number;
  /** When a container ended last; empty if none did. */
  readonly lastRestart: string;
}

/** The cells of Pods. */
export const POD_CELLS: Cells = cellsOf<Pod>({
  Ready: (pod) => {
    const { ready, total } = summaryOf(pod);
    return `${ready}/${total}`;
  },
  Status: (pod) => summaryOf(pod).reason,
  Restarts: (pod, nowMs) => {
    const { restarts, lastRestart } = summaryOf(pod);
    return restarts > 0 && lastRestart ? `${restarts} (${age(lastRestart, nowMs)} ago)` : String(restarts);
  },
  IP: (pod) => pod.status?.podIPs?.[0]?.ip || "<none>",
  Node: field("spec.nodeName", "<none>") as never,
  "Nominated Node": field("status.nominatedNodeName", "<none>") as never,
  "Readiness Gates": ({ spec, status }) => {
    const gates = spec?.readinessGates ?? [];
    const held = gates.filter(({ conditionType }) =>
      status?.conditions?.find(({ type }) => type === conditionType)?.status === "True"
    );
    return gates.length === 0 ? "<none>" : `${held.length}/${gates.length}`;
  },
});

function summaryOf(pod: Pod): Summary {
  const { spec, status = {} } = pod;
  const sidecars = new Set(
    (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always").map(({ name }) => name),
  );
  const gated = status.conditions?.some(({ type, reason }) => type === "PodScheduled" && reason === "SchedulingGated");
  const phase = gated ? "SchedulingGated" : status.reason || status.phase || "";
  const initial = initSummary(status, sidecars, spec?.initContainers?.length ?? 0);
  const isInitialized = initial.reason === undefined || hasCondition(status, "Initialized");
  const containers = isInitialized ? containersSummary(status, initial.reason ?? phase) : undefined;
  const { restarts, lastRestart } = isInitialized ? initial.sidecars : initial.all;
  return {
    ready: initial.ready + (containers?.ready ?? 0),
    total: (spec?.containers.length ?? 0) + sidecars.size,
    reason: deletedReason(pod) ?? containers?.reason ?? initial.reason ?? phase,
    restarts: restarts + (containers?.restarts ?? 0),
    lastRestart: later(lastRestart, containers?.lastRestart ?? ""),
  };
}

/** Restarts, and when the last one was. */
interface Restarts {
  restarts: number;
  lastRestart: string;
}

/** Goes through the init containers up to the first that is not done; it gives the reason. */
function initSummary({ initContainerStatuses = [] }: PodStatus, sidecars: ReadonlySet<string>, total: number) {
  const all: Restarts = { restarts: 0, lastRestart: "" };
  const ofSidecars: Restarts = { restarts: 0, lastRestart: "" };
  let ready = 0;
  for (const [i, container] of initContainerStatuses.entries()) {
    const isSidecar = sidecars.has(container.name);
    addRestarts(all, container);
    if (isSidecar) addRestarts(ofSidecars, container);
    const { terminated, waiting } = container.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (isSidecar && container.started) {
      if (container.ready) ready++;
      continue;
    }
    const ended = terminated && (terminated.reason || exitText(terminated));
    const waits = waiting?.reason && waiting.reason !== "PodInitializing" ? waiting.reason : undefined;
    return { all, sidecars: ofSidecars, ready, reason: `Init:${ended ?? waits ?? `${i}/${total}`}` };
  }
  return { all, sidecars: ofSidecars, ready, reason: undefined };
}

function containersSummary(status: PodStatus, before: string) {
  const restarts: Restarts = { restarts: 0, lastRestart: "" };
  let [ready, reason, errorReason] = [0, before, ""];
  for (const container of (status.containerStatuses ?? []).toReversed()) {
    addRestarts(restarts, container);
    const { terminated, waiting, running } = container.state ?? {};
    if (waiting?.reason) reason = waiting.reason;
    else if (terminated) {
      reason = terminated.reason || exitText(terminated);
      if (terminated.exitCode !== 0) errorReason = reason;
    } else if (container.ready && running) ready++;
  }
  if (reason === "Completed") {
    if (ready > 0 && hasCondition(status, "Ready")) reason = "Running";
    else if (errorReason) reason = errorReason;
    else if (ready > 0) reason = "NotReady";
  }
  return { ...restarts, ready, reason };
}

function deletedReason({ metadata, status }: Pod): string | undefined {
  if (!metadata?.deletionTimestamp) return undefined;
  if (status?.reason === "NodeLost") return "Unknown";
  return status?.phase === "Succeeded" || status?.phase === "Failed" ? undefined : "Terminating";
}

function exitText({ signal, exitCode }: { readonly signal?: number; readonly exitCode: number }): string {
  return signal ? `Signal:${signal}` : `ExitCode:${exitCode}`;
}

function addRestarts(sum: Restarts, { restartCount, lastState }: ContainerStatus): void {
  sum.restarts += restartCount;
  sum.lastRestart = later(sum.lastRestart, lastState?.terminated?.finishedAt ?? "");
}

/** Times of the API are UTC with seconds, so that they sort as texts. */
function later(a: string, b: string): string {
  return a > b ? a : b;
}

function hasCondition({ conditions }: PodStatus, wanted: string): boolean {
  return conditions?.some(({ type, status }) => type === wanted && status === "True") ?? false;
}
