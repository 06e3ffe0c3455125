/**
 * `kubescript plan`.
 *
 * @module
 */

import { planScript } from "../../engine/commands.ts";
import type { Plan } from "../../plan/change.ts";
import { planExitCode } from "../exit_code.ts";
import type { PlanFlags } from "../flags.ts";
import { planDocument } from "../format/json.ts";
import { formatPlan } from "../format/plan_text.ts";
import { commandOptions, type Invocation, textOptions } from "../invocation.ts";
import { Progress } from "../progress.ts";

/**
 * Shows what an apply would change.
 *
 * @param invocation What it is given.
 * @returns The exit code.
 */
export async function plan(invocation: Invocation<PlanFlags>): Promise<number> {
  const progress = new Progress(invocation, "planning");
  const { validate, rules, exitCode } = invocation.flags;
  const planned = await planScript({ ...commandOptions(invocation, progress), validate, rules });
  return showPlan(invocation, planned, exitCode);
}

/**
 * Writes a plan to standard output.
 *
 * @param invocation What the command was given.
 * @param planned The plan.
 * @param tellChanges Whether changes have an exit code of their own.
 * @returns The exit code.
 */
export function showPlan(invocation: Invocation, planned: Plan, tellChanges: boolean = false): number {
  const { host: { stdout }, flags } = invocation;
  const options = textOptions(invocation, stdout);
  stdout.write(flags.output === "json" ? planDocument(planned, options) : formatPlan(planned, options));
  return planExitCode(planned, tellChanges);
}
