/**
 * `kubescript approve`.
 *
 * @module
 */

import { approveRules } from "../../engine/commands.ts";
import { KubescriptError } from "../../kube/error.ts";
import { EXIT_CODES } from "../exit_code.ts";
import { commandOptions, type Invocation } from "../invocation.ts";
import { Progress } from "../progress.ts";

/**
 * Approves what rules would prune.
 *
 * @param invocation What it is given.
 * @returns The exit code.
 */
export async function approve(invocation: Invocation): Promise<number> {
  const { host: { stdout }, named } = invocation;
  if (named.length === 0) throw new KubescriptError("Cannot approve: no rule is named");
  await approveRules({ ...commandOptions(invocation, new Progress(invocation, "planning")), only: named });
  for (const rule of named) stdout.write(`Approved: rule ${rule} may prune\n`);
  return EXIT_CODES.done;
}
