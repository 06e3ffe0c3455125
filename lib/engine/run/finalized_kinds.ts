/**
 * The kinds onto whose objects rules put finalizers: the parent of the set remembers them, so that no finalizer is left
 * behind when a rule or the whole set goes.
 *
 * @module
 */

import { ApiError } from "../../client/errors.ts";
import type { LiveObject } from "../../kube/object.ts";
import type { ObjectRef } from "../../kube/object_ref.ts";
import type { ResourceType } from "../../kube/resource_type.ts";
import type { RuleDefinition } from "../../script/rules/rule.ts";
import { NotedKinds } from "../noted_kinds.ts";
import type { Session } from "../session.ts";
import { finalizerOf } from "./finalizing.ts";

/**
 * Remembers the kinds of rules that finalize, and removes the finalizers of rules that are no more.
 *
 * @param session The session.
 * @param parent The parent of the set.
 * @param rules All rules of the script.
 */
export async function noteFinalizedKinds(
  session: Session,
  parent: LiveObject,
  rules: ReadonlyMap<string, RuleDefinition>,
): Promise<void> {
  const types: ResourceType[] = [];
  const finalizers = new Set<string>();
  for (const [name, rule] of rules) {
    if (!("kind" in rule && "finalize" in rule.options)) continue;
    types.push(rule.kind.type);
    finalizers.add(finalizerOf(session.set, name));
  }
  await new NotedKinds(session, parent, "finalized").add(types);
  await sweepFinalizers(session, parent, finalizers);
}

/**
 * Removes the finalizers of rules, without anything being cleaned up.
 *
 * @param session The session.
 * @param parent The parent of the set.
 * @param keep The finalizers that stay.
 */
export async function sweepFinalizers(
  session: Session,
  parent: LiveObject,
  keep: ReadonlySet<string> = new Set(),
): Promise<void> {
  const { client, set } = session;
  for (const type of new NotedKinds(session, parent, "finalized").types) {
    for await (const object of client.listMetadata(type, { allNamespaces: true })) {
      for (const finalizer of object.metadata.finalizers ?? []) {
        if (!finalizer.startsWith(finalizerOf(set)) || keep.has(finalizer)) continue;
        try {
          await client.removeFinalizer(type, object, finalizer);
        } catch (error) {
          if (!(error instanceof ApiError && error.isNotFound)) throw error;
        }
      }
    }
  }
}

/** An object that stays until a rule has cleaned up after it. */
export interface HeldObject {
  /** The object. */
  readonly object: ObjectRef;
  /** The rule. */
  readonly rule: string;
  /** Since when it is to go, RFC 3339. */
  readonly since: string;
}

/**
 * Finds the objects that are to go and stay until a rule has cleaned up after them.
 *
 * @param session The session.
 * @param parent The parent of the set.
 * @returns The objects.
 */
export async function heldObjects(session: Session, parent: LiveObject): Promise<HeldObject[]> {
  const { client, set } = session;
  const held: HeldObject[] = [];
  for (const type of new NotedKinds(session, parent, "finalized").types) {
    for await (const { metadata } of client.listMetadata(type, { allNamespaces: true })) {
      const finalizer = metadata.finalizers?.find((name) => name.startsWith(finalizerOf(set)));
      if (finalizer === undefined || metadata.deletionTimestamp === undefined) continue;
      const { namespace, name, deletionTimestamp } = metadata;
      const object = { group: type.group, kind: type.kind, namespace, name };
      held.push({ object, rule: finalizer.slice(finalizerOf(set).length), since: deletionTimestamp });
    }
  }
  return held;
}
