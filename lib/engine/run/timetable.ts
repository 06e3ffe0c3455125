/**
 * When an `every` or `cron` rule is due.
 *
 * @module
 */

import { Cron } from "croner";
import type { Clock } from "../../base/clock.ts";
import { parseDuration } from "../../base/duration.ts";
import type { CronDefinition, EveryDefinition } from "../../script/rules/timer.ts";

/** What a {@linkcode Timetable} is made of. */
export interface TimetableOptions {
  /** The rule. */
  readonly definition: EveryDefinition | CronDefinition;
  /** The clock. */
  readonly clock: Clock;
  /** When it last ran, in milliseconds since the epoch; absent if it never did. */
  readonly lastMs: number | undefined;
}

/** Tells when a rule is due. */
export class Timetable {
  readonly #definition: EveryDefinition | CronDefinition;
  readonly #clock: Clock;
  readonly #cron: Cron | undefined;
  #dueMs: number;

  /**
   * Makes a timetable.
   *
   * A `cron` rule that missed its time while nobody ran it is due at once, if that is not longer ago than its deadline;
   * however often it missed it, it runs once. An `every` rule is due at once if it never ran, else when its interval is
   * over.
   *
   * @param options The rule, and when it last ran.
   * @throws {RangeError} If the cron expression cannot be read.
   */
  constructor({ definition, clock, lastMs }: TimetableOptions) {
    this.#definition = definition;
    this.#clock = clock;
    this.#cron = definition.type === "cron" ? readCron(definition) : undefined;
    this.#dueMs = this.#firstDueMs(lastMs);
  }

  /** When the rule is due, in milliseconds since the epoch, without the jitter. */
  get dueMs(): number {
    return this.#dueMs;
  }

  /** How long to wait now, in milliseconds: until it is due, and a random time more. */
  waitMs(): number {
    const { jitter } = this.#definition.options;
    const jitterMs = jitter === undefined ? 0 : parseDuration(jitter) * this.#clock.random();
    return Math.max(0, this.#dueMs + jitterMs - this.#clock.now());
  }

  /** Goes on to the next time, counted from the times that were planned: those that have passed meanwhile are left out. */
  advance(): void {
    // Timers may fire a little early: the time that was just served does not come again.
    const nowMs = Math.max(this.#clock.now(), this.#dueMs);
    if (this.#definition.type === "every") {
      const { intervalMs } = this.#definition;
      const missed = Math.floor((nowMs - this.#dueMs) / intervalMs);
      this.#dueMs += intervalMs * (missed + 1);
    } else {
      this.#dueMs = this.#nextMs(nowMs);
    }
  }

  #firstDueMs(lastMs: number | undefined): number {
    const nowMs = this.#clock.now();
    if (this.#definition.type === "every") {
      return lastMs === undefined ? nowMs : Math.max(nowMs, lastMs + this.#definition.intervalMs);
    }
    const deadlineMs = parseDuration(this.#definition.options.deadline ?? "1h");
    // Only the latest time counts: those before it may be too long ago.
    const latestMs = this.#latestMs(nowMs);
    const isMissed = lastMs !== undefined && latestMs > lastMs && nowMs - latestMs <= deadlineMs;
    return isMissed ? latestMs : this.#nextMs(nowMs);
  }

  #latestMs(nowMs: number): number {
    return this.#cron!.previousRuns(1, new Date(nowMs + 1))[0]?.getTime() ?? -Infinity;
  }

  #nextMs(afterMs: number): number {
    return this.#cron!.nextRun(new Date(afterMs))?.getTime() ?? Infinity;
  }
}

function readCron({ expression, options: { timeZone } }: CronDefinition): Cron {
  try {
    return new Cron(expression, { timezone: timeZone, paused: true });
  } catch (cause) {
    throw new RangeError(`Cannot read cron expression "${expression}": ${(cause as Error).message}`, { cause });
  }
}
