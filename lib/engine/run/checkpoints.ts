/**
 * What rules have handled, so that they go on where they were after a restart.
 *
 * @module
 */

/** What was handled last of one object. */
export interface Checkpoint {
  /** The uid of the object. */
  readonly uid: string;
  /** Its namespace; absent for cluster-scoped kinds. */
  readonly namespace?: string | undefined;
  /** Its name. */
  readonly name: string;
  /** The value that was handled last, as canonical JSON; its hash if it is too long to keep. */
  readonly value: string;
  /** Whether `value` is a hash, so that the old value itself is not known. */
  readonly hashed?: boolean;
}

/** Keeps checkpoints. Writes are collected, and stored now and then: what is lost in a crash is handled again. */
export interface Checkpoints {
  /**
   * Tells whether a rule has checkpoints at all; if not, it runs for the first time.
   *
   * @param rule The rule.
   */
  has(rule: string): boolean;
  /**
   * Notes that a rule runs for the first time.
   *
   * @param rule The rule.
   */
  begin(rule: string): void;
  /**
   * Lists what a rule has handled.
   *
   * @param rule The rule.
   */
  list(rule: string): Iterable<Checkpoint>;
  /**
   * Finds what a rule has handled last of one object.
   *
   * @param rule The rule.
   * @param uid The uid of the object.
   */
  get(rule: string, uid: string): Checkpoint | undefined;
  /**
   * Notes what a rule has handled.
   *
   * @param rule The rule.
   * @param checkpoint What it has handled.
   */
  set(rule: string, checkpoint: Checkpoint): void;
  /**
   * Forgets an object.
   *
   * @param rule The rule.
   * @param uid The uid of the object.
   */
  delete(rule: string, uid: string): void;
  /** Stores what has not been stored yet. */
  flush(): Promise<void>;
}
