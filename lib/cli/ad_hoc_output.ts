/**
 * What a script that runs by itself says on standard error, beside its own output.
 *
 * On a terminal one line tells how far it is. It is there only while the script waits for the server, so that what the
 * script writes meanwhile stands on lines of its own. Elsewhere, a line that stays is written now and then.
 *
 * @module
 */

import type { ListProgress } from "../client/object_list.ts";
import type { Journal, JournalEntry } from "../engine/ad_hoc/journal.ts";
import { type ColorMode, type Colors, colorsFor } from "./colors.ts";
import { cut, formatField } from "./format/value.ts";
import type { Host } from "./host.ts";

const ERASE_LINE = "\r\x1b[K";
const QUIET_MS = 1_000;
const REPEAT_MS = 5_000;

/** How a script that runs by itself tells about itself. */
export interface AdHocOutputOptions {
  /** Whether every write is told. */
  readonly verbose: boolean;
  /** When to use colours. */
  readonly color: ColorMode;
  /** Whether writes are only tried; then each is told. */
  readonly dryRun: boolean;
}

/** Tells what a script does. */
export class AdHocOutput {
  readonly #host: Host;
  readonly #journal: Journal;
  readonly #options: AdHocOutputOptions;
  readonly #colors: Colors;
  #reading = "";
  #isDrawn = false;
  #quietUntilMs: number;

  /**
   * Begins to tell.
   *
   * @param host The process.
   * @param journal What the script does.
   * @param options How.
   */
  constructor(host: Host, journal: Journal, options: AdHocOutputOptions) {
    this.#host = host;
    this.#journal = journal;
    this.#options = options;
    this.#colors = colorsFor(options.color, host.stderr, host.noColor);
    this.#quietUntilMs = host.clock.monotonic() + (host.stderr.isTerminal ? QUIET_MS : REPEAT_MS);
  }

  /**
   * Tells about a write.
   *
   * @param line What it does.
   * @param entry The write.
   */
  entry(line: string, { fields = [], note }: JournalEntry): void {
    if (!this.#options.dryRun && !this.#options.verbose) return this.#tellNowAndThen();
    this.note(note === undefined ? line : this.#colors.yellow(line));
    const columns = this.#host.stderr.columns;
    for (const field of fields) this.note(`    ${formatField(field, columns && columns - 4)}`);
  }

  /**
   * Tells how far a list has come.
   *
   * @param progress How far.
   */
  page({ type, read, remaining, isLast }: ListProgress): void {
    const total = remaining ? ` of ${read + remaining}` : "";
    this.#reading = `read ${read}${total} ${type.plural}${isLast || remaining ? "" : " so far"}`;
    this.#tellNowAndThen();
  }

  /**
   * Draws the line about how far it is, or takes it away.
   *
   * @param isWaiting Whether the script waits for the server.
   */
  waiting(isWaiting: boolean): void {
    const { stderr, clock } = this.#host;
    if (!isWaiting) return this.#clear();
    const progress = this.#progress;
    if (!stderr.isTerminal || progress === "" || clock.monotonic() < this.#quietUntilMs) return;
    stderr.write(ERASE_LINE + cut(progress, (stderr.columns ?? Infinity) - 1));
    this.#isDrawn = true;
  }

  /**
   * Warns.
   *
   * @param message Of what.
   */
  warn(message: string): void {
    this.note(`${this.#colors.yellow("warning:")} ${message}`);
  }

  /**
   * Writes a line.
   *
   * @param line The line.
   */
  note(line: string): void {
    this.#clear();
    this.#host.stderr.write(`${line}\n`);
  }

  /**
   * Sums up.
   *
   * @param context Where it was done; left out if that is known.
   * @param isInterrupted Whether the script was stopped.
   */
  close(context?: string, isInterrupted: boolean = false): void {
    this.#clear();
    const { dryRun } = this.#options;
    if (this.#journal.isEmpty && !dryRun && !isInterrupted) return;
    const how = isInterrupted ? ["Interrupted"] : dryRun ? ["Dry run"] : [];
    const where = context === undefined ? [] : [`in context "${context}"`];
    const what = [...how, ...where].join(" ").replace(/^in/, "In");
    this.note(this.#colors.bold(`${what}: ${this.#journal.summary()}`));
  }

  get #progress(): string {
    const parts = [this.#reading, this.#journal.isEmpty ? "" : this.#journal.summary()];
    return parts.filter((part) => part !== "").join(", ");
  }

  #tellNowAndThen(): void {
    const { stderr, clock } = this.#host;
    const nowMs = clock.monotonic();
    if (stderr.isTerminal || nowMs < this.#quietUntilMs) return;
    this.#quietUntilMs = nowMs + REPEAT_MS;
    this.note(this.#progress);
  }

  #clear(): void {
    if (this.#isDrawn) this.#host.stderr.write(ERASE_LINE);
    this.#isDrawn = false;
  }
}
