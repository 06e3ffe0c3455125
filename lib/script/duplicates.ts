/**
 * Objects that are declared more than once.
 *
 * @module
 */

import { type DesiredObject, formatOrigin } from "../kube/desired_object.ts";
import { formatRef, refKey, refOf } from "../kube/object_ref.ts";
import type { Script } from "./script.ts";
import { DuplicateResourceError } from "./script_error.ts";

/**
 * Checks that no object is declared more than once, in whichever version of its kind.
 *
 * @param script The script.
 * @param objects Its objects, with their namespaces filled in.
 * @throws {DuplicateResourceError} If one is; it names all of them, and every place.
 */
export function checkDuplicates(script: Script, objects: readonly DesiredObject[]): void {
  const groups = Map.groupBy(objects, ({ object }) => refKey(refOf(object)));
  const problems = [...groups.values()].filter((group) => group.length > 1).map((group) => {
    const places = group.map(({ origin }) => formatOrigin(origin)).join(" and ");
    return `${formatRef(refOf(group[0]!.object))} is declared ${group.length} times: ${places}`;
  });
  if (problems.length > 0) throw new DuplicateResourceError(`Cannot evaluate script "${script.name}"`, problems);
}
