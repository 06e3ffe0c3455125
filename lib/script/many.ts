/**
 * One, none or many of something.
 *
 * @module
 */

/**
 * One, none or many, nested as deep as one likes; what is falsy is skipped, so that `condition && value` can be written.
 *
 * @typeParam T What there may be many of.
 */
export type Many<T> = T | false | null | undefined | "" | 0 | readonly Many<T>[];
