/**
 * PodDisruptionBudgets: how many Pods may be evicted now.
 *
 * @module
 */

import type { Pod } from "../../kinds/core/v1.ts";
import type { PodDisruptionBudget } from "../../kinds/policy/v1.ts";
import type { Live } from "../../kube/live.ts";
import { controllerOf, isTerminating } from "../../kube/owner.ts";
import {
  type Controller,
  type ControllerContext,
  setCondition,
  timestamp,
  watchAround,
  watchSelf,
} from "./controller.ts";
import { DISRUPTION_BUDGETS, PODS } from "./kinds.ts";
import { isReady } from "./pods.ts";
import { scaledValue } from "./selectors.ts";
import { selects } from "../../kube/label_selector.ts";

/**
 * Makes the controller of PodDisruptionBudgets.
 *
 * @param context What it works with.
 * @returns The controller.
 */
export function disruptionController(context: ControllerContext): Controller {
  const { cache, clock } = context;
  const writer = context.writer("disruption-controller");
  return {
    name: "disruption",
    watches: [watchSelf(DISRUPTION_BUDGETS), watchAround(cache, PODS, DISRUPTION_BUDGETS)],
    reconcile(key) {
      const budget = cache.byKey(DISRUPTION_BUDGETS, key);
      if (!budget) return undefined;
      const pods = cache.list(PODS, budget.metadata.namespace)
        .filter((pod) => selects(budget.spec?.selector, pod.metadata.labels));
      const { expectedPods, desiredHealthy } = wanted(budget, pods);
      const currentHealthy = pods.filter((pod) => !isTerminating(pod) && isReady(pod)).length;
      const disruptionsAllowed = expectedPods === 0 ? 0 : Math.max(0, currentHealthy - desiredHealthy);
      const isAllowed = disruptionsAllowed > 0;
      const { generation } = budget.metadata;
      const condition = {
        type: "DisruptionAllowed",
        status: isAllowed ? "True" as const : "False" as const,
        reason: isAllowed ? "SufficientPods" : "InsufficientPods",
        message: "",
        lastTransitionTime: timestamp(clock),
        observedGeneration: generation!,
      };
      const { disruptedPods } = budget.status ?? {};
      writer.updateStatus(budget, {
        conditions: setCondition(budget.status?.conditions, condition),
        currentHealthy,
        desiredHealthy,
        ...(disruptedPods && { disruptedPods }),
        disruptionsAllowed,
        expectedPods,
        observedGeneration: generation!,
      });
      return undefined;
    },
  };

  // A part of the Pods is one of those that their controllers want.
  function wanted({ spec }: Live<PodDisruptionBudget>, pods: readonly Live<Pod>[]): Wanted {
    const { minAvailable, maxUnavailable } = spec ?? {};
    if (maxUnavailable !== undefined) {
      const expectedPods = scaleOf(pods);
      const desiredHealthy = Math.max(0, expectedPods - scaledValue(maxUnavailable, expectedPods, Math.ceil));
      return { expectedPods, desiredHealthy };
    }
    if (minAvailable === undefined) return { expectedPods: 0, desiredHealthy: 0 };
    const expectedPods = typeof minAvailable === "number" ? pods.length : scaleOf(pods);
    return { expectedPods, desiredHealthy: scaledValue(minAvailable, expectedPods, Math.ceil) };
  }

  function scaleOf(pods: readonly Live<Pod>[]): number {
    const owners = new Set(pods.flatMap((pod) => controllerOf(pod)?.uid ?? []));
    return [...owners].reduce((sum, uid) => {
      const spec = cache.find(uid)?.object.spec as { replicas?: number } | undefined;
      return sum + (spec?.replicas ?? 0);
    }, 0);
  }
}

interface Wanted {
  readonly expectedPods: number;
  readonly desiredHealthy: number;
}
