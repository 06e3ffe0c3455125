/**
 * Notices when a rule and somebody else take the same thing back from each other, again and again.
 *
 * Both do what they are told, and neither can know when to give in: without a limit they keep the API server busy for
 * ever, and nobody notices. So after some rounds the rule looks at that object only once in a while, and says why.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";

/** What a rule has taken back from somebody. */
export interface Fight {
  /** The object, such as `ResourceQuota/shop/quota`. */
  readonly object: string;
  /** The field, such as `spec.hard.pods`. */
  readonly field: string;
  /** In whose name the rule writes. */
  readonly ours: string;
  /** Who else writes it: a field manager, or another rule. */
  readonly theirs: string;
}

const MOST_ROUNDS = 10;
const WINDOW_MS = 60_000;
const PAUSE_MS = 60_000;

interface Rounds {
  /** When, of late, runs had to take something back. */
  readonly timesMs: readonly number[];
  /** What was taken back last. */
  readonly fight: Fight;
  /** Whether that was in the present run. */
  readonly isNew: boolean;
  /** When the key may run again; absent unless it is held back. */
  readonly nextMs: number | undefined;
}

/** Holds keys of one rule back that take part in a fight. */
export class FightGuard {
  readonly #clock: Clock;
  /** Those that have fought, the latest last. */
  readonly #rounds = new Map<string, Rounds>();

  /**
   * Makes a guard.
   *
   * @param clock The clock.
   */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Why the rule is held back for some object; `undefined` if it is for none. */
  get reason(): string | undefined {
    for (const { nextMs, fight } of this.#rounds.values()) if (nextMs !== undefined) return formatFight(fight);
    return undefined;
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#rounds.size;
  }

  /**
   * Tells how long a key must wait.
   *
   * @param key The key.
   * @returns Milliseconds; 0 if it may run now.
   */
  waitMs(key: string): number {
    const { nextMs } = this.#rounds.get(key) ?? {};
    return nextMs === undefined ? 0 : Math.max(0, nextMs - this.#clock.monotonic());
  }

  /**
   * Tells whether one more round makes it a fight.
   *
   * @param key The key.
   * @returns Whether it does.
   */
  suspects(key: string): boolean {
    const { timesMs = [], nextMs } = this.#rounds.get(key) ?? {};
    return timesMs.length >= MOST_ROUNDS && nextMs === undefined;
  }

  /**
   * Notes that a run has taken something back.
   *
   * @param key The key.
   * @param fight What, and from whom.
   */
  note(key: string, fight: Fight): void {
    const { timesMs = [], nextMs } = this.#rounds.get(key) ?? {};
    // To the end, so that those that are over are found at the beginning.
    this.#rounds.delete(key);
    this.#rounds.set(key, { timesMs, nextMs, fight, isNew: true });
  }

  /**
   * Notes that a run has ended. However much it has taken back, that is one round.
   *
   * @param key The key.
   * @returns The fight, if the key is held back from now on.
   */
  end(key: string): Fight | undefined {
    const rounds = this.#rounds.get(key);
    if (!rounds) return undefined;
    const { nextMs, timesMs, fight, isNew } = rounds;
    const nowMs = this.#clock.monotonic();
    const recentMs = [...timesMs, ...isNew ? [nowMs] : []].filter((timeMs) => nowMs - timeMs <= WINDOW_MS);
    const wasHeld = nextMs !== undefined;
    const isHeld = isNew && (wasHeld || recentMs.length > MOST_ROUNDS);
    if (wasHeld && !isNew) this.#rounds.delete(key);
    else {this.#rounds.set(key, {
        timesMs: recentMs,
        nextMs: isHeld ? nowMs + PAUSE_MS : undefined,
        fight,
        isNew: false,
      });}
    this.#forgetOld(nowMs);
    return isHeld && !wasHeld ? fight : undefined;
  }

  /**
   * Forgets a key.
   *
   * @param key The key.
   */
  forget(key: string): void {
    this.#rounds.delete(key);
  }

  #forgetOld(nowMs: number): void {
    for (const [key, { timesMs, nextMs, isNew }] of this.#rounds) {
      if (nextMs !== undefined || isNew) continue;
      if (timesMs.length > 0 && nowMs - timesMs.at(-1)! <= WINDOW_MS) return;
      this.#rounds.delete(key);
    }
  }
}

/**
 * Prints a fight.
 *
 * @param fight The fight.
 * @returns For example `"kubescript/…" and "kubectl-edit" change spec.hard.pods of ResourceQuota/shop/quota …`.
 */
export function formatFight({ object, field, ours, theirs }: Fight): string {
  return `"${ours}" and "${theirs}" take ${field} of ${object} back from each other`;
}
