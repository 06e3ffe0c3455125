/**
 * From what tests say to what the engine's commands are given.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import { parseDuration } from "../base/duration.ts";
import type { ApplyCommandOptions } from "../engine/options.ts";
import type { Result, RunEvent } from "../engine/result.ts";
import { KubescriptError } from "../kube/error.ts";
import { formatRef } from "../kube/object_ref.ts";
import type { Plan } from "../plan/change.ts";
import type { TestApplyOptions, TestedScript } from "./test_options.ts";

/** What all commands of a sandbox have in common. */
export interface CommandEnvironment extends Required<Pick<ApplyCommandOptions, "connect">> {
  /** The clock. */
  readonly clock: Clock;
  /** Stops the command. */
  readonly signal: AbortSignal;
  /** Told what happens. */
  readonly listen: (event: RunEvent) => void;
}

/**
 * Fills in what a test does not say.
 *
 * @param script The script.
 * @param options What the test says.
 * @param environment What all commands have in common.
 * @returns What the engine's commands are given.
 */
export function commandOptions(
  script: TestedScript,
  options: TestApplyOptions,
  environment: CommandEnvironment,
): ApplyCommandOptions {
  const { params = {}, preset, namespace, user } = options;
  return {
    ...environment,
    source: typeof script === "string" ? { file: script, readStdin: () => Promise.resolve("") } : { script },
    params: toFlags(params),
    preset,
    namespace,
    impersonate: user === undefined ? undefined : { user },
    concurrency: 16,
    requestTimeoutMs: 30_000,
    forceConflicts: options.forceConflicts ?? false,
    allowDelete: options.allowDelete ?? [],
    allowEmpty: options.allowEmpty ?? false,
    pruneEarly: false,
    wait: options.wait ?? true,
    timeoutMs: parseDuration(options.timeout ?? "10m"),
  };
}

/**
 * Writes params as the command line has them.
 *
 * @param params The values by name.
 * @returns One text `name=value` for each.
 */
export function toFlags(params: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(params).map(([name, value]) => `${name}=${Array.isArray(value) ? value.join(",") : value}`);
}

/** An apply or a deletion did not do all that it had to. */
export class IncompleteError extends KubescriptError {
  /** What was done and what was not. */
  readonly result: Result;

  /**
   * Makes an error.
   *
   * @param result What was done and what was not.
   * @param problems What went wrong.
   */
  constructor(result: Result, problems: readonly string[]) {
    super(`Cannot finish script "${result.plan.script}": ${problems.join("; ")}`, { hint: result.stopped?.hint });
    this.result = result;
  }
}

/**
 * Checks that a command has done all that it had to.
 *
 * @param result How it ended.
 * @returns The same.
 * @throws {IncompleteError} If something is left to do.
 */
export function complete(result: Result): Result {
  const { stopped, outcomes, notReady, interrupted } = result;
  const problems = [
    ...stopped ? [stopped.reason] : [],
    ...outcomes.flatMap(({ status, change, reason }) => status === "done" ? [] : `${formatRef(change.ref)}: ${reason}`),
    ...notReady.map(({ ref, reason }) => `${formatRef(ref)} is not ready: ${reason}`),
    ...interrupted ? ["it was interrupted"] : [],
  ];
  if (problems.length > 0) throw new IncompleteError(result, problems);
  return result;
}

/**
 * Tells what a plan would change, for assertions.
 *
 * @param plan The plan, or a result with one.
 * @returns One text such as `update Deployment/shop/web` for each object that is not as it should be.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(changesOf({ script: "shop", namespace: "shop", changes: [] }), []);
 * ```
 */
export function changesOf(plan: Plan | Pick<Result, "plan">): string[] {
  const { changes } = "plan" in plan ? plan.plan : plan;
  return changes.flatMap(({ action, ref }) => action === "unchanged" ? [] : `${action} ${formatRef(ref)}`);
}
