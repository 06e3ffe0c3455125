/**
 * Types of values that must not be written to.
 *
 * @module
 */

/**
 * A type whose fields and items, at any depth, cannot be written.
 *
 * It is a mapped type, as the compiler names those in messages (`DeepReadonly<Container>`), where it would list all
 * fields of what a conditional type comes to.
 *
 * @typeParam T The type to protect: an object or a list.
 */
export type DeepReadonly<T> = {
  readonly [
    // `infer V` tells the members of a union apart. `string & {}`, which leaves an enum open, passes for an object, too.
    K in keyof T
  ]: T[K] extends infer V ? V extends string ? V : V extends object ? DeepReadonly<V> : V : never;
};
