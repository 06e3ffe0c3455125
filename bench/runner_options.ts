/**
 * How benchmarks run the rules of a script in their own process.
 *
 * @module
 */
import { systemClock } from "../lib/base/clock.ts";
import type { RunCommandOptions } from "../lib/engine/commands.ts";
import type { Script } from "../lib/script/script.ts";

/**
 * Makes the options of a run that lasts until its process ends, and tells faults on standard error.
 *
 * @param script The script.
 * @returns The options.
 */
export function runnerOptions(script: Script): RunCommandOptions {
  return {
    source: { script },
    params: [],
    concurrency: 16,
    requestTimeoutMs: 30_000,
    forceConflicts: false,
    listen() {},
    signal: new AbortController().signal,
    clock: systemClock,
    only: [],
    once: false,
    ruleConcurrency: 16,
    allowDelete: [],
    allowEmpty: false,
    pruneEarly: true,
    wait: false,
    timeoutMs: 0,
    gracePeriodMs: 10_000,
    onUnderWay() {},
    log: ({ level, rule, message }) => level === "info" || console.error(level, rule, message),
  };
}
