/**
 * Deleting objects: at once, gracefully, or when their finalizers are gone.
 *
 * @module
 */

import { objectKey } from "../storage/storage.ts";
import type { ObjectMeta } from "../../kube/object.ts";
import { copyJson, jsonEquals } from "../../base/json.ts";
import { formatTime } from "../../kube/time.ts";
import { forbiddenField, invalidValue } from "./field_error.ts";
import type { Draft, FieldError, ServedResource, StoredObject } from "./served_resource.ts";
import { conflict, invalid, notFound } from "./status_error.ts";
import { admit, store, type Write } from "./write.ts";
import type { DeleteOptions, Deletion } from "./write_options.ts";

const ORPHAN = "orphan";
const FOREGROUND = "foregroundDeletion";

/**
 * Deletes an object.
 *
 * @param write The request.
 * @param name The name of the object.
 * @param options How to delete it.
 * @returns The object, and whether it is gone.
 * @throws {StatusError} If it cannot be deleted.
 */
export function deleteObject(write: Write, name: string, options: DeleteOptions): Deletion<StoredObject> {
  checkDeleteOptions(options);
  const { core, resource, namespace } = write;
  const key = objectKey(namespace, name);
  const old = core.storage.get(resource.storedAs, key);
  if (old === undefined) throw notFound(resource, name);
  checkPreconditions(resource, old, options);
  const { strategy } = core.storedVersion(resource);
  // Negative values mean one second.
  const asked = options.gracePeriodSeconds !== undefined && options.gracePeriodSeconds < 0
    ? 1
    : options.gracePeriodSeconds;
  const grace = strategy.gracePeriodSeconds &&
    graceOf(old, asked, (seconds) => strategy.gracePeriodSeconds!(old, seconds));
  if (grace === "pending") return { object: core.view(resource, old), isGone: false };
  admit(write, "mutating", { operation: "DELETE", name, object: undefined, old, deleteOptions: options });
  admit(write, "validating", { operation: "DELETE", name, object: undefined, old, deleteOptions: options });

  const metadata = { ...old.metadata };
  const finalizers = finalizersOf(metadata.finalizers ?? [], strategy.defaultPropagation, options);
  const { deletionFinalizer } = strategy;
  if (deletionFinalizer && metadata.deletionTimestamp === undefined) finalizers.push(deletionFinalizer);
  if (finalizers.length > 0) metadata.finalizers = finalizers;
  else delete metadata.finalizers;
  const nowMs = core.clock.now();
  if (grace !== undefined) markGraceful(metadata, grace, nowMs);
  else if (finalizers.length > 0) markAsDeleting(metadata, nowMs);
  const isHeld = strategy.isHeld?.(old) ?? false;
  if (isHeld) metadata.deletionTimestamp ??= formatTime(nowMs);
  const stays = finalizers.length > 0 || isHeld || (grace !== undefined && grace > 0);
  const object: Draft = copyJson({ ...old, metadata });
  if (stays || grace !== undefined) {
    if (stays) strategy.prepareForDelete?.(object);
    const changed = !jsonEquals(object, old);
    const updated = changed ? store(write, object) : core.view(resource, old);
    if (stays) return { object: updated, isGone: false };
  }
  if (write.options.dryRun) return { object: core.view(resource, object), isGone: true };
  return { object: core.view(resource, core.storage.delete(resource.storedAs, key)!), isGone: true };
}

/** Judges the options of a deletion. */
export function checkDeleteOptions({ orphanDependents, propagationPolicy }: DeleteOptions): void {
  const errors: FieldError[] = [];
  if (orphanDependents !== undefined && propagationPolicy !== undefined) {
    const detail = "orphanDependents and deletionPropagation cannot be both set";
    errors.push(invalidValue("propagationPolicy", propagationPolicy, detail));
  }
  const policies = ["Foreground", "Background", "Orphan"];
  if (propagationPolicy !== undefined && !policies.includes(propagationPolicy)) {
    errors.push({
      ...forbiddenField("propagationPolicy", ""),
      reason: "FieldValueNotSupported",
      message: `Unsupported value: ${JSON.stringify(propagationPolicy)}: supported values: ` +
        [...policies, "nil"].map((policy) => JSON.stringify(policy)).join(", "),
    });
  }
  if (errors.length > 0) throw invalid({ group: "meta.k8s.io", kind: "DeleteOptions" }, "", errors);
}

function checkPreconditions(
  { group, kind }: ServedResource,
  { metadata }: StoredObject,
  { preconditions }: DeleteOptions,
): void {
  const { uid, resourceVersion } = preconditions ?? {};
  const refuse = (what: string, wanted: string, actual: string, why: string) => {
    const reason =
      `the ${what} in the precondition (${wanted}) does not match the ${what} in record (${actual}). ${why}`;
    return conflict({ group, plural: kind }, metadata.name!, reason);
  };
  if (uid !== undefined && uid !== metadata.uid) {
    throw refuse("UID", uid, metadata.uid!, "The object might have been deleted and then recreated");
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    throw refuse("ResourceVersion", resourceVersion, metadata.resourceVersion!, "The object might have been modified");
  }
}

/** Seconds to go gracefully; `undefined` if it does not go gracefully, `pending` if it goes already. */
function graceOf(
  { metadata }: StoredObject,
  asked: number | undefined,
  graceFor: (seconds: number | undefined) => number,
): number | "pending" | undefined {
  if (metadata.deletionTimestamp === undefined) return graceFor(asked);
  const { deletionGracePeriodSeconds } = metadata;
  if (!deletionGracePeriodSeconds) return undefined;
  // It can only go sooner.
  return asked === undefined || asked >= deletionGracePeriodSeconds ? "pending" : asked;
}

function markGraceful(metadata: ObjectMeta, seconds: number, nowMs: number): void {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, generation } = metadata;
  let graceSeconds = seconds;
  let dueMs = nowMs + seconds * 1_000;
  if (deletionTimestamp !== undefined) {
    dueMs = Date.parse(deletionTimestamp) + (seconds - deletionGracePeriodSeconds) * 1_000;
    if (dueMs < nowMs) {
      dueMs = nowMs;
      if (seconds !== 0) graceSeconds = 1;
    }
  } else if (generation) metadata.generation = generation + 1;
  metadata.deletionTimestamp = formatTime(dueMs);
  metadata.deletionGracePeriodSeconds = graceSeconds;
}

function markAsDeleting(metadata: ObjectMeta, nowMs: number): void {
  const { deletionTimestamp, generation } = metadata;
  if (deletionTimestamp === undefined && generation) metadata.generation = generation + 1;
  if (deletionTimestamp === undefined || Date.parse(deletionTimestamp) > nowMs) {
    metadata.deletionTimestamp = formatTime(nowMs);
  }
  metadata.deletionGracePeriodSeconds = 0;
}

/** The finalizers as the garbage collector needs them. */
function finalizersOf(
  finalizers: readonly string[],
  defaultPropagation: "Orphan" | "Background" | undefined,
  { orphanDependents, propagationPolicy }: DeleteOptions,
): string[] {
  const present = finalizers.find((finalizer) => finalizer === ORPHAN || finalizer === FOREGROUND);
  const byDefault = present ?? (defaultPropagation === "Orphan" ? ORPHAN : undefined);
  const byPolicy = { Orphan: ORPHAN, Foreground: FOREGROUND, Background: undefined };
  const wanted = orphanDependents !== undefined
    ? (orphanDependents ? ORPHAN : undefined)
    : propagationPolicy !== undefined
    ? byPolicy[propagationPolicy]
    : byDefault;
  if (wanted === present) return [...finalizers];
  const others = finalizers.filter((finalizer) => finalizer !== ORPHAN && finalizer !== FOREGROUND);
  return wanted === undefined ? others : [...others, wanted];
}
