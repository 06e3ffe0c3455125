/**
 * The scheduler: gives each Pod a Node.
 *
 * @module
 */

import type { DeepReadonly } from "../../base/deep_readonly.ts";
import type { Node, NodeSelectorTerm, Pod, PodSpec, Taint, Toleration } from "../../kinds/core/v1.ts";
import type { Live } from "../../kube/live.ts";
import { parseQuantity, type Quantity } from "../../kube/quantity.ts";
import { isTerminating } from "../../kube/owner.ts";
import { type Cache, keyOf } from "./cache.ts";
import { type Controller, type ControllerContext, setCondition, timestamp, watchSelf } from "./controller.ts";
import { NODES, PODS } from "./kinds.ts";
import { hasEnded } from "./pods.ts";
import { matchesMap } from "./selectors.ts";
import { selects } from "../../kube/label_selector.ts";
import { namespacedName } from "./writer.ts";

const NAME = "default-scheduler";

/**
 * Makes the scheduler.
 *
 * @param context What it works with.
 * @returns The controller.
 */
export function scheduler(context: ControllerContext): Controller {
  const { cache, clock } = context;
  const writer = context.writer(NAME, "kube-scheduler");
  // That a Node came or changed, or a Pod made room, may help those that wait.
  const waiting = () => cache.list(PODS).filter(waits).map(keyOf);
  const pressed = new Set<string>();
  return {
    name: "scheduler",
    watches: [watchSelf(PODS), { storedAs: NODES.storedAs, keys: waiting }, {
      storedAs: PODS.storedAs,
      keys: ({ metadata }) => metadata.deletionTimestamp && pressed.size > 0 ? pressed : [],
    }],
    reconcile(key) {
      const pod = cache.byKey(PODS, key);
      pressed.delete(key);
      if (!pod || !waits(pod)) return undefined;
      const nodes = cache.list(NODES);
      const gates = pod.spec?.schedulingGates ?? [];
      const reasons = nodes.map((node) => ({ node, reason: unfit(cache, pod, node) }));
      const fitting = reasons.filter(({ reason }) => reason === undefined).map(({ node }) => node);
      if (gates.length === 0 && fitting.length > 0) return bind(pod, leastUsed(cache, fitting));
      pressed.add(key);
      if (gates.length > 0) refuse(pod, "SchedulingGated", "Scheduling is blocked due to non-empty scheduling gates");
      else {
        const message = refusal(reasons.map(({ reason }) => reason!));
        if (refuse(pod, "Unschedulable", message)) writer.event(pod, "Warning", "FailedScheduling", message);
      }
      return undefined;
    },
  };

  function bind(pod: Live<Pod>, node: Live<Node>): undefined {
    const { name } = node.metadata;
    writer.bind(pod, name);
    const current = cache.byKey(PODS, keyOf(pod))!;
    const conditions = setCondition(
      current.status?.conditions?.filter(({ type, status }) => type !== "PodScheduled" || status === "True"),
      { type: "PodScheduled", status: "True", lastProbeTime: null, lastTransitionTime: timestamp(clock) } as never,
    );
    writer.updateStatus(current, { ...current.status, conditions });
    writer.event(pod, "Normal", "Scheduled", `Successfully assigned ${namespacedName(pod)} to ${name}`);
  }

  function refuse(pod: Live<Pod>, reason: string, message: string): boolean {
    const condition = { type: "PodScheduled", status: "False", reason, message, lastTransitionTime: timestamp(clock) };
    const conditions = setCondition(pod.status?.conditions, condition);
    writer.updateStatus(pod, { ...pod.status, conditions });
    return conditions !== pod.status?.conditions;
  }
}

function waits(pod: Live<Pod>): boolean {
  return !pod.spec?.nodeName && !isTerminating(pod) && !hasEnded(pod) && (pod.spec?.schedulerName ?? NAME) === NAME;
}

function unfit(cache: Cache, pod: Live<Pod>, node: Live<Node>): string | undefined {
  const { tolerations = [], nodeSelector = {} } = pod.spec!;
  if (node.spec?.unschedulable && !tolerates(tolerations, UNSCHEDULABLE)) return "node(s) were unschedulable";
  const taint = node.spec?.taints?.find((taint) =>
    taint.effect !== "PreferNoSchedule" && !tolerates(tolerations, taint)
  );
  if (taint) return "node(s) had untolerated taint(s)";
  const required = pod.spec!.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const isWanted = required === undefined || required.nodeSelectorTerms.some((term) => meets(node, term));
  if (!isWanted || !matchesMap(nodeSelector, node.metadata.labels)) {
    return "node(s) didn't match Pod's node affinity/selector";
  }
  const requested = requestsOf(pod.spec!);
  if (requested.size === 0) return undefined;
  const present = cache.list(PODS).filter(({ spec, ...other }) =>
    spec?.nodeName === node.metadata.name && !hasEnded({ spec, ...other } as Live<Pod>)
  );
  for (const [resource, amount] of requested) {
    const used = present.reduce((sum, { spec }) => sum + (requestsOf(spec!).get(resource) ?? 0n), amount);
    const allocatable = node.status?.allocatable?.[resource];
    if (used > (allocatable === undefined ? 0n : nanos(parseQuantity(allocatable)))) {
      return `Insufficient ${resource}`;
    }
  }
  return undefined;
}

function leastUsed(cache: Cache, nodes: readonly Live<Node>[]): Live<Node> {
  const counts = new Map<string, number>();
  for (const { spec } of cache.list(PODS)) {
    if (spec?.nodeName) counts.set(spec.nodeName, (counts.get(spec.nodeName) ?? 0) + 1);
  }
  return nodes.toSorted((a, b) => (counts.get(a.metadata.name) ?? 0) - (counts.get(b.metadata.name) ?? 0))[0]!;
}

function meets({ metadata }: Live<Node>, { matchExpressions, matchFields }: DeepReadonly<NodeSelectorTerm>): boolean {
  return selects({ matchExpressions: matchExpressions ?? [] }, metadata.labels) &&
    selects({ matchExpressions: matchFields ?? [] }, { "metadata.name": metadata.name });
}

const UNSCHEDULABLE: Taint = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };

function tolerates(tolerations: readonly DeepReadonly<Toleration>[], taint: DeepReadonly<Taint>): boolean {
  return tolerations.some(({ key, operator = "Equal", value = "", effect }) =>
    (!effect || effect === taint.effect) && (!key || key === taint.key) &&
    (operator === "Exists" || key !== undefined && value === (taint.value ?? ""))
  );
}

function requestsOf({ containers }: DeepReadonly<PodSpec>): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const { resources } of containers) {
    for (const [name, value] of Object.entries(resources?.requests ?? {})) {
      sums.set(name, (sums.get(name) ?? 0n) + nanos(parseQuantity(value)));
    }
  }
  return sums;
}

function nanos({ unscaled, exponent }: Quantity): bigint {
  return unscaled * 10n ** BigInt(exponent + 9);
}

function refusal(reasons: readonly string[]): string {
  if (reasons.length === 0) return "no nodes available to schedule pods";
  const counts = Map.groupBy(reasons, (reason) => reason);
  const parts = [...counts].map(([reason, all]) => `${all.length} ${reason}`).sort();
  return `0/${reasons.length} nodes are available: ${parts.join(", ")}.`;
}
