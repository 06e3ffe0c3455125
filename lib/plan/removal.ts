/**
 * What happens to members of a set that are not desired any more, and when that is too much to be meant.
 *
 * @module
 */

import type { LiveObject, ManagedFieldsEntry } from "../kube/object.ts";
import { formatRef, type ObjectRef, refOf } from "../kube/object_ref.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import type { Change } from "./change.ts";
import { applyEntry, ownsAnnotation } from "./ownership.ts";
import {
  ADOPTED_ANNOTATION,
  APPLIED_ANNOTATION,
  KEEP_ANNOTATION,
  PART_OF_LABEL,
  type SetIdentity,
} from "./set_identity.ts";

/** A member of the set. */
export interface Member {
  /** The object. */
  readonly live: LiveObject;
  /** How the API serves its kind. */
  readonly type: ResourceType;
}

/** What the user allowed to be deleted, from `--allow-delete`. */
export interface Allowance {
  /** Whether everything may go. */
  readonly all: boolean;
  /** How many objects may go. */
  readonly count: number;
  /** Kinds such as `Namespace`, and objects such as `StatefulSet/shop/db`. */
  readonly names: ReadonlySet<string>;
}

/** What the rails look at, beside the removals themselves. */
export interface RailFacts {
  /** How many members the set has now. */
  readonly members: number;
  /** The home namespace. */
  readonly home: string;
  /** For each Namespace that would go: some of the objects in it that would not go by themselves. */
  readonly strangers: ReadonlyMap<string, readonly string[]>;
  /** Whether the whole set goes, so that its size is no surprise and its home may go too. */
  readonly wholeSet: boolean;
}

/** Why nothing is deleted. */
export interface Rail {
  /** What was about to happen. */
  readonly reason: string;
  /** How to allow it. */
  readonly hint: string;
}

const MARKS: ReadonlySet<string> = new Set([ADOPTED_ANNOTATION, APPLIED_ANNOTATION, KEEP_ANNOTATION]);
const MOST_REMOVALS = 3;
const LARGEST_SHARE = 0.3;

/**
 * Decides what happens to members that are not desired: released if they existed before or are to be kept, deleted
 * otherwise.
 *
 * @param members The members that are not desired.
 * @param set The set.
 * @returns One change per member.
 */
export function planRemovals(members: readonly Member[], set: SetIdentity): Change[] {
  return members.map(({ live, type }): Change => {
    const base = { apiVersion: live.apiVersion, ref: refOf(live), type, live, fields: [] };
    const own = applyEntry(live, set.fieldManager);
    if (ownsAnnotation(own, ADOPTED_ANNOTATION)) {
      return { ...base, action: "release", reason: "it existed before the set took it over" };
    }
    if (ownsAnnotation(own, KEEP_ANNOTATION)) return { ...base, action: "release", reason: "it is to be kept" };
    return { ...base, action: "delete" };
  });
}

/**
 * Reads the values of `--allow-delete`.
 *
 * @param values Each a number, a kind, `Kind/namespace/name` (or `Kind/name`), or `all`.
 * @returns What they allow together.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(parseAllowance(["5", "Namespace"]).count, 5);
 * ```
 */
export function parseAllowance(values: readonly string[]): Allowance {
  const counts = values.filter((value) => /^\d+$/.test(value)).map(Number);
  return { all: values.includes("all"), count: Math.max(0, ...counts), names: new Set(values) };
}

/**
 * Checks whether removals are within the rails.
 *
 * @param changes All changes; only deletions count.
 * @param facts What else to look at.
 * @param allowance What the user allowed.
 * @returns The first rail that is touched, or `undefined`.
 */
export function checkRails(changes: readonly Change[], facts: RailFacts, allowance: Allowance): Rail | undefined {
  const deletions = changes.filter((change) => change.action === "delete");
  for (const change of deletions) {
    const rail = namespaceRail(change.ref, facts) ?? kindRail(change, allowance);
    if (rail) return rail;
  }
  const unnamed = deletions.filter((change) => !isNamed(change.ref, allowance));
  if (facts.wholeSet || allowance.all || unnamed.length <= allowance.count) return undefined;
  if (!isTooMuch(unnamed.length, facts.members)) return undefined;
  return {
    reason: `${unnamed.length} of the set's ${facts.members} objects would be deleted`,
    hint: `If that is meant, allow it with --allow-delete=${unnamed.length}`,
  };
}

/**
 * Tells whether so much goes at once that it may not be meant.
 *
 * @param count How much goes.
 * @param all How much there is.
 * @returns Whether it is too much.
 */
export function isTooMuch(count: number, all: number): boolean {
  return count > MOST_REMOVALS && count > all * LARGEST_SHARE;
}

function namespaceRail(ref: ObjectRef, facts: RailFacts): Rail | undefined {
  if (ref.kind !== "Namespace" || ref.group !== "") return undefined;
  if (ref.name === "default" || ref.name.startsWith("kube-")) {
    return { reason: `${formatRef(ref)} belongs to the cluster`, hint: "Put it back into the script" };
  }
  if (ref.name === facts.home && !facts.wholeSet) {
    return {
      reason: `${formatRef(ref)} is the home of the set`,
      hint: "Put it back into the script, or delete the whole set",
    };
  }
  const strangers = facts.strangers.get(ref.name) ?? [];
  if (strangers.length === 0) return undefined;
  return {
    reason: `${formatRef(ref)} holds objects that are not of the set: ${strangers.join(", ")}`,
    hint: "Move or delete them first, or put the Namespace back into the script with the option keep",
  };
}

function kindRail(change: Change, allowance: Allowance): Rail | undefined {
  const danger = dangerOf(change);
  if (danger === undefined || allowance.all || isNamed(change.ref, allowance)) return undefined;
  const name = formatRef(change.ref);
  return {
    reason: `${name} would be deleted, and ${danger}`,
    hint: `If that is meant, allow it with --allow-delete=${name}`,
  };
}

function dangerOf({ ref, live }: Change): string | undefined {
  switch (`${ref.kind}.${ref.group}`) {
    case "Namespace.":
      return "everything in it with it";
    case "CustomResourceDefinition.apiextensions.k8s.io":
      return "all objects of its kind with it";
    case "PersistentVolume.":
    case "PersistentVolumeClaim.":
      return "its data may go with it";
    case "StatefulSet.apps": {
      const claims = (live?.spec as { volumeClaimTemplates?: unknown[] } | undefined)?.volumeClaimTemplates ?? [];
      return claims.length > 0 ? "it has volume claims" : undefined;
    }
    default:
      return undefined;
  }
}

function isNamed(ref: ObjectRef, allowance: Allowance): boolean {
  return allowance.names.has(ref.kind) || allowance.names.has(formatRef(ref));
}

/**
 * Makes the JSON patch that takes an object out of its set and changes nothing else.
 *
 * @param live The object.
 * @param set The set.
 * @returns The operations; they fail if the object changed since it was read.
 */
export function releasePatch(live: LiveObject, set: SetIdentity): Record<string, unknown>[] {
  const { resourceVersion, labels = {}, annotations = {}, managedFields = [] } = live.metadata;
  const own = applyEntry(live, set.fieldManager);
  const remove = (path: string) => ({ op: "remove", path });
  return [
    { op: "test", path: "/metadata/resourceVersion", value: resourceVersion },
    ...Object.keys(labels).filter((key) => key === PART_OF_LABEL).map((key) =>
      remove(`/metadata/labels/${pointer(key)}`)
    ),
    ...Object.keys(annotations).filter((key) => MARKS.has(key))
      .map((key) => remove(`/metadata/annotations/${pointer(key)}`)),
    ...(own ? [removeEntry(managedFields, own)] : []),
  ];
}

// The server takes an empty list for a client that knows no managedFields, and keeps what was there.
function removeEntry(entries: readonly ManagedFieldsEntry[], own: ManagedFieldsEntry): Record<string, unknown> {
  return entries.length === 1
    ? { op: "replace", path: "/metadata/managedFields", value: [{}] }
    : { op: "remove", path: `/metadata/managedFields/${entries.indexOf(own)}` };
}

function pointer(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
