/**
 * One rule, as the runner runs it.
 *
 * @module
 */

import type { WorkResult } from "./work_queue.ts";

/** Runs a rule for single keys. */
export interface RuleRun {
  /**
   * Runs the rule.
   *
   * @param key The key: the uid of an object, or what the rule takes for one.
   * @param signal Aborts when it takes too long, or the runner stops.
   * @returns How it ended.
   */
  run(key: string, signal: AbortSignal): Promise<WorkResult>;
  /**
   * Tells for which objects the rule has something that goes with them; absent if it never has.
   *
   * @returns Their uids.
   */
  parents?(): Set<string>;
}
