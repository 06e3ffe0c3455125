/**
 * Tells about a run while it is under way.
 *
 * On a terminal one line is drawn over and over, as things happen; it is taken away before anything else is written.
 * Elsewhere, a line that stays is written now and then.
 *
 * @module
 */

import type { Outcome, RunEvent } from "../engine/result.ts";
import { formatRef, refKey } from "../kube/object_ref.ts";
import { formatOutcome } from "./format/result_text.ts";
import { cut } from "./format/value.ts";
import { countOf } from "./format/words.ts";
import { type Invocation, textOptions } from "./invocation.ts";

const ERASE_LINE = "\r\x1b[K";
const REDRAW_MS = 100;
const REPEAT_MS = 5_000;
const MOST_OUTCOMES = 50;
const MOST_NAMES = 3;

/** Tells about one run. */
export class Progress {
  readonly #invocation: Invocation;
  readonly #verb: string;
  readonly #told = new Set<string>();
  readonly #warnings = new Set<string>();
  #total = 0;
  #done = 0;
  #isDrawn = false;
  #countedAtMs = -Infinity;
  #waitingFor = "";
  #waitToldAtMs = -Infinity;
  #holder = "";

  /**
   * Begins to tell.
   *
   * @param invocation What the command was given.
   * @param verb What it does to objects, such as `applying`.
   */
  constructor(invocation: Invocation, verb: string) {
    this.#invocation = invocation;
    this.#verb = verb;
  }

  /**
   * Takes an event.
   *
   * @param event What happened.
   */
  listen(event: RunEvent): void {
    const { stderr } = this.#invocation.host;
    switch (event.type) {
      case "locked":
        if (event.holder !== this.#holder) this.note(`Waiting for another run on the same set: ${event.holder}`);
        this.#holder = event.holder;
        break;
      case "planned":
        this.#total = event.total;
        if (!stderr.isTerminal && this.#isLarge) this.note(`${this.#verb} ${countOf(event.total, "object")}`);
        break;
      case "outcome":
        this.#done++;
        this.outcome(event.outcome);
        this.#count();
        break;
      case "waiting":
        this.#wait(event);
        break;
      case "warning":
        this.#warn(event.message);
    }
  }

  /**
   * Writes how the change of one object ended: once, and in large runs only if it did not work.
   *
   * @param outcome How it ended.
   */
  outcome(outcome: Outcome): void {
    const { host: { stdout }, flags } = this.#invocation;
    const key = refKey(outcome.change.ref);
    if (flags.output === "json" || this.#told.has(key)) return;
    this.#told.add(key);
    if (this.#isLarge && !flags.verbose && outcome.status === "done") return;
    this.clear();
    stdout.write(formatOutcome(outcome, textOptions(this.#invocation, stdout)));
  }

  /**
   * Writes a line to standard error.
   *
   * @param line The line.
   */
  note(line: string): void {
    this.clear();
    this.#invocation.host.stderr.write(`${line}\n`);
  }

  /** Takes the drawn line away. */
  clear(): void {
    if (this.#isDrawn) this.#invocation.host.stderr.write(ERASE_LINE);
    this.#isDrawn = false;
  }

  get #isLarge(): boolean {
    return this.#total > MOST_OUTCOMES;
  }

  #wait(event: RunEvent & { type: "waiting" }): void {
    const { stderr, clock } = this.#invocation.host;
    const names = event.refs.map(({ ref }) => formatRef(ref)).join();
    const list = event.refs.slice(0, MOST_NAMES).map(({ ref, reason }) => `${formatRef(ref)}: ${reason}`);
    if (event.refs.length > MOST_NAMES) list.push("…");
    const line = `waiting for ${event.refs.length} to be ${event.for}: ${list.join("; ")}`;
    if (stderr.isTerminal) return this.#draw(line);
    const nowMs = clock.monotonic();
    if (names === this.#waitingFor || nowMs - this.#waitToldAtMs < REPEAT_MS) return;
    this.#waitingFor = names;
    this.#waitToldAtMs = nowMs;
    this.note(line);
  }

  /** Servers give the same warning for each object of a kind. */
  #warn(message: string): void {
    if (this.#warnings.has(message)) return;
    this.#warnings.add(message);
    const { colors } = textOptions(this.#invocation, this.#invocation.host.stderr);
    this.note(`${colors.yellow("warning:")} ${message}`);
  }

  #count(): void {
    const nowMs = this.#invocation.host.clock.monotonic();
    if (nowMs - this.#countedAtMs < REDRAW_MS) return;
    this.#countedAtMs = nowMs;
    this.#draw(`${this.#verb} ${this.#done}/${this.#total}`);
  }

  #draw(line: string): void {
    const { stderr } = this.#invocation.host;
    if (!stderr.isTerminal) return;
    stderr.write(`${ERASE_LINE}${cut(line, (stderr.columns ?? 80) - 1)}`);
    this.#isDrawn = true;
  }
}
