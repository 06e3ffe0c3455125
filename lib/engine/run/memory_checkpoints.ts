/**
 * Checkpoints that last as long as the process.
 *
 * @module
 */

import type { Checkpoint, Checkpoints } from "./checkpoints.ts";

/** Keeps checkpoints in memory: what dry runs use, and what stores that last build upon. */
export class MemoryCheckpoints implements Checkpoints {
  readonly #rules = new Map<string, Map<string, Checkpoint>>();

  /**
   * Tells whether a rule has checkpoints at all.
   *
   * @param rule The rule.
   * @returns Whether it has.
   */
  has(rule: string): boolean {
    return this.#rules.has(rule);
  }

  /**
   * Notes that a rule runs for the first time.
   *
   * @param rule The rule.
   */
  begin(rule: string): void {
    if (!this.#rules.has(rule)) this.#rules.set(rule, new Map());
  }

  /**
   * Lists what a rule has handled.
   *
   * @param rule The rule.
   * @returns The checkpoints.
   */
  list(rule: string): Iterable<Checkpoint> {
    return this.#rules.get(rule)?.values() ?? [];
  }

  /**
   * Finds what a rule has handled last of one object.
   *
   * @param rule The rule.
   * @param uid The uid of the object.
   * @returns The checkpoint, if there is one.
   */
  get(rule: string, uid: string): Checkpoint | undefined {
    return this.#rules.get(rule)?.get(uid);
  }

  /**
   * Notes what a rule has handled.
   *
   * @param rule The rule.
   * @param checkpoint What it has handled.
   */
  set(rule: string, checkpoint: Checkpoint): void {
    this.begin(rule);
    this.#rules.get(rule)!.set(checkpoint.uid, checkpoint);
  }

  /**
   * Forgets an object.
   *
   * @param rule The rule.
   * @param uid The uid of the object.
   */
  delete(rule: string, uid: string): void {
    this.#rules.get(rule)?.delete(uid);
  }

  /** Stores nothing. */
  flush(): Promise<void> {
    return Promise.resolve();
  }
}
