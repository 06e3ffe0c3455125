/**
 * Conditions: how the status of most kinds tells about the object's state.
 *
 * See the API reference, `Condition v1 meta`; several built-in kinds have types of their own that agree with it.
 *
 * @module
 */

import { isJsonObject } from "../base/json.ts";
import type { KubeObject } from "./object.ts";

/** One statement about an object. */
export interface Condition {
  /** What it states, such as `Ready`. */
  type: string;
  /** Whether that is so. */
  status: "True" | "False" | "Unknown";
  /** Why, as one word for programs. */
  reason?: string;
  /** Why, for people. */
  message?: string;
  /** When `status` last changed, RFC 3339. */
  lastTransitionTime?: string;
  /** The generation of the object that it speaks of. */
  observedGeneration?: number;
}

/**
 * Finds a condition.
 *
 * @param object The object.
 * @param type The condition's type.
 * @returns The condition in `status.conditions`, if it is there.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const pod = { apiVersion: "v1", kind: "Pod", status: { conditions: [{ type: "Ready", status: "True" }] } };
 * strictEqual(findCondition(pod, "Ready")?.status, "True");
 * strictEqual(findCondition(pod, "PodScheduled"), undefined);
 * ```
 */
export function findCondition(object: KubeObject & { readonly status?: unknown }, type: string): Condition | undefined {
  // Custom resources may put anything there.
  const conditions = isJsonObject(object.status) ? object.status.conditions : undefined;
  if (!Array.isArray(conditions)) return undefined;
  return conditions.find((condition) => isJsonObject(condition) && condition.type === type);
}

/**
 * Prints why a condition is as it is.
 *
 * @param condition The condition.
 * @returns For example `MinimumReplicasUnavailable: Deployment does not have minimum availability`.
 */
export function describeCondition(condition: Condition): string {
  const why = [condition.reason, condition.message].filter((part) => part).join(": ");
  return why || `condition "${condition.type}" is "${condition.status}"`;
}
