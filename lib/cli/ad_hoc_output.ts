/**
 * What a script that runs by itself says on standard error, beside its own output.
 *
 * @module
 */

import type { ListProgress } from "../client/object_list.ts";
import type { Journal, JournalEntry } from "../engine/ad_hoc/journal.ts";
import { type ColorMode, type Colors, colorsFor } from "./colors.ts";
import { formatField } from "./format/value.ts";
import type { Host } from "./host.ts";

const ERASE_LINE = "\r\x1b[K";
const REDRAW_MS = 100;
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
  readonly #options: AdHocOutputOptions;
  readonly #colors: Colors;
  #isDrawn = false;
  #toldAtMs: number;

  /**
   * Begins to tell.
   *
   * @param host The process.
   * @param options How.
   */
  constructor(host: Host, options: AdHocOutputOptions) {
    this.#host = host;
    this.#options = options;
    this.#colors = colorsFor(options.color, host.stderr, host.noColor);
    this.#toldAtMs = host.clock.monotonic();
  }

  /**
   * Tells about a write.
   *
   * @param line What it does.
   * @param entry The write.
   */
  entry(line: string, { fields = [], note }: JournalEntry): void {
    if (!this.#options.dryRun && !this.#options.verbose) return;
    this.note(note === undefined ? line : this.#colors.yellow(line));
    const columns = this.#host.stderr.columns;
    for (const field of fields) this.note(`    ${formatField(field, columns && columns - 4)}`);
  }

  /**
   * Tells how far a list has come: on a terminal as soon as it has more than one page, elsewhere now and then.
   *
   * @param progress How far.
   */
  page({ type, read, remaining }: ListProgress): void {
    const { stderr, clock } = this.#host;
    if (!remaining) return this.#clear();
    const nowMs = clock.monotonic();
    if (nowMs - this.#toldAtMs < (stderr.isTerminal ? REDRAW_MS : REPEAT_MS)) return;
    this.#toldAtMs = nowMs;
    const line = `reading ${type.plural}: ${read} of ${read + remaining}`;
    if (!stderr.isTerminal) return this.note(line);
    stderr.write(ERASE_LINE + line);
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
   * @param journal What was done.
   * @param context Where.
   */
  close(journal: Journal, context: string): void {
    this.#clear();
    if (journal.isEmpty && !this.#options.dryRun) return;
    const summary = journal.summary();
    const dryRun = this.#options.dryRun ? "Dry run" : "Done";
    this.note(this.#colors.bold(`${dryRun} in context "${context}": ${summary}`));
  }

  #clear(): void {
    if (this.#isDrawn) this.#host.stderr.write(ERASE_LINE);
    this.#isDrawn = false;
  }
}
