/**
 * Types of values that must not be written to.
 *
 * @module
 */

/**
 * A type whose fields and items, at any depth, cannot be written.
 *
 * @typeParam T The type to protect.
 */
export type DeepReadonly<T> = T extends readonly (infer E)[] ? readonly DeepReadonly<E>[]
  : T extends string ? T // `string & {}`, which leaves an enum open, passes for an object, too
  : T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
  : T;
