/**
 * `kubescript run`.
 *
 * @module
 */

import { runScript } from "../../engine/commands.ts";
import { EXIT_CODES } from "../exit_code.ts";
import type { RunFlags } from "../flags.ts";
import { formatLogLine } from "../format/log_line.ts";
import { commandOptions, type Invocation, textOptions } from "../invocation.ts";
import { Progress } from "../progress.ts";

/**
 * Keeps resources and rules converged until it is stopped.
 *
 * @param invocation What it is given.
 * @returns The exit code.
 */
export async function run(invocation: Invocation<RunFlags>): Promise<number> {
  const { host: { stdout, stderr, clock }, flags, named, signal } = invocation;
  const progress = new Progress(invocation, "applying");
  const stream = flags.output === "json" ? stdout : stderr;
  await runScript({
    ...commandOptions(invocation, progress),
    only: named,
    once: flags.once ?? false,
    ruleConcurrency: flags.ruleConcurrency,
    allowDelete: flags.allowDelete ?? [],
    allowEmpty: false,
    pruneEarly: true,
    wait: false,
    timeoutMs: 0,
    log(line) {
      progress.clear();
      stream.write(formatLogLine(line, clock.now(), { ...textOptions(invocation, stream), format: flags.output }));
    },
  });
  return signal.aborted && flags.once ? EXIT_CODES.interrupted : EXIT_CODES.done;
}
