/**
 * One invocation of a command: what it was given, and what it hands on to the engine.
 *
 * @module
 */

import type { CommandOptions, ScriptSource } from "../engine/options.ts";
import type { Script } from "../script/script.ts";
import { colorsFor } from "./colors.ts";
import { formatError } from "./errors_text.ts";
import { EXIT_CODES } from "./exit_code.ts";
import type { CommonFlags } from "./flags.ts";
import type { TextOptions } from "./format/plan_text.ts";
import type { Host, OutputStream } from "./host.ts";
import { type InterruptWords, listenForInterrupt } from "./interrupt.ts";
import type { Progress } from "./progress.ts";

/** What to run a command on: a file, folder, `-` or URL, or a script that runs itself. */
export type Subject = string | Script;

/** Flags that every command has. */
export type TextFlags = Pick<CommonFlags, "color" | "verbose">;

/**
 * What every command is given.
 *
 * @typeParam F Its flags.
 */
export interface Call<F extends TextFlags = TextFlags> {
  /** The process. */
  readonly host: Host;
  /** The flags. */
  readonly flags: F;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Says in other words what Ctrl-C does. */
  readonly onInterrupt?: (words: InterruptWords) => void;
}

/**
 * What a command is given that runs on a script.
 *
 * @typeParam F Its flags.
 */
export interface Invocation<F extends CommonFlags = CommonFlags> extends Call<F> {
  /** What to run on. */
  readonly subject: Subject;
  /** What was named behind the file, such as rules. */
  readonly named: readonly string[];
}

/**
 * A command that runs on a script.
 *
 * @typeParam F Its flags.
 */
export type CommandFunction<F extends CommonFlags> = (invocation: Invocation<F>) => Promise<number>;

/**
 * Runs a command: errors are printed, and Ctrl-C ends it in good order.
 *
 * @typeParam G What the command is given, besides the signal.
 * @param command The command.
 * @param given What it is given.
 * @returns The exit code.
 */
export async function invoke<G extends Omit<Call, "signal">>(
  command: (call: G & Pick<Call, "signal" | "onInterrupt">) => Promise<number>,
  given: G,
): Promise<number> {
  using interruption = listenForInterrupt(given.host);
  const call = { ...given, signal: interruption.signal, onInterrupt: interruption.say };
  try {
    return await command(call);
  } catch (error) {
    // That an interrupted request failed is no news.
    if (interruption.signal.aborted) return EXIT_CODES.interrupted;
    const { stderr } = given.host;
    stderr.write(formatError(error, textOptions(call, stderr)));
    return EXIT_CODES.failed;
  }
}

/**
 * Tells how to write text to a stream.
 *
 * @param call What the command was given.
 * @param stream The stream.
 * @returns Colours, width and amount.
 */
export function textOptions({ host, flags }: Call, stream: OutputStream): TextOptions {
  return {
    colors: colorsFor(flags.color, stream, host.noColor),
    verbose: flags.verbose ?? false,
    columns: stream.columns,
  };
}

/**
 * Makes what every command of the engine is given.
 *
 * @param invocation The invocation.
 * @param progress Told about the run.
 * @returns The engine's options.
 */
export function commandOptions(invocation: Invocation, progress: Progress): CommandOptions {
  const { host, flags, subject, signal } = invocation;
  return {
    source: sourceOf(subject, flags, host),
    kubeconfig: flags.kubeconfig,
    context: flags.context,
    impersonate: impersonation(flags),
    // What is read from standard input comes before any question.
    stdinIsTerminal: host.stdin.isTerminal && subject !== "-",
    namespace: flags.namespace,
    params: flags.param ?? [],
    paramsFile: flags.paramsFile,
    preset: flags.preset,
    concurrency: flags.concurrency,
    requestTimeoutMs: flags.requestTimeout,
    forceConflicts: flags.forceConflicts ?? false,
    listen: (event) => progress.listen(event),
    debug: flags.verbose ? (message) => progress.note(message) : undefined,
    signal,
    clock: host.clock,
  };
}

/**
 * Tells whom to act as.
 *
 * @param flags The flags.
 * @returns What they say about it.
 */
export function impersonation(flags: Pick<CommonFlags, "as" | "asGroup" | "asUid">): CommandOptions["impersonate"] {
  return { user: flags.as, uid: flags.asUid, groups: flags.asGroup };
}

function sourceOf(subject: Subject, { name }: CommonFlags, host: Host): ScriptSource {
  if (typeof subject !== "string") return { script: subject };
  return { file: subject, name, readStdin: () => host.stdin.readText() };
}
