/**
 * Rules: what a script does when something happens, as values.
 *
 * @module
 */

// Registered globally, as a script may use another copy of the library than the runner.
const RULE: unique symbol = Symbol.for("kubescript.rule");

/** A rule of a script. Its name is the key under which the script carries it. */
export interface Rule {
  /** @ignore The mark of a rule. */
  readonly [RULE]: true;
}
