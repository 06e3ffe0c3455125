/**
 * Fields of other people's objects that `each` rules own: what they are to be, and which ones are to be given up.
 *
 * @module
 */

import { Limiter } from "../../base/limiter.ts";
import { KubescriptError } from "../../kube/error.ts";
import type { LiveObject } from "../../kube/object.ts";
import { formatRef, refKey, refOf } from "../../kube/object_ref.ts";
import { formatGroupKind, parseApiVersion, type ResourceType } from "../../kube/resource_type.ts";
import type { Change, Extender } from "../../plan/change.ts";
import { extendedLabel, extenderOf, extendersOf, type Extension, planExtension } from "../../plan/extension.ts";
import { normalize } from "../../plan/normalize.ts";
import type { PlanContext } from "../../plan/plan_object.ts";
import type { Children } from "../../script/rules/read_children.ts";
import type { RuleDefinition } from "../../script/rules/rule.ts";
import { applyObject } from "../apply_object.ts";
import { NotedKinds } from "../noted_kinds.ts";
import type { Outcome } from "../result.ts";
import type { Session } from "../session.ts";
import { type FindType, placeChild } from "./place_child.ts";

/**
 * Finds out what a rule is to own of other objects.
 *
 * @param children What the rule returned.
 * @param rule The rule's name.
 * @param owner The object for which it was asked.
 * @param findType Tells how the API serves a kind.
 * @param session The session.
 * @returns What it is to own.
 * @throws {KubescriptError} If that cannot be.
 */
export function extensionsOf(
  children: Children,
  rule: string,
  owner: LiveObject,
  findType: FindType,
  session: Session,
): Extension[] {
  const keys = new Set<string>();
  return children.extensions.map((written) => {
    const { apiVersion, kind } = written.object;
    const type = findType(written.object);
    if (!type) throw session.mapper.unknown({ ...parseApiVersion(apiVersion), kind }, formatRef(refOf(written.object)));
    const desired = placeChild(normalize(written), owner, findType, session);
    const ref = refOf(desired.object);
    const key = refKey(ref);
    if (keys.has(key)) {
      throw new KubescriptError(`Cannot extend ${formatRef(ref)} twice for the same object`, {
        hint: "Put all fields into one extension",
      });
    }
    keys.add(key);
    return { apiVersion, ref, type, desired, extender: extenderOf(session.set, rule, owner.metadata.uid) };
  });
}

/** What is to be known to plan extensions. */
export interface PlanExtensionsOptions {
  /** The parent of the set, if there is one. */
  readonly parent: LiveObject | undefined;
  /** The keys of the objects that the script makes itself. */
  readonly desiredKeys: ReadonlySet<string>;
  /** What is the same for all objects of the run. */
  readonly context: PlanContext;
}

/**
 * Plans what rules own of other objects: what is to be given up first, so that others may have it.
 *
 * @param session The session.
 * @param wanted What they are to own.
 * @param options What to know.
 * @returns The changes.
 */
export async function planExtensions(
  session: Session,
  wanted: readonly Extension[],
  { parent, desiredKeys, context }: PlanExtensionsOptions,
): Promise<Change[]> {
  const { client, mapper, options: { signal } } = session;
  const types = [...new NotedKinds(session, parent, "extended").types, ...wanted.map(({ type }) => type)];
  const extended = await listExtended(session, types.filter((type) => mapper.find(type)));
  const keys = new Set(wanted.map(({ ref, extender }) => `${refKey(ref)} ${extender.fieldManager}`));
  const leaving = await planGivingUps(session, extended, context, ({ fieldManager }, key) => {
    return !keys.has(`${key} ${fieldManager}`);
  });
  const gone = new Set(leaving.map(({ ref, extender }) => `${refKey(ref)} ${extender!.fieldManager}`));
  const changes = await Promise.all(wanted.map(async (extension): Promise<Change> => {
    const { ref, type } = extension;
    const live = extended.get(refKey(ref))?.live ?? await client.find(type, ref, { signal });
    const change = await planExtension(extension, live && without(live, gone), context);
    if (live || !desiredKeys.has(refKey(ref))) return change;
    return { ...change, action: "update", reason: `${change.reason} yet, but will in this run`, hint: undefined };
  }));
  return [...leaving, ...changes];
}

/**
 * Plans to give up all that rules own of other objects.
 *
 * @param session The session.
 * @param parent The parent of the set.
 * @param context What is the same for all objects of the run.
 * @param isLeaving Tells which ones; by default all.
 * @returns The changes.
 */
export async function planSweep(
  session: Session,
  parent: LiveObject | undefined,
  context: PlanContext,
  isLeaving: (extender: Extender) => boolean = () => true,
): Promise<Change[]> {
  const extended = await listExtended(session, new NotedKinds(session, parent, "extended").types);
  return await planGivingUps(session, extended, context, isLeaving);
}

/**
 * Gives up what rules own that are no more.
 *
 * @param session The session.
 * @param parent The parent of the set.
 * @param rules All rules of the script.
 * @param context What is the same for all objects of the run.
 * @throws {KubescriptError} If something could not be given up.
 */
export async function sweepExtensions(
  session: Session,
  parent: LiveObject,
  rules: ReadonlyMap<string, RuleDefinition>,
  context: PlanContext,
): Promise<void> {
  const changes = await planSweep(session, parent, context, ({ rule }) => rules.get(rule)?.type !== "each");
  const outcomes = await applyExtensions(session, changes, context, session.options.signal);
  const failed = outcomes.filter(({ status }) => status === "failed");
  if (failed.length === 0) return;
  const reasons = failed.map(({ change: { ref }, reason }) => `${formatRef(ref)}: ${reason}`);
  throw new KubescriptError(`Cannot give up fields of rules that are no more: ${reasons.join("; ")}`);
}

/**
 * Applies changes of what rules own of other objects.
 *
 * @param session The session.
 * @param changes The changes.
 * @param context What is the same for all objects of the run.
 * @param signal Stops beginning anything new; what is under way is finished.
 * @returns How each change ended, but for those that were none.
 */
export async function applyExtensions(
  session: Session,
  changes: readonly Change[],
  context: PlanContext,
  signal: AbortSignal,
): Promise<Outcome[]> {
  const lanes = new Limiter(session.options.concurrency);
  const apply = async (change: Change): Promise<Outcome> => {
    if (signal.aborted) return { change, status: "interrupted" };
    // What is made in the same run was not there when it was planned.
    const live = change.apply ? undefined : await session.client.find(change.type!, change.ref);
    const planned = change.apply ? change : await planExtension(change as Extension, live, context);
    return (await applyObject(session, planned, context)).outcome;
  };
  const outcomes: Outcome[] = [];
  const pending = changes.filter(({ action }) => action !== "unchanged");
  const isLeaving = ({ desired }: Change) => desired === undefined;
  for (const part of [pending.filter(isLeaving), pending.filter((change) => !isLeaving(change))]) {
    outcomes.push(
      ...await Promise.all(part.map(async (change) => {
        const outcome = await lanes.run(() => apply(change));
        session.options.listen({ type: "outcome", outcome });
        return outcome;
      })),
    );
  }
  return outcomes;
}

interface Extended {
  readonly live: LiveObject;
  readonly type: ResourceType;
}

async function listExtended(session: Session, types: readonly ResourceType[]): Promise<Map<string, Extended>> {
  const { client, set, options: { signal } } = session;
  const labels = { [extendedLabel(set)]: "true" };
  const byKind = new Map(types.map((type) => [formatGroupKind(type), type]));
  const lists = [...byKind.values()].map(async (type) => {
    const found = await client.list(type, { allNamespaces: true, labels, signal }).toArray();
    return found.map((live): [string, Extended] => [refKey(refOf(live)), { live, type }]);
  });
  return new Map((await Promise.all(lists)).flat());
}

async function planGivingUps(
  session: Session,
  extended: ReadonlyMap<string, Extended>,
  context: PlanContext,
  isLeaving: (extender: Extender, key: string) => boolean,
): Promise<Change[]> {
  const changes = [...extended].flatMap(([key, { live, type }]) =>
    extendersOf(live, session.set).filter((extender) => isLeaving(extender, key)).map((extender) =>
      planExtension({ apiVersion: live.apiVersion, ref: refOf(live), type, extender }, live, context)
    )
  );
  return await Promise.all(changes);
}

/** The object as it will be once others have given up what they own of it. */
function without(live: LiveObject, gone: ReadonlySet<string>): LiveObject {
  const key = refKey(refOf(live));
  const managedFields = live.metadata.managedFields?.filter(({ manager }) => !gone.has(`${key} ${manager}`));
  return { ...live, metadata: { ...live.metadata, managedFields } } as LiveObject;
}
