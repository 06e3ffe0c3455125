/**
 * What else is in a Namespace that is about to be deleted.
 *
 * @module
 */

import { ApiError } from "../client/errors.ts";
import type { LiveObject } from "../kube/object.ts";
import { formatRef, refOf } from "../kube/object_ref.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import type { Session } from "./session.ts";

// Enough to say what is there; the rest would go by the same rule.
const MOST_NAMED = 3;
// They follow other objects, and say nothing about whether a Namespace is in use.
const EPHEMERAL_KINDS: ReadonlySet<string> = new Set(["Endpoints", "Event", "PodMetrics"]);

/**
 * Finds objects in a Namespace that would be lost with it although they are not of the set.
 *
 * What the cluster itself puts into every Namespace, events, and what is owned by other objects do not count: they
 * come and go with the rest.
 *
 * @param session The session.
 * @param namespace The Namespace.
 * @param going The uids of the objects that go anyway.
 * @returns Some of the objects, printed.
 */
export async function findStrangers(
  session: Session,
  namespace: string,
  going: ReadonlySet<string>,
): Promise<string[]> {
  const { mapper, client, set, options } = session;
  const types = preferredTypes(mapper.types)
    .filter((type) => type.namespaced && type.verbs?.includes("list") && !EPHEMERAL_KINDS.has(type.kind));
  const lists = await Promise.all(types.map(async (type) => {
    try {
      return await client.listMetadata(type, { namespace, signal: options.signal }).toArray();
    } catch (error) {
      // Kinds that cannot be listed for lack of a working extension server or permission must not pass for empty.
      if (error instanceof ApiError && (error.isNotFound || error.code === 405)) return [];
      throw error;
    }
  }));
  const isParent = (live: LiveObject) => namespace === set.namespace && live.metadata.name === set.parentName;
  return lists.flat()
    .filter((live) => !going.has(live.metadata.uid) && !comesByItself(live) && !isParent(live))
    .slice(0, MOST_NAMED)
    .map((live) => formatRef(refOf(live)));
}

function preferredTypes(types: readonly ResourceType[]): ResourceType[] {
  const seen = new Set<string>();
  return types.filter(({ group, kind }) => {
    const key = `${kind}.${group}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function comesByItself(live: LiveObject): boolean {
  const { name, ownerReferences = [] } = live.metadata;
  return ownerReferences.length > 0 ||
    (live.kind === "ServiceAccount" && name === "default") ||
    (live.kind === "ConfigMap" && name === "kube-root-ca.crt");
}
