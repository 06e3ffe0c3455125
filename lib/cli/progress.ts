/**
 * Tells about a run while it is under way.
 *
 * On a terminal one line is drawn over and over, when something happens and not too often; it is taken away before
 * anything else is written. Elsewhere, a line that stays is written now and then.
 *
 * @module
 */

import type { Outcome, RunEvent } from "../engine/result.ts";
import { formatRef, refKey } from "../kube/object_ref.ts";
import { formatOutcome, type ResultTextOptions } from "./format/result_text.ts";
import { cut } from "./format/value.ts";
import { countOf } from "./format/words.ts";
import type { Host } from "./host.ts";

/** How to tell. */
export interface ProgressOptions extends Omit<ResultTextOptions, "elapsedMs"> {
  /** Whether the outcomes of single objects are written to standard output. */
  readonly outcomes: boolean;
}

const REDRAW_MS = 100;
const REPEAT_MS = 5_000;
const MOST_OUTCOMES = 50;
const MOST_NAMES = 3;

/** Tells about one run. */
export class Progress {
  readonly #host: Host;
  readonly #options: ProgressOptions;
  readonly #told = new Set<string>();
  #total = 0;
  #done = 0;
  #isDrawn = false;
  #drawnAtMs = -Infinity;
  #waitingFor = "";
  #waitToldAtMs = -Infinity;
  #holder = "";

  /**
   * Begins to tell.
   *
   * @param host The process.
   * @param options How to tell.
   */
  constructor(host: Host, options: ProgressOptions) {
    this.#host = host;
    this.#options = options;
  }

  /**
   * Takes an event.
   *
   * @param event What happened.
   */
  readonly listen = (event: RunEvent): void => {
    switch (event.type) {
      case "locked":
        if (event.holder !== this.#holder) this.note(`Waiting for another run on the same set: ${event.holder}`);
        this.#holder = event.holder;
        break;
      case "planned":
        this.#total = event.total;
        break;
      case "outcome":
        this.#done++;
        this.outcome(event.outcome);
        this.#draw(`${this.#options.command === "apply" ? "applying" : "deleting"} ${this.#done}/${this.#total}`);
        break;
      case "waiting":
        this.#wait(event.refs.map(({ ref, reason }) => ({ name: formatRef(ref), reason })), event.for);
        break;
      case "warning":
        this.note(`${this.#options.colors.yellow("warning:")} ${event.message}`);
    }
  };

  /**
   * Writes how the change of one object ended: once, and in large runs only if it did not work.
   *
   * @param outcome How it ended.
   */
  outcome(outcome: Outcome): void {
    const { outcomes, verbose } = this.#options;
    const key = refKey(outcome.change.ref);
    if (!outcomes || this.#told.has(key)) return;
    this.#told.add(key);
    if (verbose || outcome.status === "failed" || outcome.status === "skipped" || this.#total <= MOST_OUTCOMES) {
      this.#host.stdout.write(this.#cleared(formatOutcome(outcome, this.#options)));
    }
  }

  /**
   * Writes a line to standard error.
   *
   * @param line The line.
   */
  note(line: string): void {
    this.#host.stderr.write(this.#cleared(`${line}\n`));
  }

  /** Takes the drawn line away. */
  clear(): void {
    if (this.#isDrawn) this.#host.stderr.write("\r\x1b[K");
    this.#isDrawn = false;
  }

  #cleared(text: string): string {
    this.clear();
    return text;
  }

  #wait(objects: readonly { readonly name: string; readonly reason: string }[], until: "ready" | "gone"): void {
    const what = `waiting until ${countOf(objects.length, "object")} ${objects.length === 1 ? "is" : "are"} ${until}`;
    const list = objects.slice(0, MOST_NAMES).map(({ name, reason }) => `${name}: ${reason}`).join("; ");
    const line = `${what}: ${list}${objects.length > MOST_NAMES ? "; …" : ""}`;
    if (this.#host.stderr.isTerminal) return this.#draw(line);
    const names = objects.map(({ name }) => name).join(" ");
    const nowMs = this.#host.clock.monotonic();
    if (names === this.#waitingFor || nowMs - this.#waitToldAtMs < REPEAT_MS) return;
    this.#waitingFor = names;
    this.#waitToldAtMs = nowMs;
    this.note(line);
  }

  #draw(line: string): void {
    const { stderr, clock } = this.#host;
    const nowMs = clock.monotonic();
    if (!stderr.isTerminal || (this.#isDrawn && nowMs - this.#drawnAtMs < REDRAW_MS)) return;
    stderr.write(`\r\x1b[K${cut(line, (stderr.columns ?? 80) - 1)}`);
    this.#isDrawn = true;
    this.#drawnAtMs = nowMs;
  }
}
