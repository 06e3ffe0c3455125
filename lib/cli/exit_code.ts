/**
 * Exit codes: the first of 130, 1, 4, 5, 3, 2, 0 that fits.
 *
 * @module
 */

import type { Result } from "../engine/result.ts";
import { type Plan, summarize } from "../plan/change.ts";

/** What the exit codes mean. */
export const EXIT_CODES = {
  /** Done; also a plan with changes. */
  done: 0,
  /** A failure of the script, the configuration, the API, or of one object. */
  failed: 1,
  /** `plan --exit-code` found changes. */
  changes: 2,
  /** Applied, but not ready in time. */
  notReady: 3,
  /** Somebody else owns a field that the script sets. */
  conflict: 4,
  /** A safety rail stopped the run. */
  rail: 5,
  /** The command line was wrong. */
  usage: 64,
  /** Interrupted. */
  interrupted: 130,
  /** Told to end a second time, by SIGTERM. */
  terminated: 143,
} as const;

/**
 * Finds the exit code for a plan.
 *
 * @param plan The plan.
 * @param tellChanges Whether changes have an exit code of their own.
 * @returns The exit code. Objects that cannot be verified are no changes: nobody knows.
 */
export function planExitCode(plan: Plan, tellChanges: boolean): number {
  const summary = summarize(plan.changes);
  if (summary.blocked > 0) return EXIT_CODES.failed;
  if (summary.conflict > 0) return EXIT_CODES.conflict;
  const changes = plan.changes.length - summary.unchanged - summary.unverified;
  return tellChanges && changes > 0 ? EXIT_CODES.changes : EXIT_CODES.done;
}

/**
 * Finds the exit code for what a run did.
 *
 * @param result What it did.
 * @returns The exit code.
 */
export function resultExitCode(result: Result): number {
  const { outcomes, notReady, stopped, interrupted } = result;
  if (interrupted) return EXIT_CODES.interrupted;
  const failures = outcomes.filter(({ status }) => status === "failed");
  const isConflict = failures.length > 0 && failures.every(({ change }) => change.action === "conflict");
  if (stopped?.by === "conflict" || isConflict) return EXIT_CODES.conflict;
  if (stopped?.by === "rail") return EXIT_CODES.rail;
  if (stopped || failures.length > 0) return EXIT_CODES.failed;
  return notReady.length > 0 ? EXIT_CODES.notReady : EXIT_CODES.done;
}
