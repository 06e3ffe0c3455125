/**
 * `task`: something that is done when somebody asks for it.
 *
 * @module
 */

import type { Params, Values } from "../param.ts";
import type { RuleContext } from "./context.ts";
import { makeRule, type Rule } from "./rule.ts";

/** What a task consists of. */
export interface TaskDefinition {
  /** The type of the rule. */
  readonly type: "task";
  /** What it is for, in a few words. */
  readonly help: string;
  /** Its arguments. */
  readonly args: Params;
  /** What is done. */
  readonly run: (args: Values<Params>, context: RuleContext) => unknown;
}

/**
 * Makes a task: it runs once when it is named, as in `kubescript run ops.ts restart --param deployment=shop/web`.
 *
 * @typeParam A The arguments.
 * @param help What it is for, in a few words.
 * @param args The arguments, which are given like params.
 * @param run What is done.
 * @returns The rule.
 */
export function task<const A extends Params>(
  help: string,
  args: A,
  run: (args: Values<A>, context: RuleContext) => unknown,
): Rule {
  return makeRule({ type: "task", help, args, run } as unknown as TaskDefinition);
}
