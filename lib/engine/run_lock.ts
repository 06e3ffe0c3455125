/**
 * The lock of a set: of several runs that want to write, one does, and the others wait.
 *
 * It lives on the parent and is taken in the same compare-and-swap that records which kinds and namespaces the run
 * will use, so a crash at any point leaves a parent that knows every place where members may be.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import type { Client } from "../client/client.ts";
import { KubescriptError } from "../kube/error.ts";
import type { SetIdentity } from "../plan/set_identity.ts";
import { type Lock, type Parent, readParent, type Scope, writeParent } from "./parent.ts";

/** How long a lock holds after its last renewal, in milliseconds. */
export const LOCK_EXPIRY_MS = 30_000;
const RENEWAL_MS = 10_000;

/** The lock was taken by another run, as this one did not renew it in time. */
export class LockLostError extends KubescriptError {}

/**
 * Tells how much longer a lock must be respected.
 *
 * @param lock The lock.
 * @param serverTimeMs The server's time.
 * @returns Milliseconds; 0 if it has expired.
 */
export function lockRemainingMs(lock: Lock, serverTimeMs: number): number {
  const renewedMs = Date.parse(lock.renewTime);
  if (Number.isNaN(renewedMs)) return LOCK_EXPIRY_MS;
  // A time in the future comes from a clock that was wrong; it must not block for longer than a right one.
  return Math.min(Math.max(0, renewedMs + LOCK_EXPIRY_MS - serverTimeMs), LOCK_EXPIRY_MS);
}

/** A lock that this run holds. It renews itself until it is released or lost. */
export class RunLock {
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #set: SetIdentity;
  readonly #holder: string;
  readonly #lost = new AbortController();
  #parent: Parent;
  #stopTimer: () => void = () => {};
  // Writes of the parent follow one another, as each needs the resourceVersion of the one before.
  #writes: Promise<void> = Promise.resolve();

  private constructor(client: Client, clock: Clock, set: SetIdentity, holder: string, parent: Parent) {
    this.#client = client;
    this.#clock = clock;
    this.#set = set;
    this.#holder = holder;
    this.#parent = parent;
    this.#scheduleRenewal();
  }

  /**
   * Takes the lock, unless the parent changed since it was read.
   *
   * @param options What to lock, in whose name, and where the run will write.
   * @returns The lock, or `undefined` if somebody else was faster.
   */
  static async take(options: {
    readonly client: Client;
    readonly clock: Clock;
    readonly set: SetIdentity;
    readonly holder: string;
    readonly before: Parent | undefined;
    readonly scope: Scope;
  }): Promise<RunLock | undefined> {
    const { client, clock, set, holder, before, scope } = options;
    const parent = await writeParent(client, set, before, scope, newLock(client, holder));
    return parent && new RunLock(client, clock, set, holder, parent);
  }

  /** The parent as this run wrote it last. */
  get parent(): Parent {
    return this.#parent;
  }

  /** Aborts when the lock is lost. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /**
   * Makes sure that the lock is still held, by writing it once more.
   *
   * @throws {LockLostError} If it is not.
   */
  async confirm(): Promise<void> {
    await this.#write(this.#parent.scope, true);
    this.#lost.signal.throwIfAborted();
  }

  /**
   * Records that there may be members in more places, before they are made.
   *
   * @param more The places.
   * @throws {LockLostError} If the lock is not held any more.
   */
  async extend(more: Scope): Promise<void> {
    const { groupKinds, namespaces } = this.#parent.scope;
    const scope = {
      groupKinds: [...new Set([...groupKinds, ...more.groupKinds])],
      namespaces: [...new Set([...namespaces, ...more.namespaces])],
    };
    const isKnown = scope.groupKinds.length === groupKinds.length && scope.namespaces.length === namespaces.length;
    if (!isKnown) await this.#write(scope, true);
    this.#lost.signal.throwIfAborted();
  }

  /**
   * Gives the lock back.
   *
   * @param scope Where members may be from now on.
   */
  async release(scope: Scope): Promise<void> {
    this.stop();
    await this.#write(scope, false);
  }

  /** Stops renewing, without giving the lock back: it expires, or goes with the parent. */
  stop(): void {
    this.#stopTimer();
    this.#stopTimer = () => {};
  }

  #scheduleRenewal(): void {
    this.#stopTimer = this.#clock.timer(RENEWAL_MS, () => {
      this.#scheduleRenewal();
      // A renewal that fails for now is tried again; the next one, or a confirmation, finds out whether it is too late.
      this.#write(this.#parent.scope, true).catch(() => {});
    });
  }

  #write(scope: Scope, keep: boolean): Promise<void> {
    const write = this.#writes.then(() => this.#writeNow(scope, keep));
    this.#writes = write.catch(() => {});
    return write;
  }

  async #writeNow(scope: Scope, keep: boolean): Promise<void> {
    if (this.#lost.signal.aborted) return;
    for (let before = this.#parent;;) {
      const lock = keep ? newLock(this.#client, this.#holder) : undefined;
      const after = await writeParent(this.#client, this.#set, before, scope, lock);
      if (after !== undefined) {
        this.#parent = after;
        return;
      }
      const found = await readParent(this.#client, this.#set);
      if (found?.lock?.holder !== this.#holder) return this.#lose(found?.lock);
      before = found;
    }
  }

  #lose(lock: Lock | undefined): void {
    this.stop();
    const reason = lock === undefined ? "it was removed" : `"${lock.holder}" took it`;
    this.#lost.abort(
      new LockLostError(`Cannot go on writing to the set "${this.#set.script}": the lock was lost: ${reason}`, {
        hint: "Run again: it goes on from what is there",
      }),
    );
  }
}

function newLock(client: Client, holder: string): Lock {
  return { holder, renewTime: new Date(client.serverTimeMs()).toISOString() };
}
