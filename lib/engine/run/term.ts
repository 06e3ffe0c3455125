/**
 * The time in which this process may act as the leader.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import { KubescriptError } from "../../kube/error.ts";
import { LEASE_DURATION_MS } from "./lease.ts";

/** How long a leader goes on without a renewal, in milliseconds. */
export const RENEW_DEADLINE_MS = 10_000;

/** This process is not the leader, or not any more. */
export class NotLeaderError extends KubescriptError {}

/** The time in which this process may act as the leader. */
export interface Term {
  /** How often the Lease has changed hands: its `leaseTransitions`. */
  readonly id: number;
  /** Whether this process held the same term before, lost it, and nobody else held the Lease in between. */
  readonly resumed: boolean;
  /** Aborts when the term is over, with a {@linkcode NotLeaderError}. */
  readonly lost: AbortSignal;
  /**
   * Tells how long certainly nobody else becomes the leader.
   *
   * @returns Milliseconds; 0 if the term is over.
   */
  remainingMs(): number;
}

/** A term that is over when it is not renewed in time. */
export class HeldTerm implements Term {
  readonly id: number;
  readonly resumed: boolean;
  readonly #clock: Clock;
  readonly #lost = new AbortController();
  #sinceRenewal: () => number;
  #stopTimer: () => void = () => {};

  /**
   * Begins a term.
   *
   * @param clock The clock.
   * @param lease How often the Lease has changed hands, and whether this process held it before.
   * @param sinceRenewal Measures the time since the request was sent by which the Lease was taken.
   */
  constructor(clock: Clock, lease: Pick<Term, "id" | "resumed">, sinceRenewal: () => number) {
    this.#clock = clock;
    this.id = lease.id;
    this.resumed = lease.resumed;
    this.#sinceRenewal = sinceRenewal;
    this.renew(sinceRenewal);
  }

  /** Aborts when the term is over. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /**
   * Tells how long certainly nobody else becomes the leader. The others count from when they saw the last renewal, which
   * is later than when it was sent.
   *
   * @returns Milliseconds; 0 if the term is over.
   */
  remainingMs(): number {
    const elapsedMs = this.#sinceRenewal();
    // After the process stood still, this is asked before any timer has had its turn.
    if (elapsedMs > RENEW_DEADLINE_MS) this.#expire();
    return this.#lost.signal.aborted ? 0 : LEASE_DURATION_MS - elapsedMs;
  }

  /**
   * Notes that the Lease was renewed.
   *
   * @param sinceRenewal Measures the time since the renewal was sent.
   */
  renew(sinceRenewal: () => number): void {
    this.#stopTimer();
    if (this.#lost.signal.aborted) return;
    this.#sinceRenewal = sinceRenewal;
    this.#stopTimer = this.#clock.timer(RENEW_DEADLINE_MS - sinceRenewal(), () => this.#expire());
  }

  /**
   * Ends the term.
   *
   * @param why The reason, for the message.
   */
  end(why: string): void {
    this.#stopTimer();
    this.#lost.abort(new NotLeaderError(`Cannot go on as the leader: ${why}`));
  }

  #expire(): void {
    this.end(`the Lease was not renewed for ${RENEW_DEADLINE_MS / 1_000} s`);
  }
}

/**
 * Begins to measure a time in which this process may have stood still: by whichever clock advances more, as one does
 * not count while the machine sleeps, and the other can be set.
 *
 * @param clock The clock.
 * @returns Tells the milliseconds since then.
 */
export function stopwatch(clock: Clock): () => number {
  const [wallMs, monotonicMs] = [clock.now(), clock.monotonic()];
  return () => Math.max(clock.now() - wallMs, clock.monotonic() - monotonicMs);
}
