/**
 * How a rule's function tells that it did not succeed, other than by an error that nobody expected.
 *
 * @module
 */

import { parseDuration } from "../../base/duration.ts";
import { KubescriptError } from "../../kube/error.ts";

/** It did not work yet. */
export class RetryAfter extends KubescriptError {
  /** After how long it is to be tried again, in milliseconds. */
  readonly delayMs: number;

  /**
   * Makes the error.
   *
   * @param delayMs After how long it is to be tried again, in milliseconds.
   * @param why Why it did not work yet.
   */
  constructor(delayMs: number, why: string) {
    super(why);
    this.delayMs = delayMs;
  }
}

/** It will not work until the object or the script is changed. */
export class Permanent extends KubescriptError {}

/**
 * Makes the error with which a rule's function asks to be called again.
 *
 * @param delay After how long, such as `"30s"`.
 * @param why Why it did not work yet.
 * @returns The error, to be thrown.
 * @throws {RangeError} If the delay cannot be read.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(retryAfter("30s", "the chat does not answer").delayMs, 30_000);
 * ```
 */
export function retryAfter(delay: string, why: string): RetryAfter {
  return new RetryAfter(parseDuration(delay), why);
}

/**
 * Makes the error with which a rule's function gives up, until the object or the script is changed.
 *
 * @param why Why it cannot work.
 * @returns The error, to be thrown.
 */
export function permanent(why: string): Permanent {
  return new Permanent(why);
}
