/**
 * Runs `rules.ts` in this process, on a clock that a test chooses.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { type Clock, systemClock } from "../../lib/base/clock.ts";
import { runScript } from "../../lib/engine/commands.ts";
import type { LogLine } from "../../lib/engine/run/rule_call.ts";
import type { ToldChange } from "./change_log.ts";

/** Where the script is. */
export const RULES = fileURLToPath(new URL("rules.ts", import.meta.url));

/** A run that goes on beside the test. */
export interface Run extends AsyncDisposable {
  /** What it logged so far. */
  readonly lines: readonly LogLine[];
  /** What its rule told about changes so far. */
  readonly told: readonly ToldChange[];
}

/**
 * Makes a clock that runs faster: for whoever goes by it, a minute is over sooner.
 *
 * @param factor How much faster.
 * @returns The clock.
 */
export function fastClock(factor: number): Clock {
  const startMs = systemClock.now();
  return {
    now: () => startMs + (systemClock.now() - startMs) * factor,
    monotonic: () => systemClock.monotonic() * factor,
    random: () => systemClock.random(),
    sleep: (ms, signal) => systemClock.sleep(ms / factor, signal),
    timer: (ms, callback) => systemClock.timer(ms / factor, callback),
  };
}

/**
 * Begins to run.
 *
 * @param options The kubeconfig file, the home namespace, the clock, and how often the ledger is written.
 * @returns The run, which ends with its variable; it throws then if it ended of itself.
 */
export function startRun(
  { kubeconfig, namespace, clock, tick = "1s" }: {
    readonly kubeconfig: string;
    readonly namespace: string;
    readonly clock: Clock;
    readonly tick?: string;
  },
): Run {
  const stop = new AbortController();
  const lines: LogLine[] = [];
  const reader = new ChangeReader("here");
  const ended = runScript({
    source: { file: RULES, readStdin: () => Promise.resolve("") },
    ...{ kubeconfig, namespace, clock },
    params: [`home=${namespace}`, `tick=${tick}`],
    concurrency: 16,
    requestTimeoutMs: 30_000,
    forceConflicts: false,
    listen() {},
    signal: stop.signal,
    only: [],
    once: false,
    ruleConcurrency: 16,
    allowDelete: [],
    allowEmpty: false,
    pruneEarly: true,
    wait: false,
    gracePeriodMs: 10_000,
    onUnderWay() {},
    timeoutMs: 0,
    log(line) {
      lines.push(line);
      reader.read({ ...line, ...line.fields });
    },
  });
  ended.catch(() => {});
  return {
    lines,
    told: reader.told,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}

/** Reads what the rule told out of the log of one process. */
export class ChangeReader {
  /** What it told so far. */
  readonly told: ToldChange[] = [];
  readonly #process: string;
  #terms = 0;

  /**
   * Makes a reader.
   *
   * @param process The name of the process.
   */
  constructor(process: string) {
    this.#process = process;
  }

  /**
   * Reads a line.
   *
   * @param line The line with its fields.
   * @returns What the rule told by it, if it did.
   */
  read({ rule, message, uid, old, now }: Record<string, unknown>): ToldChange | undefined {
    if (message === "This process leads") this.#terms++;
    if (rule !== "values" || uid === undefined) return undefined;
    const values = { old: old as number | null, now: now as number | null };
    const change = { uid: uid as string, event: message as string, ...values, by: `${this.#process} ${this.#terms}` };
    this.told.push(change);
    return change;
  }
}
