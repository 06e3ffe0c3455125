/**
 * Counts the objects that a rule loses without anybody having been seen to take them away: when suspiciously many are
 * missing from one list, a selector or the script is more likely to be wrong than the objects to be gone.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";

const WINDOW_MS = 60_000;
const MOST_OBJECTS = 5;
const MOST_SHARE = 0.3;

/** Decides whether the children of objects that were lost may be pruned. */
export class PruneGuard {
  readonly #clock: Clock;
  readonly #held = new Set<string>();
  #allowed: number[] = [];
  #blocked = false;

  /**
   * Makes a guard.
   *
   * @param clock The clock.
   */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether too many were lost. */
  get blocked(): boolean {
    return this.#blocked;
  }

  /** How many objects are held. */
  get size(): number {
    return this.#held.size;
  }

  /**
   * Notes that an object was lost. Its children stay until the guard allows otherwise.
   *
   * @param uid Its uid.
   */
  hold(uid: string): void {
    this.#held.add(uid);
  }

  /**
   * Tells whether the children of an object must stay.
   *
   * @param uid The uid of the object.
   * @returns Whether they must.
   */
  holds(uid: string): boolean {
    return this.#held.has(uid);
  }

  /**
   * Notes that an object is back.
   *
   * @param uid Its uid.
   */
  release(uid: string): void {
    this.#held.delete(uid);
    if (this.#held.size === 0) this.#blocked = false;
  }

  /**
   * Judges what was lost.
   *
   * @param parents The uids of the objects that have children, with those that were lost.
   * @returns The uids of the objects whose children may go: all that are held, or those that have none.
   */
  judge(parents: ReadonlySet<string>): string[] {
    const childless = [...this.#held].filter((uid) => !parents.has(uid));
    for (const uid of childless) this.release(uid);
    const nowMs = this.#clock.monotonic();
    this.#allowed = this.#allowed.filter((atMs) => nowMs - atMs < WINDOW_MS);
    const lost = this.#held.size + this.#allowed.length;
    this.#blocked ||= lost > MOST_OBJECTS && lost > MOST_SHARE * (parents.size + this.#allowed.length);
    if (this.#blocked) return childless;
    for (let i = 0; i < this.#held.size; i++) this.#allowed.push(nowMs);
    return [...childless, ...this.allow()];
  }

  /**
   * Allows what was lost to go.
   *
   * @returns The uids of the objects whose children may go.
   */
  allow(): string[] {
    const uids = [...this.#held];
    this.#held.clear();
    this.#blocked = false;
    return uids;
  }
}
