/**
 * The root of the library's errors.
 *
 * Conditions that a caller may want to tell apart have a class of their own in the layer that throws them; a
 * programmer's mistakes (a wrong type, a value out of range) are the built-in `TypeError` and `RangeError`.
 *
 * Message grammar: sentence case, no final period, action first, values in double quotes, a colon, then what is the
 * case: `Cannot apply Deployment/shop/web: field "spec.replicas" is owned by "hpa"`.
 *
 * @module
 */

/** Details of a {@linkcode KubescriptError}. */
export interface KubescriptErrorOptions {
  /** What to do about it, as an instruction to the reader. */
  hint?: string | undefined;
  /** The error that led to this one. */
  cause?: unknown;
}

/** The base of every error that the library throws on purpose. */
export class KubescriptError extends Error {
  /** What to do about it, if there is something to suggest. */
  readonly hint: string | undefined;

  /**
   * Makes an error.
   *
   * @param message What failed, on which object, and why.
   * @param options The hint and the cause.
   */
  constructor(message: string, options: KubescriptErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.hint = options.hint;
  }
}
