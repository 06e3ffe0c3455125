/**
 * Reads what there is: the parent, the members, and the desired objects that are not members.
 *
 * One paginated LIST per kind, not one request per object; single requests only for what the lists lack.
 *
 * @module
 */

import { ApiError } from "../client/errors.ts";
import type { LiveObject } from "../kube/object.ts";
import { refKey, refOf } from "../kube/object_ref.ts";
import { formatGroupKind, parseGroupKind, type ResourceType } from "../kube/resource_type.ts";
import { NAMESPACE } from "../kube/well_known_types.ts";
import { isMember } from "../plan/ownership.ts";
import type { Member } from "../plan/removal.ts";
import { PART_OF_LABEL } from "../plan/set_identity.ts";
import { findOtherHomes, type Parent, readParent } from "./parent.ts";
import type { Session } from "./session.ts";
import type { Target } from "./wanted.ts";

/** What there is. */
export interface Survey {
  /** The parent; absent if the set does not exist yet. It was read before everything else. */
  readonly parent: Parent | undefined;
  /** Other namespaces in which there is a set of this name. It is looked for only if there is no parent here. */
  readonly otherHomes: readonly string[];
  /** The members, by key. */
  readonly members: ReadonlyMap<string, Member>;
  /** The desired objects that exist, by key. */
  readonly live: ReadonlyMap<string, LiveObject>;
  /** Why a kind cannot be read, by `Kind.group`. */
  readonly unreadableKinds: ReadonlyMap<string, string>;
  /** Why a desired object cannot be read, by key. */
  readonly unreadable: ReadonlyMap<string, string>;
  /** Kinds of the parent that the server certainly does not have any more. */
  readonly goneKinds: ReadonlySet<string>;
  /** What is known about the namespaces of desired objects that are not members. */
  readonly namespaces: ReadonlyMap<string, "active" | "terminating" | "missing">;
}

// From here on one list of metadata is cheaper than asking for each object.
const LIST_THRESHOLD = 50;

/**
 * Reads what there is.
 *
 * @param session The session.
 * @param targets What the script wants.
 * @param otherTypes Kinds to look at beside those of the script and of the parent.
 * @returns What there is.
 */
export async function survey(
  session: Session,
  targets: readonly Target[],
  otherTypes: readonly ResourceType[] = [],
): Promise<Survey> {
  // First of all: the lock is taken only if the parent did not change since.
  const parent = await readParent(session.client, session.set, session.options.signal);
  const [listed, otherHomes] = await Promise.all([
    listMembers(session, targets, otherTypes, parent),
    parent === undefined ? findOtherHomes(session.client, session.set, session.options.signal) : [],
  ]);
  const members = new Map<string, Member>();
  const live = new Map<string, LiveObject>();
  for (const [key, member] of listed.found) {
    if (isMember(member.live, session.set)) members.set(key, member);
    live.set(key, member.live);
  }
  // A kind is listed in one version; what is desired in another one is read in that.
  const lacking = targets.filter(({ desired, type, pending }) =>
    !pending && live.get(keyOf(desired.object))?.apiVersion !== desired.object.apiVersion &&
    !listed.unreadable.has(formatGroupKind(type))
  );
  const namespaces = await readNamespaces(session, lacking, live);
  const rest = lacking.filter(({ desired, type }) =>
    type.kind !== "Namespace" && namespaces.get(desired.object.metadata?.namespace ?? "") !== "missing"
  );
  const unreadable = await readLacking(session, rest, live);
  return {
    parent,
    otherHomes,
    members,
    live,
    unreadableKinds: listed.unreadable,
    unreadable,
    goneKinds: listed.gone,
    namespaces,
  };
}

interface Listed {
  readonly found: Map<string, Member>;
  readonly unreadable: Map<string, string>;
  readonly gone: Set<string>;
}

async function listMembers(
  session: Session,
  targets: readonly Target[],
  otherTypes: readonly ResourceType[],
  parent: Parent | undefined,
): Promise<Listed> {
  const types = new Map(otherTypes.map((type) => [formatGroupKind(type), type]));
  for (const { type, pending } of targets) {
    if (!pending) types.set(formatGroupKind(type), type);
  }
  const result: Listed = { found: new Map(), unreadable: new Map(), gone: new Set() };
  for (const groupKind of parent?.scope.groupKinds ?? []) {
    if (types.has(groupKind)) continue;
    const type = session.mapper.find(parseGroupKind(groupKind));
    if (type) types.set(groupKind, type);
    else if (session.mapper.isStale(parseGroupKind(groupKind).group)) {
      result.unreadable.set(groupKind, "its API server does not answer");
    } else result.gone.add(groupKind);
  }
  const namespaces = new Set([session.set.namespace, ...parent?.scope.namespaces ?? []]);
  for (const { desired } of targets) namespaces.add(desired.object.metadata?.namespace ?? session.set.namespace);
  await Promise.all([...types].map(async ([groupKind, type]) => {
    try {
      for (const live of await listByLabel(session, type, [...namespaces])) {
        result.found.set(refKey(refOf(live)), { live, type });
      }
    } catch (error) {
      result.unreadable.set(groupKind, unreadableReason(error));
    }
  }));
  return result;
}

async function listByLabel(session: Session, type: ResourceType, namespaces: readonly string[]): Promise<LiveObject[]> {
  const options = { labels: { [PART_OF_LABEL]: session.set.id }, signal: session.options.signal };
  try {
    return await session.client.list(type, { ...options, allNamespaces: true }).toArray();
  } catch (error) {
    if (!(error instanceof ApiError && error.isForbidden) || !type.namespaced) throw error;
  }
  const lists = namespaces.map((namespace) => session.client.list(type, { ...options, namespace }).toArray());
  return (await Promise.all(lists)).flat();
}

/** Finds out about the namespaces in which desired objects are lacking; the Namespaces among them become live. */
async function readNamespaces(
  session: Session,
  lacking: readonly Target[],
  live: Map<string, LiveObject>,
): Promise<Map<string, "active" | "terminating" | "missing">> {
  const names = new Set(
    lacking.map(({ desired, type }) =>
      (type.kind === "Namespace" ? desired.object.metadata?.name : desired.object.metadata?.namespace) ?? ""
    ),
  );
  names.delete("");
  names.add(session.set.namespace);
  const result = new Map<string, "active" | "terminating" | "missing">();
  await Promise.all([...names].map(async (name) => {
    try {
      const key = refKey({ group: "", kind: "Namespace", name });
      const namespace = live.get(key) ?? await session.client.find(NAMESPACE, { name }, session.options);
      if (namespace) live.set(key, namespace);
      const terminating = namespace?.metadata.deletionTimestamp !== undefined;
      result.set(name, namespace === undefined ? "missing" : terminating ? "terminating" : "active");
    } catch (error) {
      // Without the permission to look, the namespace is supposed to be there: the writes will tell.
      if (!(error instanceof ApiError && error.isForbidden)) throw error;
    }
  }));
  return result;
}

/** Reads desired objects that the lists lacked. */
async function readLacking(
  session: Session,
  lacking: readonly Target[],
  live: Map<string, LiveObject>,
): Promise<Map<string, string>> {
  const unreadable = new Map<string, string>();
  const groups = Map.groupBy(
    lacking,
    ({ desired, type }) => `${formatGroupKind(type)}/${desired.object.metadata?.namespace ?? ""}`,
  );
  await Promise.all([...groups.values()].map(async (group) => {
    const candidates = group.length < LIST_THRESHOLD ? group : await onlyExisting(session, group);
    await Promise.all(candidates.map(async ({ desired, type }) => {
      const ref = refOf(desired.object);
      try {
        const object = await session.client.find(type, ref, session.options);
        if (object) live.set(refKey(ref), object);
      } catch (error) {
        unreadable.set(refKey(ref), unreadableReason(error));
      }
    }));
  }));
  return unreadable;
}

async function onlyExisting(session: Session, group: readonly Target[]): Promise<readonly Target[]> {
  const { type, desired } = group[0]!;
  const { namespace } = desired.object.metadata ?? {};
  try {
    const list = session.client.listMetadata(type, { namespace, signal: session.options.signal });
    const names = new Set((await list.toArray()).map((object) => object.metadata.name));
    return group.filter(({ desired }) => names.has(desired.object.metadata?.name ?? ""));
  } catch (error) {
    if (error instanceof ApiError && error.isForbidden) return group;
    throw error;
  }
}

// Only what the server itself says about one kind may be passed over; a server that cannot be reached ends the run.
function unreadableReason(error: unknown): string {
  if (error instanceof ApiError && [403, 404, 405, 503].includes(error.code)) {
    return error.status.message ?? error.message;
  }
  throw error;
}

function keyOf(object: Parameters<typeof refOf>[0]): string {
  return refKey(refOf(object));
}
