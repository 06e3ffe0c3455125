/**
 * A clock for tests.
 *
 * @module
 */
import type { Clock } from "../../lib/base/clock.ts";

interface Timer {
  readonly atMs: number;
  readonly callback: () => void;
}

/**
 * A clock that a test moves.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const clock = new ManualClock();
 * let rings = 0;
 * clock.timer(1_000, () => rings++);
 * await clock.advance(999);
 * strictEqual(rings, 0);
 * await clock.advance(1);
 * strictEqual(rings, 1);
 * ```
 */
export class ManualClock implements Clock {
  readonly #timers = new Set<Timer>();
  #elapsedMs = 0;
  #setByMs: number;

  /**
   * Makes a clock.
   *
   * @param epochMs The time that it shows at first.
   */
  constructor(epochMs = 0) {
    this.#setByMs = epochMs;
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return this.#setByMs + this.#elapsedMs;
  }

  /** Milliseconds since the clock was made. */
  monotonic(): number {
    return this.#elapsedMs;
  }

  /** Always 0. */
  random(): number {
    return 0;
  }

  /**
   * Waits.
   *
   * @param ms How long.
   * @param signal Ends the wait.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const stop = this.timer(ms, resolve);
      signal?.addEventListener("abort", () => {
        stop();
        reject(signal.reason);
      }, { once: true });
    });
  }

  /**
   * Starts a timer.
   *
   * @param ms When it fires.
   * @param callback What to call then.
   * @returns Stops it.
   */
  timer(ms: number, callback: () => void): () => void {
    const timer = { atMs: this.#elapsedMs + ms, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /**
   * Sets the time of day; the monotonic time goes on.
   *
   * @param ms By how much.
   */
  set(ms: number): void {
    this.#setByMs += ms;
  }

  /**
   * Lets time pass at once, as if the process stood still: the timers that are due meanwhile fire when time goes on.
   *
   * @param ms How much.
   */
  skip(ms: number): void {
    this.#elapsedMs += ms;
  }

  /**
   * Lets time pass, timer by timer, and lets everything happen that they set off.
   *
   * @param ms How much.
   */
  async advance(ms: number): Promise<void> {
    const endMs = this.#elapsedMs + ms;
    for (;;) {
      await settle();
      const due = [...this.#timers].filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (!due) break;
      this.#timers.delete(due);
      this.#elapsedMs = Math.max(this.#elapsedMs, due.atMs);
      due.callback();
    }
    this.#elapsedMs = Math.max(this.#elapsedMs, endMs);
  }
}

/** Lets everything happen that needs no time. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
}
