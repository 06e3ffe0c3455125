/**
 * Whether a runner is alive and ready, as `/livez` and `/readyz` tell it.
 *
 * @module
 */

import type { ObservedElection, ObservedRun } from "../engine/run/observer.ts";

/** One thing that is checked. */
export interface Check {
  /** Its name. */
  readonly name: string;
  /** What is wrong; `undefined` if nothing is. */
  readonly problem: string | undefined;
}

/** Attempts follow one another after about two seconds, and take five at most. */
const LONGEST_PAUSE_MS = 20_000;

/**
 * Checks whether the process does what it has to. That the event loop is alive shows in that this is asked.
 *
 * @param election How it stands in the election; `undefined` if it does not, yet.
 * @returns What was checked.
 */
export function livenessChecks(election: ObservedElection | undefined): Check[] {
  const sinceMs = election?.sinceAttemptMs ?? 0;
  const isStuck = sinceMs > LONGEST_PAUSE_MS;
  return [
    { name: "event-loop", problem: undefined },
    { name: "lease", problem: isStuck ? `not tried to renew for ${Math.round(sinceMs / 1_000)} s` : undefined },
  ];
}

/**
 * Checks whether the process can do what it has to: as the leader, if all that its rules look at was read; who stands by
 * is ready for that.
 *
 * @param election How it stands in the election; `undefined` if it does not, yet.
 * @param run What it runs as the leader; `undefined` if it does not, yet.
 * @returns What was checked.
 */
export function readinessChecks(election: ObservedElection | undefined, run: ObservedRun | undefined): Check[] {
  if (!run) {
    if (election?.leads) return [{ name: "started", problem: "the rules do not run yet" }];
    return [{ name: "started", problem: election?.holder === undefined ? "no runner leads yet" : undefined }];
  }
  const inputs = run.inputs();
  return run.rules().map(({ name }) => {
    const unread = inputs.filter((input) => !input.synced && input.rules.includes(name));
    const reasons = unread.map(({ kind, status }) => status.reason === "" ? kind : `${kind} (${status.reason})`);
    return { name: `rule/${name}`, problem: unread.length > 0 ? `not synced: ${reasons.join(", ")}` : undefined };
  });
}

/**
 * Writes checks as the API server writes its own: in short if all is well, unless more is asked for.
 *
 * @param what What was checked, such as `readyz`.
 * @param checks The checks.
 * @param verbose Whether to list them in any case.
 * @returns The text.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const checks = [{ name: "started", problem: "no runner leads yet" }];
 * strictEqual(formatChecks("readyz", checks, false), "[-]started failed: no runner leads yet\nreadyz check failed\n");
 * strictEqual(formatChecks("livez", [], false), "ok\n");
 * ```
 */
export function formatChecks(what: string, checks: readonly Check[], verbose: boolean): string {
  const passes = checks.every(({ problem }) => problem === undefined);
  if (passes && !verbose) return "ok\n";
  const lines = checks.map(({ name, problem }) =>
    problem === undefined ? `[+]${name} ok` : `[-]${name} failed: ${problem}`
  );
  return `${[...lines, `${what} check ${passes ? "passed" : "failed"}`].join("\n")}\n`;
}
