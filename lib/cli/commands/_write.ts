/**
 * What the commands that write have in common: they ask, tell about their progress, and report in the end.
 *
 * @module
 */

import type { WriteCommandOptions } from "../../engine/options.ts";
import type { Result } from "../../engine/result.ts";
import { confirm } from "../confirm.ts";
import { resultExitCode } from "../exit_code.ts";
import type { WriteFlags } from "../flags.ts";
import { resultDocument } from "../format/json.ts";
import { formatPlan } from "../format/plan_text.ts";
import { formatEnd } from "../format/result_text.ts";
import { commandOptions, type Invocation, textOptions } from "../invocation.ts";
import { Progress } from "../progress.ts";

/**
 * Runs a command that writes.
 *
 * @param invocation What it is given.
 * @param command What it does.
 * @param run The engine's command.
 * @returns The exit code.
 */
export async function write(
  invocation: Invocation<WriteFlags>,
  command: "apply" | "delete",
  run: (options: WriteCommandOptions) => Promise<Result>,
): Promise<number> {
  const { host: { stdout, clock }, flags, signal } = invocation;
  const startMs = clock.monotonic();
  const progress = new Progress(invocation, command === "apply" ? "applying" : "deleting");
  const { allowDelete = [], wait, timeout } = flags;
  let outcome: Result;
  try {
    outcome = await run({
      ...commandOptions(invocation, progress),
      allowDelete,
      wait,
      timeoutMs: timeout,
      confirm: (plan) => confirm(invocation, plan),
    });
  } finally {
    progress.clear();
  }
  const result = { ...outcome, interrupted: outcome.interrupted || signal.aborted };
  if (flags.output === "json") {
    stdout.write(resultDocument(result, { verbose: flags.verbose ?? false }));
    return resultExitCode(result);
  }
  const options = { ...textOptions(invocation, stdout), command, elapsedMs: clock.monotonic() - startMs };
  if (result.stopped && result.outcomes.length === 0) stdout.write(formatPlan(result.plan, options));
  for (const outcome of result.outcomes) {
    if (outcome.status !== "interrupted" || flags.verbose) progress.outcome(outcome);
  }
  stdout.write(formatEnd(result, options));
  return resultExitCode(result);
}
