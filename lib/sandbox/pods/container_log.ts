/**
 * The log of one run of a container.
 *
 * @module
 */

import { concatenate } from "../../base/bytes.ts";
import type { Clock } from "../../base/clock.ts";

/** A part of what a container wrote, at most a line. */
interface Entry {
  readonly timeMs: number;
  /** Nanoseconds beyond `timeMs`, by which no two entries have the same time. */
  readonly nanos: number;
  readonly data: Uint8Array;
}

/** Which part of a log is wanted, see the API reference, `PodLogOptions`. */
export interface LogSelection {
  /** Whether to wait for more. */
  readonly follow: boolean;
  /** Whether each line begins with its time. */
  readonly timestamps: boolean;
  /** What was written before is left out. */
  readonly sinceMs: number | undefined;
  /** How many of the last lines. */
  readonly tailLines: number | undefined;
  /** How many bytes at most. */
  readonly limitBytes: number | undefined;
}

const NEWLINE = 10;
const MAX_ENTRIES = 100_000;

/** The log of one run of a container: its last 100,000 lines. */
export class ContainerLog {
  readonly #clock: Clock;
  #entries: Entry[] = [];
  #dropped = 0;
  #changed = Promise.withResolvers<void>();
  #closed = false;
  #sinceMs = -1;
  #nanos = 0;

  /**
   * Makes an empty log.
   *
   * @param clock The clock that dates its lines.
   */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Adds what was written.
   *
   * @param data The bytes.
   */
  append(data: Uint8Array): void {
    for (let start = 0; start < data.length;) {
      const newline = data.indexOf(NEWLINE, start);
      const end = newline < 0 ? data.length : newline + 1;
      this.#entries.push({ ...this.#time(), data: data.slice(start, end) });
      start = end;
    }
    if (this.#entries.length > MAX_ENTRIES) {
      this.#dropped += this.#entries.length - MAX_ENTRIES;
      this.#entries = this.#entries.slice(-MAX_ENTRIES);
    }
    this.#wake();
  }

  /** Says that nothing follows. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /**
   * Reads the log.
   *
   * @param selection Which part.
   * @param signal Ends the wait for more.
   * @yields Pieces of it.
   */
  async *read(selection: LogSelection, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { sinceMs = -Infinity, tailLines, limitBytes = Infinity, follow } = selection;
    const aborted = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => aborted.resolve(), { once: true });
    let left = limitBytes;
    let next = this.#dropped + (tailLines === undefined ? 0 : this.#tail(tailLines));
    let isLineStart = true;
    for (;;) {
      const pieces: Uint8Array[] = [];
      for (const entry of this.#entries.slice(Math.max(0, next - this.#dropped))) {
        if (entry.timeMs < sinceMs) continue;
        if (selection.timestamps && isLineStart) pieces.push(new TextEncoder().encode(`${formatNanos(entry)} `));
        pieces.push(entry.data);
        isLineStart = entry.data.at(-1) === NEWLINE;
      }
      next = this.#dropped + this.#entries.length;
      const piece = concatenate(pieces).subarray(0, left);
      left -= piece.length;
      if (piece.length > 0) yield piece;
      if (left === 0 || !follow || this.#closed && next === this.#dropped + this.#entries.length) return;
      await Promise.race([this.#changed.promise, aborted.promise]);
      if (signal.aborted) return;
    }
  }

  #tail(lines: number): number {
    let left = lines;
    for (let i = this.#entries.length - 1; i >= 0; i--) {
      // What is before a line feed belongs to the line that ends with it, or with the log.
      const endsLine = i === this.#entries.length - 1 || this.#entries[i]!.data.at(-1) === NEWLINE;
      if (endsLine && left-- === 0) return i + 1;
    }
    return 0;
  }

  #time(): { readonly timeMs: number; readonly nanos: number } {
    const timeMs = Math.trunc(this.#clock.now());
    this.#nanos = timeMs === this.#sinceMs ? this.#nanos + 1 : 0;
    this.#sinceMs = timeMs;
    return { timeMs, nanos: this.#nanos };
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

function formatNanos({ timeMs, nanos }: Entry): string {
  return new Date(timeMs).toISOString().replace("Z", `${String(nanos).padStart(6, "0")}Z`);
}
