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
  let ended: Result;
  try {
    ended = await run({
      ...commandOptions(invocation, progress),
      allowDelete,
      wait,
      timeoutMs: timeout,
      confirm: (plan) => confirm(invocation, plan),
    });
  } finally {
    progress.clear();
  }
  const result = { ...ended, interrupted: ended.interrupted || signal.aborted };
  const elapsedMs = clock.monotonic() - startMs;
  const options = { ...textOptions(invocation, stdout), command, elapsedMs };
  if (flags.output === "json") {
    stdout.write(resultDocument(result, options));
  } else if (ended.interrupted && !signal.aborted) {
    // The question was answered with no.
    stdout.write("Nothing was changed\n");
  } else {
    if (result.stopped && result.outcomes.length === 0) stdout.write(`${formatPlan(result.plan, options)}\n`);
    const told = result.outcomes.filter(({ status }) => status !== "interrupted" || options.verbose);
    for (const outcome of told) progress.outcome(outcome);
    stdout.write(formatEnd(result, options));
  }
  return resultExitCode(result);
}
