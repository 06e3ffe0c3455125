/**
 * The one file that reads the clock, waits, and draws random numbers.
 *
 * Everything else takes a {@linkcode Clock}, so that tests can drive time by hand.
 *
 * @module
 */

/** Time and chance, as far as the rest of the library needs them. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds from an arbitrary start; never goes backwards. */
  monotonic(): number;
  /** A random number from 0 (inclusive) to 1 (exclusive). */
  random(): number;
  /**
   * Waits.
   *
   * @param ms How long, in milliseconds.
   * @param signal Ends the wait early by rejecting with the signal's reason.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /**
   * Starts a timer.
   *
   * @param ms When it fires, in milliseconds from now.
   * @param callback What to call then.
   * @returns A function that stops the timer.
   */
  timer(ms: number, callback: () => void): () => void;
}

/** The real clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  random: () => Math.random(),
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const stop = systemClock.timer(ms, () => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      });
      const onAbort = () => {
        stop();
        reject(signal!.reason);
      };
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  },
  timer(ms, callback) {
    const id = setTimeout(callback, ms);
    return () => clearTimeout(id);
  },
};

/** What limits a piece of work. */
export interface Limit {
  /** Aborts when the work is to end. */
  readonly signal: AbortSignal;
}

/** A signal that aborts by itself; disposing it stops its timer, and leaves it tied to its parent. */
export interface Deadline extends Limit, Disposable {
  /** Aborts at the deadline (reason: a `TimeoutError`), or with the parent signal. */
  readonly signal: AbortSignal;
}

/**
 * Makes a signal that aborts after a time, or when another signal does. Signals and timers cost more than most calls of
 * a rule's function do, so nothing is made before somebody asks for the signal.
 *
 * @param clock The clock to use.
 * @param ms Milliseconds until it aborts.
 * @param parent A signal that aborts it sooner.
 * @returns The deadline.
 */
export function deadline(clock: Clock, ms: number, parent?: AbortSignal): Deadline {
  const startMs = clock.monotonic();
  let signal: AbortSignal | undefined;
  let stop: (() => void) | undefined;
  let isOver = false;
  const begin = () => {
    const controller = new AbortController();
    if (!isOver) {
      stop = clock.timer(Math.max(0, startMs + ms - clock.monotonic()), () => {
        controller.abort(new DOMException(`no answer within ${ms / 1_000} s`, "TimeoutError"));
      });
    }
    return parent === undefined ? controller.signal : AbortSignal.any([parent, controller.signal]);
  };
  return {
    get signal() {
      return signal ??= begin();
    },
    [Symbol.dispose]() {
      isOver = true;
      stop?.();
    },
  };
}
