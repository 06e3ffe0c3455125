/**
 * For which objects a rule fails at present.
 *
 * @module
 */

/** An object for which a rule fails. */
export interface RuleFailure {
  /** The object, such as `Namespace/shop`. */
  readonly object: string;
  /** What went wrong the last time. */
  readonly message: string;
  /** How often it failed in a row. */
  readonly count: number;
  /** Since when, in milliseconds since the epoch. */
  readonly sinceMs: number;
}

const LONGEST_MESSAGE = 300;

/** Remembers the failures of one rule. */
export class RuleFailures {
  readonly #byKey = new Map<string, RuleFailure>();

  /** For how many objects the rule fails. */
  get size(): number {
    return this.#byKey.size;
  }

  /**
   * Notes that the rule failed.
   *
   * @param key The object's key.
   * @param failure The object, what went wrong, and when.
   * @returns What is known of it now.
   */
  add(
    key: string,
    failure: { readonly object: string; readonly message: string; readonly nowMs: number },
  ): RuleFailure {
    const { object, message, nowMs } = failure;
    const before = this.#byKey.get(key);
    const now = {
      object,
      message: message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}…` : message,
      count: (before?.count ?? 0) + 1,
      sinceMs: before?.sinceMs ?? nowMs,
    };
    this.#byKey.set(key, now);
    return now;
  }

  /**
   * Notes that the rule did what it had to.
   *
   * @param key The object's key.
   * @returns Whether it had failed before.
   */
  remove(key: string): boolean {
    return this.#byKey.delete(key);
  }

  /**
   * Lists failures, those that have lasted longest first.
   *
   * @param most How many at most.
   * @returns The failures.
   */
  list(most: number): RuleFailure[] {
    // Failures are kept in the order in which they began.
    return [...this.#byKey.values().take(most)];
  }
}
