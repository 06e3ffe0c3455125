/**
 * How a runner that is asked to stop divides the time that it has.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import type { LogLine } from "./rule_call.ts";

/** When the parts of a drain end, in milliseconds since it began. */
export interface DrainTimes {
  /** When what is still under way is aborted. */
  readonly abortMs: number;
  /** When what does not heed that is left behind, so that the rest of the time is for what must be written. */
  readonly leaveMs: number;
}

const ABORT_BEFORE_MS = 5_000;
const LEAVE_BEFORE_MS = 2_000;

/**
 * Divides the time.
 *
 * @param graceMs How long all of it may take, in milliseconds.
 * @returns When the parts end.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(drainTimes(30_000), { abortMs: 25_000, leaveMs: 28_000 });
 * deepStrictEqual(drainTimes(1_000), { abortMs: 0, leaveMs: 500 });
 * ```
 */
export function drainTimes(graceMs: number): DrainTimes {
  return {
    abortMs: Math.max(0, graceMs - ABORT_BEFORE_MS),
    leaveMs: Math.max(graceMs / 2, graceMs - LEAVE_BEFORE_MS),
  };
}

/** What is to be drained. */
export interface DrainOptions {
  /** The clock. */
  readonly clock: Clock;
  /** How long all of the end may take, in milliseconds. */
  readonly graceMs: number;
  /** Settles when nothing is under way any more. */
  readonly ended: Promise<void>;
  /** Tells what is under way. */
  readonly underWay: () => readonly string[];
  /** Aborts it. */
  readonly abort: () => void;
  /** Ends the wait. */
  readonly signal: AbortSignal;
  /** Writes to the log. */
  readonly log: (line: LogLine) => void;
}

/**
 * Gives what is under way time to end, and says what becomes of it.
 *
 * @param options What is to be drained.
 * @returns Whether all of it has ended.
 */
export async function drain(options: DrainOptions): Promise<boolean> {
  const { clock, graceMs, ended, underWay, abort, signal, log } = options;
  const tell = (level: LogLine["level"], message: string) =>
    log({ level, rule: "", message: `${message} ${underWay().join(", ")}` });
  const { abortMs, leaveMs } = drainTimes(graceMs);
  if (underWay().length > 0) tell("info", "Draining: waiting for");
  if (await isOverWithin(clock, abortMs, ended, signal)) return true;
  if (!signal.aborted) tell("warn", "Draining: out of time, aborting");
  abort();
  if (await isOverWithin(clock, leaveMs - abortMs, ended, signal)) return true;
  tell("error", "Draining: left undone, as it does not heed its signal:");
  return false;
}

/**
 * Waits for the end of something.
 *
 * @param clock The clock.
 * @param ms For how long at most, in milliseconds.
 * @param end Settles at the end.
 * @param signal Ends the wait.
 * @returns Whether it was the end.
 */
async function isOverWithin(clock: Clock, ms: number, end: Promise<void>, signal: AbortSignal): Promise<boolean> {
  const waiting = new AbortController();
  const pause = clock.sleep(ms, AbortSignal.any([waiting.signal, signal])).catch(() => {});
  const isOver = await Promise.race([end.then(() => true), pause.then(() => false)]);
  waiting.abort();
  return isOver;
}
