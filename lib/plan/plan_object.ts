/**
 * Decides what happens to one desired object.
 *
 * @module
 */

import type { DesiredObject } from "../kube/desired_object.ts";
import { formatFieldPath, type PathElement } from "../kube/field_path.ts";
import type { KubeObject, LiveObject, ManagedFieldsEntry } from "../kube/object.ts";
import { type ObjectRef, refOf } from "../kube/object_ref.ts";
import { controllerOf } from "../kube/owner.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { isBuiltIn } from "../kube/built_in.ts";
import type { Change, FieldChange, PlannedApply } from "./change.ts";
import { compare, type Difference } from "./compare.ts";
import { explain, type Explained } from "./explain.ts";
import type { Mask } from "./mask.ts";
import { applyEntry, isMember, otherEntries, otherSetOf, ownsAnnotation } from "./ownership.ts";
import { payload, withAdoptedMark, withHash, withoutFields, withPreconditions } from "./payload.ts";
import { APPLIED_ANNOTATION, PART_OF_LABEL, type SetIdentity } from "./set_identity.ts";

/** Stands for the hash of an object that was not applied with a key yet; it equals no hash. */
export const NO_HASH = "";

/** What is the same for all objects of a run. */
export interface PlanContext {
  /** The set. */
  readonly set: SetIdentity;
  /** Whether fields that others own are taken over. */
  readonly force: boolean;
  /**
   * Whether fields of what is the set's already are taken back from others, even if they are to change as well; but not
   * from those who write through `scale`.
   */
  readonly forceOwn?: boolean;
  /** What happens to fields that somebody changed after the set had applied them. */
  readonly drift: "repair" | "report";
  /** Hashes what is desired; {@linkcode NO_HASH} if there is no key yet, `undefined` if it cannot be read. */
  readonly digest: (desired: DesiredObject) => Promise<string | undefined>;
  /** Hides secret values. */
  readonly mask: Mask;
}

/**
 * Decides what happens to one desired object.
 *
 * @param desired The desired object, normalized and with its namespace.
 * @param live The live object, if there is one.
 * @param type How the API serves the kind.
 * @param context What is the same for all objects of the run.
 * @returns The change; `unchanged` only if an apply would certainly change nothing.
 */
export async function planObject(
  desired: DesiredObject,
  live: LiveObject | undefined,
  type: ResourceType,
  context: PlanContext,
): Promise<Change> {
  const base = { apiVersion: desired.object.apiVersion, ref: refOf(desired.object), type, desired, live, fields: [] };
  const object = payload(desired, live, context.set);
  if (live === undefined) {
    return { ...base, action: "create", apply: await firstApply(desired, object, context) };
  }
  const obstacle = findObstacle(live, context.set);
  if (obstacle) return { ...base, ...obstacle };

  const member = isMember(live, context.set);
  const own = applyEntry(live, context.set.fieldManager);
  const differences = compare(content(object), own?.fieldsV1 ?? {}, live, {
    builtIn: isBuiltIn(type.group),
    others: otherEntries(live, context.set.fieldManager).map((entry) => entry.fieldsV1 ?? {}),
  });
  const settled = member && own?.apiVersion === desired.object.apiVersion &&
    differences.every((difference) => difference.kind === "alike");
  if (settled && differences.length === 0) return { ...base, action: "unchanged" };

  const subject = { ...base, live, object, differences };
  const hash = await context.digest(desired);
  if (hash === undefined) return planWithoutHash(subject, context);
  // We own these fields, and sent the same object last time: what is written otherwise is the server's way to write it.
  if (settled && wasApplied(live, hash)) return { ...base, action: "unchanged" };
  return planDifferences(subject, hash, context);
}

interface Subject {
  readonly apiVersion: string;
  readonly ref: ObjectRef;
  readonly type: ResourceType;
  readonly desired: DesiredObject;
  readonly live: LiveObject;
  readonly fields: readonly FieldChange[];
  readonly object: KubeObject;
  readonly differences: readonly Difference[];
}

function findObstacle(live: LiveObject, set: SetIdentity): Pick<Change, "action" | "reason" | "hint"> | undefined {
  if (live.metadata.deletionTimestamp !== undefined) {
    const finalizers = live.metadata.finalizers ?? [];
    const waits = finalizers.length > 0 ? `, waiting for finalizers ${finalizers.map((f) => `"${f}"`).join(", ")}` : "";
    return {
      action: "blocked",
      reason: `it is being deleted${waits}`,
      hint: "Run again when it is gone",
    };
  }
  const otherSet = otherSetOf(live, set);
  if (otherSet !== undefined) {
    return {
      action: "conflict",
      reason: `it belongs to another set, applied by "${otherSet}"`,
      hint: "Take it out of the other set first",
    };
  }
  const controller = controllerOf(live);
  if (controller !== undefined) {
    return {
      action: "conflict",
      reason: `it is controlled by ${controller.kind}/${controller.name}`,
      hint: "Change what controls it instead, or use another name",
    };
  }
  return undefined;
}

async function planDifferences(subject: Subject, hash: string, context: PlanContext): Promise<Change> {
  const { live, desired, differences } = subject;
  const { set, mask } = context;
  const own = applyEntry(live, set.fieldManager);
  const unchangedDesire = wasApplied(live, hash) && (own === undefined || ownsAnnotation(own, APPLIED_ANNOTATION));
  // The label and the hash of this very object prove that it is ours, even if somebody cleared its managedFields.
  const restoreOwnership = own === undefined && unchangedDesire && (live.metadata.managedFields ?? []).length === 0 &&
    live.metadata.labels?.[PART_OF_LABEL] === set.id;
  // An entry in our name cannot be copied: an object that has one is ours even if somebody took its label away.
  const ours = own !== undefined || restoreOwnership;
  const explained = explain(differences, live, {
    fieldManager: set.fieldManager,
    unchangedDesire: unchangedDesire && ours,
    builtIn: isBuiltIn(subject.type.group),
  });
  const conflicts = explained.filter((entry) => entry.meaning === "conflict");
  // Who scales, such as an autoscaler, was asked to: that is for people to settle.
  const scaled = conflicts.some(({ owners }) => owners.some(({ subresource }) => subresource === "scale"));
  const takeOwn = context.forceOwn && ours && !scaled;
  const take = context.force || takeOwn || restoreOwnership || (desired.adopt && !ours);
  if (conflicts.length > 0 && !take) return conflictOf(subject, conflicts, mask);

  const fields = describe(subject, explained, mask, ours);
  const drift = explained.some((entry) => entry.meaning === "drift");
  if (!ours) {
    const apply = await plannedApply(subject, withAdoptedMark(subject.object), hash, conflicts.length > 0);
    return { ...without(subject), action: "adopt", reason: "it exists already", fields, apply };
  }
  if (drift && context.drift === "report") return reportDrift(subject, explained, fields, hash);
  const force = conflicts.length > 0 || explained.some((e) => e.meaning === "drift" && e.owners.length > 0);
  const apply = { ...await plannedApply(subject, subject.object, hash, force), restoreOwnership };
  const reason = restoreOwnership ? "the record of who owns its fields was cleared" : updateReason(explained, fields);
  return { ...without(subject), action: "update", fields, apply, drift, reason };
}

function wasApplied(live: LiveObject, hash: string): boolean {
  return hash !== NO_HASH && live.metadata.annotations?.[APPLIED_ANNOTATION] === hash;
}

function planWithoutHash(subject: Subject, context: PlanContext): Change {
  const fields = subject.differences.filter((difference) => difference.kind !== "alike")
    .map((difference) => describeDifference(subject.ref, difference, context.mask));
  const reason = "the key of its hash cannot be read, so that drift and conflict cannot be told apart";
  return { ...without(subject), action: "unverified", reason, fields };
}

/** Drift that is only reported: what else differs is applied, without the fields that others changed. */
async function reportDrift(
  subject: Subject,
  explained: readonly Explained[],
  fields: readonly FieldChange[],
  hash: string,
): Promise<Change> {
  const [drifted, others] = [true, false].map((wanted) => explained.filter((e) => (e.meaning === "drift") === wanted));
  const reason = "drift is reported, not repaired";
  if (others!.length === 0) return { ...without(subject), action: "unchanged", fields, drift: true, reason };
  // What we still own, such as a list in another order, would be removed by leaving it out.
  const lost = drifted!.filter((entry) => entry.difference.kind === "unowned");
  const object = withoutFields(subject.object, lost.map((entry) => entry.difference.path));
  const apply = await plannedApply(subject, object, hash, false);
  return { ...without(subject), action: "update", fields, apply, drift: true, reason };
}

function conflictOf(subject: Subject, conflicts: readonly Explained[], mask: Mask): Change {
  const fields = describe(subject, conflicts, mask, false);
  const [first] = conflicts;
  const more = conflicts.length > 1 ? ` (and ${conflicts.length - 1} more)` : "";
  return {
    ...without(subject),
    action: "conflict",
    fields,
    reason: `field "${formatFieldPath(first!.difference.path)}" is owned by ${
      first!.owners.map(formatOwner).join(" and ")
    }${more}`,
    hint: "Leave the field to its owner with initial(…) or by taking it out, or take it over with --force-conflicts",
  };
}

async function firstApply(desired: DesiredObject, object: KubeObject, context: PlanContext): Promise<PlannedApply> {
  const hash = await context.digest(desired);
  return { object: withHash(object, hash ?? NO_HASH), force: false, restoreOwnership: false };
}

function plannedApply(subject: Subject, object: KubeObject, hash: string, force: boolean): PlannedApply {
  return {
    object: withPreconditions(withHash(object, hash), subject.live, force),
    force,
    restoreOwnership: false,
  };
}

function updateReason(explained: readonly Explained[], fields: readonly FieldChange[]): string | undefined {
  if (explained.length === 0) return "its fields are recorded under another apiVersion";
  if (fields.length > 0) return undefined;
  return explained.every(({ difference }) => difference.kind === "alike")
    ? "the same values are written in another way"
    : "the values are there already, and become owned by this script";
}

/**
 * Tells which fields change.
 *
 * @param subject The object.
 * @param explained The differences.
 * @param mask Hides secret values.
 * @param ours Whether the object is the set's already.
 * @returns The fields that are worth to be told.
 */
export function describe(
  subject: Pick<Change, "ref">,
  explained: readonly Explained[],
  mask: Mask,
  ours: boolean,
): FieldChange[] {
  return explained.filter((entry) => entry.meaning !== "shared" && !isBookkeeping(entry.difference.path, ours))
    .map((entry) => {
      const field = describeDifference(subject.ref, entry.difference, mask);
      const note = noteOf(entry);
      return note === undefined ? field : { ...field, note };
    });
}

function describeDifference(ref: ObjectRef, difference: Difference, mask: Mask): FieldChange {
  const show = (value: unknown) => mask.field(ref, difference.path, value);
  return {
    path: formatFieldPath(difference.path),
    ...(difference.live !== undefined && { from: show(difference.live) }),
    ...(difference.desired !== undefined && { to: show(difference.desired) }),
  };
}

function noteOf({ difference, meaning, owners }: Explained): string | undefined {
  const names = owners.map(formatOwner).join(" and ");
  if (meaning === "drift") {
    if (difference.kind === "reordered") return "drift: the order was changed";
    return names === "" ? "drift: it was removed or changed" : `drift: set by ${names}`;
  }
  if (meaning === "conflict") return `owned by ${names}`;
  if (difference.kind === "reordered") return "order";
  if (difference.doubtful) return "may be the same value";
  if (difference.kind !== "removed") return undefined;
  if (names !== "") return `stays, as it is also owned by ${names}`;
  return difference.path.some((element) => "field" in element && element.field === "replicas")
    ? "removed: the server sets its default of 1; mark it initial(…) to leave it to others"
    : "removed";
}

/**
 * Prints who owns a field.
 *
 * @param owner The owner's entry.
 * @returns For example `"kubectl-edit" (2026-11-21T16:33:36Z)`.
 */
export function formatOwner(owner: ManagedFieldsEntry): string {
  const details = [owner.subresource, owner.time].filter((detail) => detail !== undefined && detail !== "");
  return `"${owner.manager ?? "unknown"}"${details.length > 0 ? ` (${details.join(", ")})` : ""}`;
}

// The marks of the set go with every apply; only that a member lost its label is worth to be told.
function isBookkeeping(path: readonly PathElement[], ours: boolean): boolean {
  const last = path.at(-1);
  if (last === undefined || !("field" in last)) return false;
  return last.field === APPLIED_ANNOTATION || (last.field === PART_OF_LABEL && !ours);
}

/**
 * Takes out what the field set of an apply never holds: type, name and namespace.
 *
 * @param object The object.
 * @returns The rest.
 */
export function content(object: KubeObject): Record<string, unknown> {
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...rest } = object as KubeObject & Record<string, unknown>;
  const { name: _name, namespace: _namespace, ...fields } = (metadata ?? {}) as Record<string, unknown>;
  return { metadata: fields, ...rest };
}

function without(subject: Subject): Omit<Change, "action"> {
  const { object: _object, differences: _differences, ...change } = subject;
  return change;
}
