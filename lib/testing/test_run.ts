/**
 * A script that runs in a sandbox.
 *
 * @module
 */

import { runScript } from "../engine/commands.ts";
import type { ApplyCommandOptions } from "../engine/options.ts";
import type { ObservedRule, ObservedRun, RunObserver } from "../engine/run/observer.ts";
import type { LogLine } from "../engine/run/rule_call.ts";
import type { TestRunOptions } from "./test_options.ts";

const GRACE_PERIOD_MS = 30_000;

/** A script that runs in a sandbox until it is stopped. */
export class TestRun implements AsyncDisposable {
  /** What it has logged so far. */
  readonly log: LogLine[] = [];
  /** Settles when the run has ended, or fails with it. */
  readonly ended: Promise<void>;
  readonly #settled: () => Promise<void>;
  readonly #stop = new AbortController();
  #run: ObservedRun | undefined;
  #phase: "starting" | "running" | "ended" = "starting";

  /**
   * @ignore Use `TestSandbox.run`.
   *
   * @param options What every command of the sandbox is given.
   * @param run What is to run.
   * @param settled Waits until nothing happens any more.
   */
  constructor(
    options: ApplyCommandOptions,
    { rules = [], once = false }: TestRunOptions,
    settled: () => Promise<void>,
  ) {
    this.#settled = settled;
    this.ended = runScript({
      ...options,
      signal: this.#stop.signal,
      only: rules,
      once,
      alone: true,
      wait: false,
      pruneEarly: true,
      ruleConcurrency: 16,
      gracePeriodMs: GRACE_PERIOD_MS,
      log: (line) => this.log.push(line),
      observer: this.#observer(),
      onUnderWay() {},
    }).finally(() => this.#phase = "ended");
    // Whoever waits for the end is told.
    this.ended.catch(() => {});
  }

  /** How the rules stand. */
  get rules(): readonly ObservedRule[] {
    return this.#run?.rules() ?? [];
  }

  /** @ignore How much it has to do at once. */
  get busy(): number {
    if (this.#phase === "starting") return 1;
    return this.#run?.busy() ?? 0;
  }

  /** Waits until all rules have done what there is to do; see `TestSandbox.settled`. */
  async settled(): Promise<void> {
    await this.#settled();
  }

  /**
   * Stops the run.
   *
   * @throws If the run has failed.
   */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.ended;
  }

  /** Stops the run. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #observer(): RunObserver {
    return {
      onRun: (run) => {
        this.#run = run;
        if (run) this.#phase = "running";
      },
      onElection() {},
      onCall() {},
      onChildren() {},
      onWatchTrouble() {},
      onRequest() {},
    };
  }
}
