/**
 * The quality of service of Pods.
 *
 * @module
 */

import { compareQuantities } from "../../kube/quantity.ts";
import type { Part } from "../schema/typed_walk.ts";

/**
 * Tells how well a Pod is provided for.
 *
 * @param spec The Pod's spec.
 * @returns Its class of quality of service.
 */
export function qosClass({ containers, initContainers }: Part): string {
  const all: readonly Part[] = [...(containers ?? []), ...(initContainers ?? [])].map(({ resources }) =>
    resources ?? {}
  );
  const isAsked = ({ limits, requests }: Part) =>
    [limits, requests].some((list = {}) =>
      ["cpu", "memory"].some((name) => list[name] !== undefined && compareQuantities(list[name], 0) > 0)
    );
  if (!all.some(isAsked)) return "BestEffort";
  const isGuaranteed = ({ limits = {}, requests = {} }: Part) =>
    ["cpu", "memory"].every((name) =>
      limits[name] !== undefined && compareQuantities(limits[name], requests[name] ?? limits[name]) === 0
    );
  return all.every(isGuaranteed) ? "Guaranteed" : "Burstable";
}
