/**
 * Runs functions of rules: what they throw decides when they are tried again, and reaches nobody else.
 *
 * @module
 */

import { type Clock, deadline, type Limit } from "../../base/clock.ts";
import { DryRunError } from "../../client/dry_run_error.ts";
import type { LiveObject } from "../../kube/object.ts";
import { formatRef, refOf } from "../../kube/object_ref.ts";
import type { Mask } from "../../plan/mask.ts";
import type { LogLine } from "./rule_call.ts";
import type { RunHealth, WorkTurn } from "./run_health.ts";
import type { WorkResult } from "./work_queue.ts";

/** What a {@linkcode RuleGuard} works with. */
export interface RuleGuardOptions {
  /** The clock. */
  readonly clock: Clock;
  /** Takes out of messages what is secret. */
  readonly mask: Mask;
  /** Writes to the log. */
  readonly log: (line: LogLine) => void;
  /** Told how calls end. */
  readonly health: RunHealth;
  /** Aborts when the runner stops. */
  readonly stopped: AbortSignal;
  /** Tells whether this process may act: who stood still for a while may not know yet that another one does. */
  readonly mayAct: () => boolean;
}

/** What is run. */
export interface GuardedCall {
  /** The rule. */
  readonly rule: string;
  /** What it is run for. */
  readonly key: string;
  /** The object, if there is one. */
  readonly object: LiveObject | undefined;
  /** How it came to its turn. */
  readonly turn: WorkTurn;
  /** How long it may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** Runs functions of rules. */
export class RuleGuard {
  readonly #options: RuleGuardOptions;
  readonly #failed = new Set<string>();

  /**
   * Makes a guard.
   *
   * @param options What it works with.
   */
  constructor(options: RuleGuardOptions) {
    this.#options = options;
  }

  /** The rules of which something has failed, or that are blocked. */
  get failed(): readonly string[] {
    return [...this.#failed];
  }

  /**
   * Runs a function.
   *
   * @param called What is run.
   * @param run Runs it.
   * @returns How it ended.
   */
  async run(called: GuardedCall, run: (limit: Limit) => Promise<WorkResult>): Promise<WorkResult> {
    const { clock, health, stopped, mayAct } = this.#options;
    const { rule, key, object, turn, timeoutMs } = called;
    if (!mayAct()) return { status: "failed" };
    using limit = deadline(clock, timeoutMs, stopped);
    const call = health.call(rule, key, object, turn);
    try {
      const result = await run(limit);
      call.done();
      return result;
    } catch (error) {
      if (stopped.aborted) {
        call.cancel();
        return { status: "failed" };
      }
      this.fail(rule, object, error);
      // What a dry run cannot try, it cannot try a second time either.
      const permanent = isNamed(error, "Permanent") || error instanceof DryRunError;
      call.fail(error, permanent);
      if (permanent) return { status: "permanent" };
      const retryMs = isNamed(error, "RetryAfter") ? (error as { delayMs?: number }).delayMs : undefined;
      return { status: "failed", retryMs };
    }
  }

  /**
   * Notes that a rule is blocked.
   *
   * @param rule The rule.
   * @param message Why.
   */
  block(rule: string, message: string): void {
    this.#failed.add(rule);
    this.#options.log({ level: "warn", rule, message });
  }

  /**
   * Notes that something of a rule has failed.
   *
   * @param rule The rule.
   * @param object The object, if it is about one.
   * @param error What went wrong.
   */
  fail(rule: string, object: LiveObject | undefined, error: unknown): void {
    this.#failed.add(rule);
    this.tell(rule, object, error);
  }

  /**
   * Writes an error to the log.
   *
   * @param rule The rule; empty if it is about none.
   * @param object The object, if it is about one.
   * @param error What went wrong.
   */
  tell(rule: string, object: LiveObject | undefined, error: unknown): void {
    const message = this.#options.mask.text(error instanceof Error ? error.message : String(error));
    this.#options.log({ level: "error", rule, object: object && formatRef(refOf(object)), message });
  }
}

/** By name, as the script may use another copy of the library. */
function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}
