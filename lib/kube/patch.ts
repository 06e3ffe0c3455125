/**
 * The types of patches, from the type of the object that is patched.
 *
 * @module
 */

/**
 * The fields to change: `null` deletes one. A list replaces the list (merge patch), or names the items to change by
 * their merge key (strategic merge patch).
 *
 * @typeParam T The type of what is patched.
 */
export type Patch<T> = T extends readonly (infer E)[] ? readonly PatchItem<E>[]
  : T extends string ? T // `string & {}`, which leaves an enum open, passes for an object, too
  : T extends object ? { readonly [K in keyof T]?: Patch<T[K]> | null }
  : T;

/**
 * One item of a list in a {@linkcode Patch}.
 *
 * @typeParam E The type of the items.
 */
export type PatchItem<E> = E extends object ? Patch<E> & { readonly $patch?: "delete" | "replace" } : E;

/** One operation of a JSON patch (RFC 6902). */
export interface PatchOperation {
  /** What is done. */
  readonly op: "add" | "remove" | "replace" | "move" | "copy" | "test";
  /** Where, as a JSON pointer. */
  readonly path: string;
  /** The value to add, to put in its place, or to compare with. */
  readonly value?: unknown;
  /** Where the value comes from, as a JSON pointer. */
  readonly from?: string;
}
