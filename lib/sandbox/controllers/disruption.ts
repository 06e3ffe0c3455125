/**
 * PodDisruptionBudgets: how many Pods may be evicted now.
 *
 * @module
 */

import type { Pod } from "../../kinds/core/v1.ts";
import type { PodDisruptionBudget } from "../../kinds/policy/v1.ts";
import type { Live } from "../../kube/live.ts";
import { controllerOf } from "../../kube/owner.ts";
import {
  type Controller,
  type ControllerContext,
  setCondition,
  timestamp,
  watchAround,
  watchSelf,
} from "./controller.ts";
import { DISRUPTION_BUDGETS, PODS } from "./kinds.ts";
import { isActive, isReady } from "./pods.ts";
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
        .filter((pod) => selects(budget.spec?.selector, pod.metadata.labels) && isActive(pod));
      const expectedPods = expected(pods);
      const desiredHealthy = desired(budget, expectedPods);
      const currentHealthy = pods.filter(isReady).length;
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

  // As many as those that control the Pods want; of a Pod alone one.
  function expected(pods: readonly Live<Pod>[]): number {
    const owners = new Map(pods.map((pod) => [controllerOf(pod)?.uid ?? pod.metadata.uid, pod]));
    return [...owners.keys()].reduce((sum, uid) => {
      const spec = cache.find(uid)?.object.spec as { replicas?: number } | undefined;
      return sum +
        (spec?.replicas ?? pods.filter((pod) => (controllerOf(pod)?.uid ?? pod.metadata.uid) === uid).length);
    }, 0);
  }
}

function desired({ spec }: Live<PodDisruptionBudget>, expectedPods: number): number {
  const { minAvailable, maxUnavailable } = spec ?? {};
  if (maxUnavailable !== undefined) {
    return Math.max(0, expectedPods - scaledValue(maxUnavailable, expectedPods, Math.ceil));
  }
  return scaledValue(minAvailable ?? 1, expectedPods, Math.ceil);
}
