/**
 * `kubescript apply`.
 *
 * @module
 */

import { applyScript } from "../../engine/commands.ts";
import type { ApplyFlags } from "../flags.ts";
import type { Invocation } from "../invocation.ts";
import { plan } from "./plan.ts";
import { write } from "./_write.ts";

/**
 * Makes the cluster as the script says.
 *
 * @param invocation What it is given.
 * @returns The exit code.
 */
export async function apply(invocation: Invocation<ApplyFlags>): Promise<number> {
  const { flags } = invocation;
  if (flags.dryRun) return await plan(invocation);
  const { allowEmpty = false, prune, validate, rules } = flags;
  return await write(
    invocation,
    "apply",
    (options) => applyScript({ ...options, allowEmpty, pruneEarly: prune === "early", validate, rules }),
  );
}
