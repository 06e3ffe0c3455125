/**
 * Conditions for the status of one's own kinds.
 *
 * @module
 */

import { systemClock } from "../../base/clock.ts";
import { type Condition, findCondition } from "../../kube/condition.ts";
import type { KubeObject } from "../../kube/object.ts";
import { formatTime } from "../../kube/time.ts";

/** What a condition states. */
export interface ConditionStatement {
  /** What it states, such as `Ready`. */
  readonly type: string;
  /** Whether that is so. */
  readonly status: boolean;
  /** Why, as one word for programs. */
  readonly reason: string;
  /** Why, for people. */
  readonly message?: string;
}

/**
 * Makes a condition. When it last changed is taken over from the object, unless it changes now.
 *
 * @param object The object, as it was read.
 * @param statement What the condition states.
 * @param nowMs The time, in milliseconds since the epoch.
 * @returns The condition, to be put into `status.conditions`.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const before = { type: "Ready", status: "True", lastTransitionTime: "2026-01-01T00:00:00Z" };
 * const object = { apiVersion: "example.com/v1", kind: "Website", status: { conditions: [before] } };
 * const ready = condition(object, { type: "Ready", status: true, reason: "Pods" });
 * strictEqual(ready.lastTransitionTime, "2026-01-01T00:00:00Z");
 * ```
 */
export function condition(
  object: { readonly status?: unknown },
  statement: ConditionStatement,
  nowMs: number = systemClock.now(),
): Condition & { status: "True" | "False"; lastTransitionTime: string } {
  const status = statement.status ? "True" : "False";
  const before = findCondition(object as KubeObject & { readonly status?: unknown }, statement.type);
  const since = before?.status === status ? before.lastTransitionTime : undefined;
  const lastTransitionTime = since ?? formatTime(nowMs);
  return { ...statement, status, lastTransitionTime };
}
