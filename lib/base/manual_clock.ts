/**
 * A clock that is moved by hand.
 *
 * @module
 */

import type { Clock } from "./clock.ts";

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
  readonly #random: () => number;
  #elapsedMs = 0;
  #setByMs: number;

  /**
   * Makes a clock.
   *
   * @param epochMs The time that it shows at first.
   * @param random Draws numbers from 0 (inclusive) to 1 (exclusive); by default always 0.
   */
  constructor(epochMs = 0, random: () => number = () => 0) {
    this.#setByMs = epochMs;
    this.#random = random;
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return this.#setByMs + this.#elapsedMs;
  }

  /** Milliseconds since the clock was made. */
  monotonic(): number {
    return this.#elapsedMs;
  }

  /** The next number of those that were asked for. */
  random(): number {
    return this.#random();
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
      const onAbort = () => {
        stop();
        reject(signal!.reason);
      };
      const stop = this.timer(ms, () => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      });
      signal?.addEventListener("abort", onAbort, { once: true });
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
   * @param settled Waits until everything has happened that needs no time.
   */
  async advance(ms: number, settled: () => Promise<void> = settle): Promise<void> {
    const endMs = this.#elapsedMs + ms;
    do await settled(); while (this.fireNext(endMs));
    this.#elapsedMs = Math.max(this.#elapsedMs, endMs);
  }

  /**
   * Lets the next timer fire at once, and time pass until then.
   *
   * @param untilMs Not if it is due after this, in milliseconds of the monotonic time.
   * @returns Whether there was one.
   */
  fireNext(untilMs = Infinity): boolean {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.atMs <= untilMs && (!next || timer.atMs < next.atMs)) next = timer;
    }
    if (!next) return false;
    this.#timers.delete(next);
    this.#elapsedMs = Math.max(this.#elapsedMs, next.atMs);
    next.callback();
    return true;
  }
}

/** Lets everything happen that needs no time, and nobody outside of this process. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
}
