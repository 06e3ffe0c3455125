/**
 * The error of a value that cannot be read.
 *
 * @module
 */

/** A value does not fit its type; the message is Go's. */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
}
