/**
 * Rules: what a script does when something happens, as values.
 *
 * @module
 */

import type { ChangedDefinition } from "./changed.ts";
import type { EachDefinition } from "./each.ts";
import type { ReconcileDefinition } from "./reconcile.ts";
import type { TaskDefinition } from "./task.ts";
import type { CronDefinition, EveryDefinition } from "./timer.ts";

// Registered globally, as a script may use another copy of the library than the runner.
const RULE: unique symbol = Symbol.for("kubescript.rule");

/** What a rule consists of. */
export type RuleDefinition =
  | EachDefinition
  | ReconcileDefinition
  | ChangedDefinition
  | EveryDefinition
  | CronDefinition
  | TaskDefinition;

/** A rule of a script. Its name is the key under which the script carries it. */
export interface Rule {
  /** @ignore What it consists of. */
  readonly [RULE]: RuleDefinition;
}

/**
 * Makes a rule.
 *
 * @param definition What it consists of.
 * @returns The rule.
 */
export function makeRule(definition: RuleDefinition): Rule {
  return Object.freeze({ [RULE]: Object.freeze(definition) });
}

/**
 * Tells what a rule consists of.
 *
 * @param value Any value.
 * @returns What it consists of; `undefined` if the value is no rule.
 */
export function definitionOf(value: unknown): RuleDefinition | undefined {
  return typeof value === "object" && value !== null ? (value as Partial<Rule>)[RULE] : undefined;
}
