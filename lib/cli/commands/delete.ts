/**
 * `kubescript delete`.
 *
 * @module
 */

import { deleteScript, planDeletion } from "../../engine/commands.ts";
import type { DeleteFlags } from "../flags.ts";
import { commandOptions, type Invocation } from "../invocation.ts";
import { Progress } from "../progress.ts";
import { showPlan } from "./plan.ts";
import { write } from "./_write.ts";

/**
 * Deletes what the script has in the cluster.
 *
 * @param invocation What it is given.
 * @returns The exit code.
 */
export async function deleteSet(invocation: Invocation<DeleteFlags>): Promise<number> {
  const { dryRun, rules } = invocation.flags;
  if (!dryRun) return await write(invocation, "delete", (options) => deleteScript({ ...options, rules }));
  const options = commandOptions(invocation, new Progress(invocation, "planning"));
  return showPlan(invocation, await planDeletion({ ...options, rules }));
}
