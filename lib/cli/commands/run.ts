/**
 * `kubescript run`.
 *
 * @module
 */

import { formatDuration } from "../../base/duration.ts";
import { Journal } from "../../engine/ad_hoc/journal.ts";
import { type RunCommandOptions, runScript } from "../../engine/commands.ts";
import type { LogLine } from "../../engine/run/rule_call.ts";
import { APPLIED_ANNOTATION } from "../../plan/set_identity.ts";
import { AdHocOutput } from "../ad_hoc_output.ts";
import { EXIT_CODES } from "../exit_code.ts";
import type { RunFlags } from "../flags.ts";
import { formatLogLine } from "../format/log_line.ts";
import { commandOptions, type Invocation, textOptions } from "../invocation.ts";
import { Progress } from "../progress.ts";
import { RunMetrics } from "../run_metrics.ts";
import { serveRun } from "../run_server.ts";
import { showPlan } from "./plan.ts";

/**
 * Keeps resources and rules converged until it is stopped.
 *
 * @param invocation What it is given.
 * @returns The exit code.
 */
export async function run(invocation: Invocation<RunFlags>): Promise<number> {
  if (!invocation.flags.watch) return await runOnce(invocation);
  const { runWatched } = await import("../watch_mode.ts");
  return await runWatched(invocation, runOnce);
}

async function runOnce(invocation: Invocation<RunFlags>): Promise<number> {
  const { host, flags, named, signal, onInterrupt } = invocation;
  const { stdout, stderr, clock } = host;
  const { gracePeriod, logFormat = flags.output === "json" ? "json" : "text" } = flags;
  const progress = new Progress(invocation, "applying");
  const stream = flags.output === "json" ? stdout : stderr;
  const log = (line: LogLine) => {
    progress.clear();
    stream.write(formatLogLine(line, clock.now(), { ...textOptions(invocation, stream), format: logFormat }));
  };
  const tell = (level: LogLine["level"], message: string) => log({ level, rule: "", message });
  let underWay = (): readonly string[] => [];
  onInterrupt?.({
    first: () => tell("info", `Stopping within ${formatDuration(gracePeriod)}; another signal exits at once`),
    second: () => tell("error", `Exiting at once, left undone: ${underWay().join(", ") || "nothing that was begun"}`),
  });
  const metrics = flags.listen && new RunMetrics(await import("prom-client"));
  await using server = metrics && await serveRun(flags.listen!, metrics);
  if (server) tell("info", `Listening on ${server.address}`);
  using dry = flags.dryRun ? dryRun(invocation, log) : undefined;
  using end = new DisposableStack();
  signal.addEventListener("abort", () => {
    // A watched script ends once more after its run, by a change of its files.
    if (end.disposed) return;
    // Whoever sent the signal waits no longer, as the API server may not answer.
    end.defer(clock.timer(gracePeriod, () => {
      tell("error", `Out of time, left undone: ${underWay().join(", ") || "what had to be written in the end"}`);
      host.exit(EXIT_CODES.failed);
    }));
  }, { once: true });
  const options: RunCommandOptions = {
    ...commandOptions(invocation, progress),
    only: named,
    once: flags.once ?? false,
    ruleConcurrency: flags.ruleConcurrency,
    allowDelete: flags.allowDelete ?? [],
    allowEmpty: false,
    pruneEarly: true,
    wait: false,
    timeoutMs: 0,
    log,
    dryRun: dry,
    gracePeriodMs: gracePeriod,
    observer: metrics,
    onUnderWay: (read) => void (underWay = read),
  };
  try {
    await runScript(options);
  } catch (error) {
    if (!signal.aborted || flags.once) throw error;
    tell("error", error instanceof Error ? error.message : String(error));
    return EXIT_CODES.failed;
  }
  return signal.aborted && flags.once ? EXIT_CODES.interrupted : dry?.exitCode ?? EXIT_CODES.done;
}

/** Tells what would be written, and sums it up in the end. */
function dryRun(
  invocation: Invocation<RunFlags>,
  log: (line: LogLine) => void,
): NonNullable<RunCommandOptions["dryRun"]> & Disposable & { readonly exitCode: number } {
  const { host, flags: { color, output, verbose = false } } = invocation;
  const tell = (message: string) => log({ level: "info", rule: "", message });
  const journal: Journal = new Journal({
    dryRun: true,
    onEntry(line, { fields = [], ...entry }) {
      if (output === "json") return tell(line);
      // Who knows that something is applied does not want to know how we remember that.
      text.entry(line, { ...entry, fields: fields.filter(({ path }) => !path.includes(APPLIED_ANNOTATION)) });
    },
  });
  const text = new AdHocOutput(host, journal, { verbose, color, dryRun: true });
  let exitCode: number = EXIT_CODES.done;
  return {
    journal,
    get exitCode() {
      return exitCode;
    },
    onWarning: (message) => text.warn(message),
    onPlan: (plan) => void (exitCode = showPlan(invocation, plan)),
    [Symbol.dispose]: () => output === "json" ? tell(`Dry run: ${journal.summary()}`) : text.close(),
  };
}
