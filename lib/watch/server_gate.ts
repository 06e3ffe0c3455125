/**
 * What keeps the reflectors of one server from rushing at it while it is away.
 *
 * @module
 */

import { backoffMs } from "../base/backoff.ts";
import type { Clock } from "../base/clock.ts";

/** An attempt to reach the server. */
export interface ServerAttempt {
  /** The server has answered, whatever it said. */
  answered(): void;
  /** There was no answer. */
  failed(): void;
}

// A server that is back is found within a second, by one attempt a second, however many wait for it.
const BACKOFF = { firstMs: 100, maxMs: 1_000 };

/** Lets attempts through one after the other, with growing distance, while the server does not answer. */
export class ServerGate {
  readonly #clock: Clock;
  #failures = 0;
  #nextMs = 0;
  #recovery = new AbortController();

  /**
   * Makes a gate that is open.
   *
   * @param clock The clock.
   */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Waits until the server may be tried: at once, as long as it answers.
   *
   * @param signal Ends the wait.
   * @returns What is to be told how the attempt ends.
   */
  async enter(signal: AbortSignal): Promise<ServerAttempt> {
    signal.throwIfAborted();
    while (this.#failures > 0) {
      const nowMs = this.#clock.monotonic();
      if (nowMs >= this.#nextMs) {
        this.#nextMs = nowMs + this.#delayMs();
        break;
      }
      const wake = AbortSignal.any([signal, this.#recovery.signal]);
      await this.#clock.sleep(this.#nextMs - nowMs, wake).catch(() => signal.throwIfAborted());
    }
    // Those who failed together count once.
    const failures = this.#failures;
    return {
      answered: () => this.#open(),
      failed: () => {
        if (this.#failures === failures) this.#close();
      },
    };
  }

  #open(): void {
    if (this.#failures === 0) return;
    this.#failures = 0;
    this.#recovery.abort();
    this.#recovery = new AbortController();
  }

  #close(): void {
    this.#failures++;
    this.#nextMs = this.#clock.monotonic() + this.#delayMs();
  }

  #delayMs(): number {
    return backoffMs(this.#failures, this.#clock.random(), BACKOFF);
  }
}
