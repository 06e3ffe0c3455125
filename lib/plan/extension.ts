/**
 * Decides what happens to the fields that a rule owns of somebody else's object.
 *
 * Every rule applies in a name of its own for each object that it is about, so that the server keeps apart what is
 * owned for whom, and an apply without any field gives up exactly that.
 *
 * @module
 */

import { isBuiltIn } from "../kube/built_in.ts";
import type { DesiredObject } from "../kube/desired_object.ts";
import { KubescriptError } from "../kube/error.ts";
import { formatFieldPath } from "../kube/field_path.ts";
import type { KubeObject, LiveObject } from "../kube/object.ts";
import type { ObjectRef } from "../kube/object_ref.ts";
import { isTerminating } from "../kube/owner.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import type { Change, Extender, PlannedApply } from "./change.ts";
import { compare, type Difference } from "./compare.ts";
import { explain, type Explained } from "./explain.ts";
import { applyEntry, otherEntries, ownsAnnotation } from "./ownership.ts";
import { withAnnotation, withoutFields, withPreconditions } from "./payload.ts";
import { content, describe, formatOwner, NO_HASH, type PlanContext } from "./plan_object.ts";
import { type Allowance, isTooMuch, type Rail } from "./removal.ts";
import type { SetIdentity } from "./set_identity.ts";

/** What the marks on extended objects begin with. */
const MARK = "extended.kubescript.dev/";
/** As long as the server lets a field manager be. */
const LONGEST_MANAGER = 128;

/** What a rule owns of an object, or has owned. */
export interface Extension {
  /** The object's `apiVersion`. */
  readonly apiVersion: string;
  /** The object. */
  readonly ref: ObjectRef;
  /** How the API serves the kind. */
  readonly type: ResourceType;
  /** For whom. */
  readonly extender: Extender;
  /** The object with nothing but the fields; absent if they are to be given up. */
  readonly desired?: DesiredObject | undefined;
}

/**
 * Names the label on all objects of which rules of a set own fields. It goes with the last of them.
 *
 * @param set The set.
 * @returns The label's key.
 */
export function extendedLabel({ id }: SetIdentity): string {
  return `${MARK}${id}`;
}

/**
 * Names for whom a rule owns fields.
 *
 * @param set The set.
 * @param rule The rule.
 * @param owner The uid of the object that the rule is about.
 * @returns For whom.
 * @throws {KubescriptError} If the names are too long for the server.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { identifySet } from "./set_identity.ts";
 *
 * const { fieldManager } = extenderOf(await identifySet("shop", "default"), "notes", "1-2-3");
 * strictEqual(fieldManager, "kubescript/default/shop:notes:1-2-3");
 * ```
 */
export function extenderOf({ fieldManager: engine }: SetIdentity, rule: string, owner: string): Extender {
  const fieldManager = `${engine}:${rule}:${owner}`;
  if (fieldManager.length > LONGEST_MANAGER) {
    throw new KubescriptError(
      `Cannot extend objects by rule "${rule}": its field manager "${fieldManager}" has ${fieldManager.length} ` +
        `characters, and may have ${LONGEST_MANAGER}`,
      { hint: "Give the rule, the script or the home namespace a shorter name" },
    );
  }
  return { rule, owner, fieldManager };
}

/**
 * Finds out for whom rules of a set own fields of an object.
 *
 * @param live The object, or its metadata alone.
 * @param set The set.
 * @returns For whom.
 */
export function extendersOf(live: Pick<LiveObject, "metadata">, set: SetIdentity): Extender[] {
  const prefix = `${set.fieldManager}:`;
  return (live.metadata.managedFields ?? []).flatMap(({ manager = "", operation, subresource }) => {
    if (operation !== "Apply" || subresource || !manager.startsWith(prefix)) return [];
    const [rule = "", owner] = manager.slice(prefix.length).split(":");
    // What functions of rules apply themselves is in the name of the rule alone.
    return owner === undefined ? [] : [{ rule, owner, fieldManager: manager }];
  });
}

/**
 * Decides what happens to the fields that a rule owns of an object.
 *
 * @param extension What it owns.
 * @param live The object, if there is one. It is never created.
 * @param context What is the same for all objects of the run.
 * @returns The change; `unchanged` only if an apply would certainly change nothing.
 */
export async function planExtension(
  extension: Extension,
  live: LiveObject | undefined,
  context: PlanContext,
): Promise<Change> {
  const { apiVersion, ref, type, extender, desired } = extension;
  const base: Change = { action: "unchanged", apiVersion, ref, type, extender, desired, live, fields: [] };
  if (!desired) return live ? planGivingUp(extension, live, base, context) : base;
  if (live && !isTerminating(live)) return await planFields(extension, desired, live, base, context);
  return {
    ...base,
    action: "blocked",
    reason: live ? "it is being deleted" : `rule "${extender.rule}" extends it, and it does not exist`,
    hint: live ? "Run again when it is gone" : "Create it first: an extension never creates an object",
  };
}

/**
 * Checks whether suspiciously many objects have left for which something was owned.
 *
 * @param changes The changes of all extensions.
 * @param allowance What the user allowed.
 * @returns Why nothing is given up, if it is too much to be meant.
 */
export function checkGivingUp(changes: readonly Change[], allowance: Allowance): Rail | undefined {
  const owners = (wanted: boolean) =>
    new Set(changes.filter(({ desired }) => (desired !== undefined) === wanted).map(({ extender }) => extender!.owner));
  const [wanted, leaving] = [owners(true), owners(false)];
  const lost = leaving.difference(wanted).size;
  const all = leaving.union(wanted).size;
  if (allowance.all || lost <= allowance.count || !isTooMuch(lost, all)) return undefined;
  return {
    reason: `${lost} of the ${all} objects for which fields of other objects are owned have left`,
    hint: `If their fields are to be given up, allow it with --allow-delete=${lost}`,
  };
}

async function planFields(
  { type, extender: { rule, fieldManager } }: Extension,
  desired: DesiredObject,
  live: LiveObject,
  base: Change,
  context: PlanContext,
): Promise<Change> {
  const own = applyEntry(live, fieldManager);
  const mark = await markOf(fieldManager);
  const liveHash = live.metadata.annotations?.[mark] ?? "";
  const object = withAnnotation(withLabel(desired.object, extendedLabel(context.set)), mark, liveHash);
  const differences = compareFields(content(object), live, fieldManager, type);
  const hash = await context.digest(desired) ?? NO_HASH;
  const unchangedDesire = hash !== NO_HASH && liveHash === hash && ownsAnnotation(own, mark);
  const explained = explain(differences, live, { fieldManager, unchangedDesire, builtIn: isBuiltIn(type.group) });
  const isSame = explained.length === 0 && differences.every(({ kind }) => kind === "alike");
  if (isSame && own?.apiVersion === desired.object.apiVersion) return base;

  const conflicts = explained.filter(({ meaning }) => meaning === "conflict");
  const fields = fieldsOf(base, explained, context);
  if (conflicts.length > 0 && !context.force) return conflictOf(base, conflicts, fieldManager, context);
  const drifted = explained.filter(({ meaning }) => meaning === "drift");
  const drift = drifted.length > 0;
  if (drift && context.drift === "report") {
    const reason = "drift is reported, not repaired";
    if (drifted.length === explained.length) return { ...base, fields, drift, reason };
    const lost = drifted.filter(({ difference }) => difference.kind === "unowned");
    const rest = withoutFields(object, lost.map(({ difference }) => difference.path));
    return { ...base, action: "update", fields, drift, reason, apply: applyOf(rest, live, false, mark, hash) };
  }
  const force = conflicts.length > 0 || drifted.some(({ owners }) => owners.length > 0);
  const apply = applyOf(object, live, force, mark, hash);
  return { ...base, action: "update", fields, drift, reason: `extended by rule "${rule}"`, apply };
}

function planGivingUp(
  { apiVersion, type, ref: { kind, namespace, name }, extender: { rule, fieldManager } }: Extension,
  live: LiveObject,
  base: Change,
  context: PlanContext,
): Change {
  if (!applyEntry(live, fieldManager)) return base;
  const differences = compareFields({}, live, fieldManager, type);
  const options = { fieldManager, unchangedDesire: false, builtIn: isBuiltIn(type.group) };
  const fields = fieldsOf(base, explain(differences, live, options), context);
  const object = { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) } };
  const apply = { object: withPreconditions(object, live, false), force: false, restoreOwnership: false };
  return { ...base, action: "update", fields, apply, reason: `rule "${rule}" does not extend it any more` };
}

function compareFields(
  desired: Readonly<Record<string, unknown>>,
  live: LiveObject,
  fieldManager: string,
  { group }: ResourceType,
): Difference[] {
  const others = otherEntries(live, fieldManager).map(({ fieldsV1 = {} }) => fieldsV1);
  const owned = applyEntry(live, fieldManager)?.fieldsV1 ?? {};
  return compare(desired, owned, live, { builtIn: isBuiltIn(group), others });
}

function applyOf(object: KubeObject, live: LiveObject, force: boolean, mark: string, hash: string): PlannedApply {
  const marked = withAnnotation(object, mark, hash);
  return { object: withPreconditions(marked, live, force), force, restoreOwnership: false };
}

function conflictOf(base: Change, conflicts: readonly Explained[], ours: string, context: PlanContext): Change {
  const [first] = conflicts;
  const more = conflicts.length > 1 ? ` (and ${conflicts.length - 1} more)` : "";
  const field = formatFieldPath(first!.difference.path);
  const owners = first!.owners.map(formatOwner).join(" and ");
  return {
    ...base,
    action: "conflict",
    fields: fieldsOf(base, conflicts, context),
    reason: `field "${field}", which "${ours}" is to own, is owned by ${owners}${more}`,
    hint: "Leave the field to its owner by taking it out, or take it over with --force-conflicts",
  };
}

/** The marks go with every apply, and are nothing to be told. */
function fieldsOf(base: Change, explained: readonly Explained[], { mask }: PlanContext): Change["fields"] {
  const shown = explained.filter(({ difference: { path } }) => {
    const last = path.at(-1);
    return !(last && "field" in last && last.field.startsWith(MARK));
  });
  return describe(base, shown, mask, true);
}

/** Names the annotation that holds the hash of what was desired when it was applied last. */
async function markOf(fieldManager: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(fieldManager));
  return MARK + new Uint8Array(hash, 0, 12).toHex();
}

function withLabel(object: KubeObject, label: string): KubeObject {
  const labels = { ...object.metadata?.labels, [label]: "true" };
  return { ...object, metadata: { ...object.metadata, labels } };
}
