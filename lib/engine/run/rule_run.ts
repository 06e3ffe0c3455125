/**
 * One rule, as the runner runs it.
 *
 * @module
 */

import type { Limit } from "../../base/clock.ts";
import type { WorkResult } from "./work_queue.ts";

/** Runs a rule for single keys. */
export interface RuleRun {
  /**
   * Runs the rule.
   *
   * @param key The key: the uid of an object, or what the rule takes for one.
   * @param limit How long it may take.
   * @returns How it ended.
   */
  run(key: string, limit: Limit): Promise<WorkResult>;
  /**
   * Tells for which objects the rule has something that goes with them; absent if it never has.
   *
   * @returns Their uids.
   */
  parents?(): Set<string>;
}
