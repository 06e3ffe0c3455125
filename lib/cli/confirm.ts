/**
 * The question before something is deleted.
 *
 * @module
 */

import { type Plan, summarize } from "../plan/change.ts";
import type { WriteFlags } from "./flags.ts";
import { formatPlan } from "./format/plan_text.ts";
import { countOf } from "./format/words.ts";
import { type Invocation, textOptions } from "./invocation.ts";

/**
 * Shows the plan and asks, if there is a person to ask and something would be deleted.
 *
 * @param invocation What the command was given.
 * @param plan The plan.
 * @returns Whether to go on.
 * @throws {DOMException} If the question is answered with Ctrl-C.
 */
export async function confirm(invocation: Invocation<WriteFlags>, plan: Plan): Promise<boolean> {
  const { host: { stdin, stdout, stderr }, flags, signal } = invocation;
  const summary = summarize(plan.changes);
  const goes = summary.delete + summary.replace;
  if (flags.yes || goes === 0 || !stdin.isTerminal || !stdout.isTerminal) return true;
  const out = flags.output === "json" ? stderr : stdout;
  const replaced = summary.replace > 0 ? `, ${summary.replace} of them to be made anew` : "";
  out.write(formatPlan(plan, textOptions(invocation, out)));
  stderr.write(`\nDelete ${countOf(goes, "object")}${replaced}? [y/N] `);
  const { promise: interrupted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort);
  try {
    return /^y(es)?$/i.test(await Promise.race([stdin.readLine(), interrupted]));
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
