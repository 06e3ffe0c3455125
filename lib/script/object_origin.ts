/**
 * Where an object was read from, kept on the object itself.
 *
 * @module
 */

import type { Origin } from "../kube/desired_object.ts";

// Enumerable and registered globally, for the same reasons as the options of an object.
const ORIGIN: unique symbol = Symbol.for("kubescript.origin");

/**
 * Notes on an object where it was read from.
 *
 * @typeParam T The object's type.
 * @param object The object; it is not changed.
 * @param origin The place.
 * @returns A shallow copy that remembers the place, as its own copies by spreading do.
 */
export function withOrigin<T extends object>(object: T, origin: Origin): T {
  return { ...object, [ORIGIN]: origin };
}

/**
 * Tells where an object was read from.
 *
 * @param object The object.
 * @returns The place, or `undefined` if the object was not read from a file.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const read = withOrigin({ kind: "ConfigMap" }, { file: "base.yaml", line: 3 });
 * deepStrictEqual(originOf({ ...read, data: {} }), { file: "base.yaml", line: 3 });
 * ```
 */
export function originOf(object: object): Origin | undefined {
  return (object as { [ORIGIN]?: Origin })[ORIGIN];
}
