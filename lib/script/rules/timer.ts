/**
 * `every` and `cron`: something is done again and again.
 *
 * @module
 */

import { parseDuration } from "../../base/duration.ts";
import type { RuleContext } from "./context.ts";
import { makeRule, type Rule } from "./rule.ts";

/** How an `every` rule works. */
export interface EveryOptions {
  /** Each run is later by a random time up to this, so that not everything happens at once. */
  readonly jitter?: string;
  /** How long one run may take. @default {"10m"} */
  readonly timeout?: string;
}

/** How a `cron` rule works. */
export interface CronOptions {
  /** The time zone of the expression, such as `Europe/Berlin` or `UTC`. */
  readonly timeZone: string;
  /** How late a run that was missed is still caught up, once. @default {"1h"} */
  readonly deadline?: string;
  /** Each run is later by a random time up to this, so that not everything happens at once. */
  readonly jitter?: string;
  /** How long one run may take. @default {"10m"} */
  readonly timeout?: string;
}

/** What an `every` rule consists of. */
export interface EveryDefinition {
  /** The type of the rule. */
  readonly type: "every";
  /** The time from one run to the next, in milliseconds. */
  readonly intervalMs: number;
  /** How it works. */
  readonly options: EveryOptions;
  /** What is done. */
  readonly run: (context: RuleContext) => unknown;
}

/** What a `cron` rule consists of. */
export interface CronDefinition {
  /** The type of the rule. */
  readonly type: "cron";
  /** When, as a cron expression of five fields, or six with seconds. */
  readonly expression: string;
  /** How it works. */
  readonly options: CronOptions;
  /** What is done. */
  readonly run: (context: RuleContext) => unknown;
}

/**
 * Makes a rule: the function is called in regular intervals, never twice at once.
 *
 * @param interval The time from the beginning of one run to that of the next, such as `"10m"`.
 * @param options Jitter, timeout.
 * @param run What is done. If it throws, it is called again with the next interval.
 * @returns The rule.
 * @throws {RangeError} If a duration cannot be read, or the interval is less than a second.
 */
export function every(interval: string, options: EveryOptions, run: (context: RuleContext) => unknown): Rule {
  const intervalMs = parseDuration(interval);
  if (intervalMs < 1_000) throw new RangeError(`Cannot run every "${interval}": the least is 1s`);
  checkDurations(options);
  return makeRule({ type: "every", intervalMs, options, run });
}

/**
 * Makes a rule: the function is called at certain times, never twice at once.
 *
 * @param expression When, as a cron expression, such as `0 3 * * *`.
 * @param options The time zone; how late a missed run is caught up; jitter, timeout.
 * @param run What is done.
 * @returns The rule.
 * @throws {RangeError} If a duration or the time zone cannot be read.
 */
export function cron(expression: string, options: CronOptions, run: (context: RuleContext) => unknown): Rule {
  checkDurations(options);
  try {
    new Intl.DateTimeFormat("en", { timeZone: options.timeZone });
  } catch {
    throw new RangeError(`Cannot run at "${expression}": "${options.timeZone}" is no time zone`);
  }
  return makeRule({ type: "cron", expression, options, run });
}

function checkDurations({ jitter, timeout, deadline }: EveryOptions & Partial<CronOptions>): void {
  for (const duration of [jitter, timeout, deadline]) if (duration !== undefined) parseDuration(duration);
}
