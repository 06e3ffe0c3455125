/**
 * Mistakes in a script, reported all at once.
 *
 * @module
 */

import { KubescriptError, type KubescriptErrorOptions } from "../kube/error.ts";

/** A script that cannot be used as it is written. */
export class ScriptError extends KubescriptError {
  /** Every mistake that was found, one sentence each. */
  readonly problems: readonly string[];

  /**
   * Makes an error.
   *
   * @param action What failed, such as `Cannot evaluate script "shop"`.
   * @param problems Every mistake; a single one goes on the same line.
   * @param options The hint and the cause.
   *
   * @example Usage
   * ```ts
   * import { strictEqual } from "node:assert/strict";
   *
   * const { message } = new ScriptError('Cannot evaluate script "shop"', ["one thing", "another"]);
   * strictEqual(message, 'Cannot evaluate script "shop": 2 problems\n  - one thing\n  - another');
   * ```
   */
  constructor(action: string, problems: readonly string[], options?: KubescriptErrorOptions) {
    const list = problems.length === 1
      ? problems[0]
      : [`${problems.length} problems`, ...problems.map((problem) => `  - ${problem}`)].join("\n");
    super(`${action}: ${list}`, options);
    this.problems = problems;
  }
}

/** Params that are missing, unknown, or have values that their declaration forbids. */
export class ParamsError extends ScriptError {}

/** Objects that a script declares more than once. */
export class DuplicateResourceError extends ScriptError {}
