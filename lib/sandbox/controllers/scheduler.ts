/**
 * The scheduler: gives each Pod a Node.
 *
 * @module
 */

import type { DeepReadonly } from "../../base/deep_readonly.ts";
import type { Node, NodeSelectorTerm, Pod, Taint, Toleration } from "../../kinds/core/v1.ts";
import type { Live } from "../../kube/live.ts";
import { parseQuantity } from "../../kube/quantity.ts";
import { isTerminating } from "../../kube/owner.ts";
import { keyOf } from "./cache.ts";
import { type Controller, type ControllerContext, setCondition, timestamp, watchSelf } from "./controller.ts";
import { NODES, PODS } from "./kinds.ts";
import { nanos, NodeLoads, requestsOf } from "./node_loads.ts";
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
  const loads = new NodeLoads(cache);
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
      const reasons = nodes.map((node) => ({ node, reason: unfit(loads, pod, node) }));
      const fitting = reasons.filter(({ reason }) => reason === undefined).map(({ node }) => node);
      if (gates.length === 0 && fitting.length > 0) return bind(pod, leastUsed(loads, fitting));
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

function unfit(loads: NodeLoads, pod: Live<Pod>, node: Live<Node>): string | undefined {
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
  for (const [resource, amount] of requestsOf(pod.spec!)) {
    const used = loads.requestedOn(node.metadata.name, resource) + amount;
    const allocatable = node.status?.allocatable?.[resource];
    if (used > (allocatable === undefined ? 0n : nanos(parseQuantity(allocatable)))) return `Insufficient ${resource}`;
  }
  return undefined;
}

function leastUsed(loads: NodeLoads, nodes: readonly Live<Node>[]): Live<Node> {
  return nodes.reduce((a, b) => loads.podsOn(b.metadata.name) < loads.podsOn(a.metadata.name) ? b : a);
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

function refusal(reasons: readonly string[]): string {
  if (reasons.length === 0) return "no nodes available to schedule pods";
  const counts = Map.groupBy(reasons, (reason) => reason);
  const parts = [...counts].map(([reason, all]) => `${all.length} ${reason}`).sort();
  return `0/${reasons.length} nodes are available: ${parts.join(", ")}.`;
}
