/**
 * Puts what a rule returned where it belongs.
 *
 * @module
 */

import type { DesiredObject } from "../../kube/desired_object.ts";
import type { LiveObject } from "../../kube/object.ts";
import type { ResourceType } from "../../kube/resource_type.ts";
import type { Session } from "../session.ts";

/** Tells how the API serves the kind of a child; `undefined` if it does not, and will not. */
export type FindType = (object: DesiredObject["object"]) => ResourceType | undefined;

/**
 * Puts a child where it belongs: into the namespace of its owner, if it names none.
 *
 * @param child The child.
 * @param owner The object for which it is there.
 * @param findType Tells how the API serves its kind.
 * @param session The session.
 * @returns The child with its namespace.
 */
export function placeChild(
  child: DesiredObject,
  owner: LiveObject,
  findType: FindType,
  { set }: Pick<Session, "set">,
): DesiredObject {
  const { object } = child;
  if (findType(object)?.namespaced === false) return child;
  const namespace = object.metadata?.namespace ?? owner.metadata.namespace ?? set.namespace;
  return { ...child, object: { ...object, metadata: { ...object.metadata, namespace } } };
}
