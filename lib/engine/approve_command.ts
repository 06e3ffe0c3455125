/**
 * `approve`: lets a rule prune what it held back, as suspiciously much was missing at once.
 *
 * @module
 */

import type { CommandOptions } from "./options.ts";
import { RuleBlock } from "./run/rule_block.ts";
import { openSession } from "./session.ts";

/** What `approve` is given. */
export interface ApproveCommandOptions extends CommandOptions {
  /** The rules. */
  readonly only: readonly string[];
}

/**
 * Approves what rules would prune. Whoever runs the rules finds out within seconds.
 *
 * @param options The script, the cluster, the rules.
 * @throws {KubescriptError} If a rule is not blocked.
 */
export async function approveRules(options: ApproveCommandOptions): Promise<void> {
  const { session } = await openSession(options);
  using _ = session;
  for (const rule of options.only) await new RuleBlock(session.client, session.set, rule).approve();
}
