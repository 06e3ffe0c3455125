/**
 * Values that are set when an object is created and then left to others, such as the replicas that an autoscaler owns.
 *
 * @module
 */

// Registered globally, as a script may use another copy of the library than the runner.
const INITIAL: unique symbol = Symbol.for("kubescript.initial");

/** A value that {@linkcode initial} marked, as it is at run time. */
export interface Marked {
  /** @ignore The value itself. */
  readonly [INITIAL]: unknown;
}

/**
 * Marks the value of a field as set at creation only: later applies leave the field to whoever changes it.
 *
 * The mark can be put on any field but those that identify the object. It is not the value: do not compute with it.
 *
 * @typeParam T The type of the value.
 * @param value What the field is to be at creation.
 * @returns The marked value, typed as the value, so that it fits where the value does.
 *
 * @example Usage
 * ```ts
 * const spec = { replicas: initial(2) };
 * ```
 */
export function initial<T>(value: T): T {
  const marked: Marked & { [Symbol.toPrimitive](): never } = {
    [INITIAL]: value,
    // The type cannot tell a marked value from a bare one, so `initial(2) + 1` is caught here.
    [Symbol.toPrimitive]() {
      throw new TypeError("Cannot compute with a value marked with initial(): compute first, then mark the result");
    },
  };
  return marked as T;
}

/**
 * Tells whether a value was marked with {@linkcode initial}.
 *
 * @param value The value to look at.
 * @returns Whether it is marked.
 */
export function isMarked(value: unknown): value is Marked {
  return typeof value === "object" && value !== null && INITIAL in value;
}

/**
 * Takes the mark off.
 *
 * @param marked The marked value.
 * @returns The value as it was before {@linkcode initial}.
 */
export function unmark(marked: Marked): unknown {
  return marked[INITIAL];
}
