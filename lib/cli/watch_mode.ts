/**
 * `run --watch`: a process runs the script until one of its files changes, and ends then. The one that started it starts
 * another one, as modules that were imported cannot be loaded again.
 *
 * @module
 */

import { UsageError } from "../engine/ad_hoc/usage_error.ts";
import { locate, toFileUrl } from "../engine/load/location.ts";
import { EXIT_CODES } from "./exit_code.ts";
import { formatError } from "./errors_text.ts";
import type { CommonFlags } from "./flags.ts";
import { type CommandFunction, type Invocation, textOptions } from "./invocation.ts";
import { WatchedFiles } from "./watched_files.ts";

/** The environment variable that tells the process which modules the script has. */
const MODULES = "KUBESCRIPT_WATCHED_MODULES";
/** The exit code by which it asks for the next one. */
const START_ANEW = 75;
const LIBRARY = new URL("../", import.meta.url).href;

/**
 * Starts a process for a script, and another one whenever that ends because of a change.
 *
 * @param file The script, as the user named it.
 * @param start Runs the process with these environment variables, and gives its exit code.
 * @returns The exit code; `undefined` if this process is the one that runs the script.
 */
export async function superviseWatched(
  file: string,
  start: (env: Record<string, string>) => Promise<number>,
): Promise<number | undefined> {
  if (Deno.env.get(MODULES) !== undefined || file === "-" || locate(file) instanceof URL) return undefined;
  for (;;) {
    const code = await start({ [MODULES]: JSON.stringify(await modulesOf(file)) });
    if (code !== START_ANEW) return code;
  }
}

/**
 * Runs a command until a file of its script changes. If the command ends before, that is told, and the change waited for.
 *
 * @typeParam F The flags of the command.
 * @param invocation What the command is given.
 * @param command The command.
 * @returns The exit code.
 * @throws {UsageError} If the script is not one whose files can be watched.
 */
export async function runWatched<F extends CommonFlags>(
  invocation: Invocation<F>,
  command: CommandFunction<F>,
): Promise<number> {
  const { host, signal } = invocation;
  const { stderr, clock } = host;
  const modules = Deno.env.get(MODULES);
  if (modules === undefined) {
    throw new UsageError("Cannot watch the script: only a file can be watched", {
      hint: "Use kubescript run --watch FILE",
    });
  }
  const note = (text: string) => stderr.write(`${text}\n`);
  using files = new WatchedFiles(JSON.parse(modules), {
    timer: (ms, callback) => clock.timer(ms, callback),
    onChange: (file) => note(`${file} has changed: starting anew`),
  });
  const stop = AbortSignal.any([signal, files.changed]);
  try {
    // What takes too long to end does not keep the next process from its start.
    const exit = (code: number) => host.exit(files.changed.aborted && !signal.aborted ? START_ANEW : code);
    await command({ ...invocation, host: { ...host, exit }, signal: stop });
  } catch (error) {
    if (!stop.aborted) stderr.write(formatError(error, textOptions(invocation, stderr)));
  }
  if (!stop.aborted) {
    note("Waiting for a change of the script");
    await new Promise((resolve) => stop.addEventListener("abort", resolve));
  }
  return signal.aborted ? EXIT_CODES.done : START_ANEW;
}

/** Finds the local modules of a script, also those that are missing. */
async function modulesOf(file: string): Promise<string[]> {
  const path = String(locate(toFileUrl(file)));
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--no-lock", path],
    stderr: "null",
  }).output();
  const urls: string[] = [toFileUrl(path).href];
  try {
    const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as { modules: { specifier: string }[] };
    urls.push(...modules.map(({ specifier }) => specifier));
  } catch {
    // It is no module, or one that cannot be read at all.
  }
  return [...new Set(urls)]
    .filter((url) => url.startsWith("file:") && !url.startsWith(LIBRARY))
    .map((url) => String(locate(url)));
}
