/**
 * How a script names one object of a known kind.
 *
 * @module
 */

/** The name of one object: `"namespace/name"`, `"name"`, its parts, or an object that carries them. */
export type Ref =
  | string
  | { readonly namespace?: string | undefined; readonly name: string }
  | { readonly metadata: { readonly namespace?: string | undefined; readonly name: string; readonly uid?: string } };

/**
 * Reads the name of an object.
 *
 * @param ref The name; without a namespace, that of the script is meant, or none for cluster-scoped kinds.
 * @returns Namespace and name.
 * @throws {TypeError} If it has no name, or more than two parts.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(parseRef("shop/web"), { namespace: "shop", name: "web" });
 * ```
 */
export function parseRef(ref: Ref): { namespace?: string | undefined; name: string } {
  if (typeof ref !== "string") {
    const { namespace, name } = "metadata" in ref ? ref.metadata : ref;
    if (!name) {
      throw new TypeError(`Cannot name an object: "name" is missing in ${JSON.stringify({ namespace, name })}`);
    }
    return { namespace, name };
  }
  const parts = ref.split("/");
  if (parts.length > 2 || parts.includes("")) {
    throw new TypeError(`Cannot name an object by "${ref}": write "name" or "namespace/name"`);
  }
  const [first, second] = parts as [string, string?];
  return second === undefined ? { name: first } : { namespace: first, name: second };
}
