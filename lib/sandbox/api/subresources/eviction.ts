/**
 * Evicting Pods, as far as PodDisruptionBudgets allow it.
 *
 * @module
 */

import { copyJson, stringifyJson } from "../../../base/json.ts";
import { matchesLabels, type ObjectSelector, readObjectSelector } from "../../../kube/label_selector.ts";
import type { KubeObject } from "../../../kube/object.ts";
import { formatTime } from "../../../kube/time.ts";
import type { Registry } from "../../registry/registry.ts";
import type { Draft, ServedResource, StoredObject } from "../../registry/served_resource.ts";
import { badRequest, StatusError, tooManyRequests } from "../../registry/status_error.ts";
import type { DeleteOptions, WriteOptions } from "../../registry/write_options.ts";
import type { ApiContext } from "../api_context.ts";
import type { ApiRequest } from "../api_request.ts";
import { objectOf } from "../write_verbs.ts";

const VIOLATED = "Cannot evict pod as it would violate the pod's disruption budget.";
/** These Pods serve nobody any more, or nobody yet. */
const UNGUARDED_PHASES: readonly unknown[] = ["Succeeded", "Failed", "Pending"];

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

type Pod = StoredObject & { readonly status?: { readonly phase?: string; readonly conditions?: readonly Condition[] } };

type Budget = StoredObject & {
  readonly spec?: { readonly selector?: ObjectSelector; readonly unhealthyPodEvictionPolicy?: string };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly disruptionsAllowed?: number;
    readonly currentHealthy?: number;
    readonly desiredHealthy?: number;
    readonly disruptedPods?: Readonly<Record<string, string>>;
    readonly conditions?: readonly Condition[];
  };
};

type Eviction = KubeObject & { readonly deleteOptions?: DeleteOptions & { readonly dryRun?: readonly string[] } };

/**
 * Answers a request to evict a Pod.
 *
 * @param request The request.
 * @param resource The resource.
 * @param context What it works with.
 * @returns The answer.
 * @throws {StatusError} If the Pod cannot be evicted now.
 */
export async function evict(request: ApiRequest, resource: ServedResource, context: ApiContext): Promise<Response> {
  const { registry } = context;
  const { namespace, name } = request.info;
  const asked = request.writeOptions("CreateOptions");
  const { metadata, deleteOptions = {} } = await objectOf(request, "Eviction") as Eviction;
  if (metadata?.name !== name) throw badRequest("name in URL does not match name in Eviction object");
  const { subresource: _subresource, ...options } = {
    ...asked,
    dryRun: asked.dryRun || !!deleteOptions.dryRun?.length,
  };
  const pod = registry.get(resource, namespace, name) as Pod;
  if (!UNGUARDED_PHASES.includes(pod.status?.phase) && pod.metadata.deletionTimestamp === undefined) {
    const budgets = budgetsOf(registry, pod);
    if (budgets.length > 1) throw new StatusError(500, undefined, SEVERAL_BUDGETS);
    if (budgets[0] !== undefined) takeDisruption(registry, pod, budgets[0], options);
  }
  if (!options.dryRun) markAsDisrupted(registry, resource, pod);
  registry.delete(resource, namespace, name, deleteOptions, options);
  const status = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 };
  return context.answerText(request, stringifyJson(status), 201);
}

const SEVERAL_BUDGETS =
  "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";

function budgetsOf(registry: Registry, { metadata: { namespace, labels } }: Pod): Budget[] {
  const budgets = registry.resources.find("policy", "v1", "poddisruptionbudgets");
  if (budgets === undefined) return [];
  const { items } = registry.list(budgets, namespace);
  return (items as readonly Budget[]).filter(({ spec }) => {
    return spec?.selector !== undefined && matchesLabels(readObjectSelector(spec.selector), labels);
  });
}

/** Counts the disruption, if the budget allows one more. */
function takeDisruption(registry: Registry, pod: Pod, budget: Budget, options: WriteOptions): void {
  const { metadata, spec, status = {} } = budget;
  const { currentHealthy = 0, desiredHealthy = 0, disruptionsAllowed = 0, observedGeneration = 0 } = status;
  const isReady = pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
  if (!isReady) {
    if (spec?.unhealthyPodEvictionPolicy === "AlwaysAllow") return;
    if (currentHealthy >= desiredHealthy && desiredHealthy > 0) return;
  }
  if (observedGeneration < (metadata.generation ?? 0)) {
    throw refusal(`The disruption budget ${metadata.name} is still being processed by the server.`, 10);
  }
  if (disruptionsAllowed <= 0) throw refusal(reasonOf(budget), 0);
  if (options.dryRun) return;
  const disruptedPods = { ...status.disruptedPods, [pod.metadata.name!]: formatTime(registry.clock.now()) };
  const draft = { ...budget, status: { ...status, disruptionsAllowed: disruptionsAllowed - 1, disruptedPods } };
  const budgets = registry.resources.find("policy", "v1", "poddisruptionbudgets")!;
  registry.update(budgets, metadata.namespace!, metadata.name!, draft, { ...options, subresource: "status" });
}

function refusal(message: string, retryAfterSeconds: number): StatusError {
  return tooManyRequests(VIOLATED, retryAfterSeconds, [{ reason: "DisruptionBudget", message }]);
}

function reasonOf({ metadata: { name }, status = {} }: Budget): string {
  const { currentHealthy = 0, desiredHealthy = 0, conditions = [] } = status;
  const { status: isAllowed, reason, message } = conditions.find(({ type }) => type === "DisruptionAllowed") ?? {};
  const isRefused = isAllowed === "False" && message;
  if (isRefused && reason === "SyncFailed") {
    return `The disruption budget ${name} does not allow evicting pods currently because it failed sync: ${message}`;
  }
  if (currentHealthy <= desiredHealthy) {
    return `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
  }
  const currently = `The disruption budget ${name} does not allow evicting pods currently`;
  return isRefused ? `${currently} (${reason}): ${message}` : currently;
}

function markAsDisrupted(registry: Registry, resource: ServedResource, pod: Pod): void {
  const draft = copyJson(pod) as Draft & { status?: { conditions?: readonly unknown[] } };
  const others = pod.status?.conditions?.filter(({ type }) => type !== "DisruptionTarget") ?? [];
  const condition = {
    type: "DisruptionTarget",
    status: "True",
    reason: "EvictionByEvictionAPI",
    message: "Eviction API: evicting",
    lastProbeTime: null,
    lastTransitionTime: formatTime(registry.clock.now()),
  };
  draft.status = { ...draft.status, conditions: [...others, condition] };
  registry.update(resource, pod.metadata.namespace!, pod.metadata.name!, draft, { subresource: "eviction" });
}
