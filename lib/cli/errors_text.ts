/**
 * Errors as people read them.
 *
 * @module
 */

import { KubescriptError } from "../kube/error.ts";
import type { TextOptions } from "./format/plan_text.ts";

/**
 * Prints an error: what failed, and what to do about it.
 *
 * @param error What was thrown.
 * @param options How to show it; what led to it and where it happened are told only if everything is to be shown.
 * @returns Lines, each with its line feed.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { KubescriptError } from "../kube/error.ts";
 * import { colorsFor } from "./colors.ts";
 *
 * const error = new KubescriptError('Cannot read "x"', { hint: "Create it" });
 * const colors = colorsFor("never", { isTerminal: false }, false);
 * strictEqual(formatError(error, { colors, verbose: false }), 'error: Cannot read "x"\nhint: Create it\n');
 * ```
 */
export function formatError(error: unknown, { colors, verbose }: TextOptions): string {
  const chain = causesOf(error);
  const lines = [`${colors.red("error:")} ${describe(error)}`];
  // The library's own errors say the reason in their message.
  const causes = verbose || !(error instanceof KubescriptError) ? chain.slice(1) : [];
  for (const cause of causes) {
    if (!lines.some((line) => line.includes(messageOf(cause)))) lines.push(`  caused by: ${describe(cause)}`);
  }
  if (verbose) lines.push(...stackOf(chain.at(-1)).map(colors.dim));
  const hint = chain.filter((link) => link instanceof KubescriptError).find((link) => link.hint !== undefined)?.hint;
  if (hint !== undefined) lines.push(`${colors.bold("hint:")} ${hint}`);
  else if (!verbose && !(error instanceof KubescriptError)) {
    lines.push(`${colors.bold("hint:")} Run again with --verbose to see where it happened`);
  }
  return `${lines.join("\n")}\n`;
}

function causesOf(error: unknown): unknown[] {
  return error instanceof Error && error.cause !== undefined ? [error, ...causesOf(error.cause)] : [error];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The class of an error that the library did not throw itself says what kind of mistake it is: `TypeError: …`. */
function describe(error: unknown): string {
  const isForeign = error instanceof Error && !(error instanceof KubescriptError);
  return isForeign ? `${error.name}: ${error.message}` : messageOf(error);
}

function stackOf(error: unknown): string[] {
  const stack = error instanceof Error ? error.stack ?? "" : "";
  return stack.split("\n").filter((line) => /^\s+at /.test(line));
}
