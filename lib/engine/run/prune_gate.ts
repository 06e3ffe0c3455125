/**
 * Lets the children of lost objects go, or blocks that until somebody allows it.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import type { Client } from "../../client/client.ts";
import type { SetIdentity } from "../../plan/set_identity.ts";
import { PruneGuard } from "./prune_guard.ts";
import { RuleBlock } from "./rule_block.ts";

/** What a {@linkcode PruneGate} works with. */
export interface PruneGateOptions {
  /** The rule's name. */
  readonly rule: string;
  /** Reads and writes the parent of the set. */
  readonly client: Client;
  /** The set. */
  readonly set: SetIdentity;
  /** The clock. */
  readonly clock: Clock;
  /** The uids of the objects for which the rule has something that goes with them. */
  readonly parents: () => ReadonlySet<string>;
  /** Told which object's children may go. */
  readonly onAllowed: (uid: string) => void;
  /** Told that the rule is blocked. */
  readonly onBlocked: (reason: string) => void;
  /** Told that the parent could not be read or written; it is tried again. */
  readonly onError: (error: unknown) => void;
}

/** What one list lacks arrives one by one. */
const COLLECT_MS = 1_000;
const POLL_MS = 3_000;

/** Holds the children of lost objects back. */
export class PruneGate implements Disposable {
  readonly #options: PruneGateOptions;
  readonly #guard: PruneGuard;
  readonly #block: RuleBlock;
  #told = false;
  #reason = "";
  /** Whether the parent may say that the rule is blocked. */
  #marked = false;
  #ended = false;
  #stopTimer: (() => void) | undefined;

  /**
   * Makes a gate.
   *
   * @param options What it works with.
   */
  constructor(options: PruneGateOptions) {
    this.#options = options;
    this.#guard = new PruneGuard(options.clock);
    this.#block = new RuleBlock(options.client, options.set, options.rule);
  }

  /**
   * Notes that an object is missing from a list. It is judged with all that are missing at the same time.
   *
   * @param uid Its uid.
   */
  lose(uid: string): void {
    this.#guard.hold(uid);
    if (!this.#stopTimer) this.#schedule(COLLECT_MS);
  }

  /**
   * Judges at once what is lost from the beginning.
   *
   * @param isThere Tells whether an object is there.
   */
  async begin(isThere: (uid: string) => boolean): Promise<void> {
    for (const uid of this.#options.parents()) if (!isThere(uid)) this.#guard.hold(uid);
    // An earlier run may have left its mark.
    this.#marked = true;
    await this.#judge();
  }

  /**
   * Tells whether the children of an object must stay.
   *
   * @param uid The uid of the object.
   * @returns Whether they must.
   */
  holds(uid: string): boolean {
    return this.#guard.holds(uid);
  }

  /**
   * Notes that an object is there.
   *
   * @param uid Its uid.
   */
  found(uid: string): void {
    this.#guard.release(uid);
  }

  /** Why the rule is blocked; `undefined` if it is not. */
  get blocked(): string | undefined {
    return this.#guard.blocked ? this.#reason : undefined;
  }

  /** Judges nothing any more. */
  [Symbol.dispose](): void {
    this.#ended = true;
    this.#stopTimer?.();
  }

  #schedule(delayMs: number): void {
    if (this.#ended) return;
    this.#stopTimer = this.#options.clock.timer(delayMs, () => void this.#judge());
  }

  async #judge(): Promise<void> {
    const { parents, onAllowed, onError } = this.#options;
    for (const uid of this.#guard.judge(parents())) onAllowed(uid);
    try {
      if (this.#guard.blocked || this.#marked) await this.#consult();
    } catch (error) {
      onError(error);
    }
    this.#stopTimer = undefined;
    if (this.#guard.size > 0 || this.#marked) this.#schedule(POLL_MS);
  }

  /** Compares what the guard says with what the parent says. */
  async #consult(): Promise<void> {
    const { parents, client, onAllowed, onBlocked } = this.#options;
    const said = await this.#block.read();
    if (this.#guard.blocked && said?.approved) { for (const uid of this.#guard.allow()) onAllowed(uid); }
    if (!this.#guard.blocked) {
      if (said && !client.dryRun) await this.#block.clear();
      this.#told = this.#marked = false;
    } else if (!this.#told) {
      const reason = `${this.#guard.size} of ${parents().size} objects are missing at once: their children stay`;
      this.#reason = reason;
      const parent = client.dryRun ? undefined : await this.#block.write(reason);
      this.#told = this.#marked = true;
      onBlocked(reason);
      if (parent) await client.event(parent, "Warning", "Blocked", `Rule "${this.#options.rule}": ${reason}`);
    }
  }
}
