/**
 * The selectors of API objects.
 *
 * @module
 */

import type { DeepReadonly } from "../../base/deep_readonly.ts";
import type { LabelSelector } from "../../kinds/meta/v1.ts";
import { type LabelRequirement, matchesLabels } from "../../kube/label_selector.ts";

const OPERATORS: Readonly<Record<string, LabelRequirement["operator"]>> = {
  In: "in",
  NotIn: "notin",
  Exists: "exists",
  DoesNotExist: "!",
};

/**
 * Tells whether labels meet a selector of an object.
 *
 * @param selector The selector; without one, nothing is selected; an empty one selects everything.
 * @param labels The labels.
 * @returns Whether they meet all of it.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const selector = { matchExpressions: [{ key: "tier", operator: "In", values: ["web"] }] };
 * strictEqual(selects(selector, { tier: "web" }), true);
 * strictEqual(selects(undefined, { tier: "web" }), false);
 * ```
 */
export function selects(
  selector: DeepReadonly<LabelSelector> | undefined,
  labels: Readonly<Record<string, string>> | undefined,
): boolean {
  if (!selector) return false;
  const { matchLabels = {}, matchExpressions = [] } = selector;
  return matchesMap(matchLabels, labels) && matchesLabels(
    matchExpressions.map(({ key, operator, values = [] }) => ({ key, operator: OPERATORS[operator]!, values })),
    labels,
  );
}

/**
 * Tells whether labels have all entries of a map.
 *
 * @param map The map.
 * @param labels The labels.
 * @returns Whether they have.
 */
export function matchesMap(
  map: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>> = {},
): boolean {
  return Object.entries(map).every(([key, value]) => labels[key] === value);
}

/**
 * Reads a number that may be a part of another one, such as `25%`.
 *
 * @param value The number.
 * @param total What a percentage is of.
 * @param round How a percentage is rounded.
 * @returns The number.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(scaledValue("25%", 2, Math.ceil), 1);
 * strictEqual(scaledValue(3, 2, Math.ceil), 3);
 * ```
 */
export function scaledValue(value: number | string, total: number, round: (value: number) => number): number {
  if (typeof value === "number") return value;
  return value.endsWith("%") ? round(parseInt(value) * total / 100) : Number(value);
}
