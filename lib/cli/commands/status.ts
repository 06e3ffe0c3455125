/**
 * `kubescript status`.
 *
 * @module
 */

import { readStatus } from "../../engine/commands.ts";
import { EXIT_CODES } from "../exit_code.ts";
import type { StatusFlags } from "../flags.ts";
import { formatStatus, isHealthy, statusDocument } from "../format/status_text.ts";
import { commandOptions, type Invocation, textOptions } from "../invocation.ts";
import { Progress } from "../progress.ts";

/**
 * Shows how the rules of a script stand.
 *
 * @param invocation What it is given.
 * @returns The exit code.
 */
export async function status(invocation: Invocation<StatusFlags>): Promise<number> {
  const { host: { stdout }, flags: { output, exitCode }, subject } = invocation;
  const found = await readStatus(commandOptions(invocation, new Progress(invocation, "planning")));
  const { colors } = textOptions(invocation, stdout);
  const file = typeof subject === "string" ? subject : "FILE";
  stdout.write(output === "text" ? formatStatus(found, { colors, file }) : statusDocument(found, output));
  return exitCode && !isHealthy(found) ? EXIT_CODES.notReady : EXIT_CODES.done;
}
