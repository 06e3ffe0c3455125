/**
 * Changing objects.
 *
 * @module
 */

import { jsonEquals } from "../../base/json.ts";
import type { KubeObject } from "../../kube/object.ts";
import { objectKey } from "../storage/storage.ts";
import { createDraft } from "./create.ts";
import { ignoredPaths } from "./ignored_paths.ts";
import { readDraft } from "./read_draft.ts";
import type { Draft, StoredObject } from "./served_resource.ts";
import { invalidValue } from "./field_error.ts";
import { badRequest, conflict, invalid, notFound } from "./status_error.ts";
import { validateMetadataUpdate } from "./validate_metadata.ts";
import { admit, reportFaults, settleNamespace, storageError, store, validate, type Write } from "./write.ts";

/**
 * Replaces an object by what a client sent.
 *
 * @param write The request.
 * @param name The name of the object.
 * @param value What is to be there; it is not changed.
 * @returns What is there.
 * @throws {StatusError} If it cannot be changed.
 */
export function updateObject(write: Write, name: string, value: KubeObject): StoredObject {
  const { core, resource, namespace, options } = write;
  const draft = readDraft(core, resource, value, options);
  reportFaults(write);
  checkName(draft, name);
  settleNamespace(write, draft);
  const stored = core.storage.get(resource.storedAs, objectKey(namespace, name));
  const creates = stored === undefined && core.storedVersion(resource).strategy.createOnUpdate && !options.subresource;
  if (stored === undefined && !creates) throw notFound(resource, name);
  if (draft.metadata.uid) checkUid(write, name, stored, draft.metadata.uid);
  const live = stored && core.view(resource, stored);
  const managed = core.fieldManager(resource).update({
    live,
    draft,
    manager: options.fieldManager ?? "unknown",
    subresource: options.subresource ?? "",
    now: core.now(),
    ignoredPaths: ignoredPaths(resource, options.subresource),
  });
  if (stored !== undefined) return updateDraft(write, managed, stored);
  checkRevision(managed.metadata.resourceVersion ?? "0");
  if (!options.dryRun) delete managed.metadata.resourceVersion;
  return createDraft(write, managed);
}

/**
 * Replaces an object by one whose managed fields are known.
 *
 * @param write The request.
 * @param draft The object in the version of the request; it becomes part of what is stored.
 * @param old The object as it is stored.
 * @returns The object as it is stored then, in the version of the request.
 * @throws {StatusError} If it cannot be changed.
 */
export function updateDraft(write: Write, draft: Draft, old: StoredObject): StoredObject {
  const { core, resource, options } = write;
  const name = old.metadata.name!;
  checkResourceVersion(write, draft, old);
  let next = resource.toStored(draft);
  const admitted = { operation: "UPDATE", name, object: next, old } as const;
  admit(write, "mutating", admitted);
  next = prepare(write, next, old);
  const context = core.context(options);
  validate(write, next, old, ({ strategy }) => [
    ...validateMetadataUpdate(next.metadata, old.metadata),
    ...(isOther(options.subresource)
      ? strategy.subresources?.[options.subresource]?.validateUpdate?.(next, old)
      : strategy.validateUpdate?.(next, old, context)) ?? [],
  ]);
  const { managedFields } = old.metadata;
  if (managedFields && jsonEquals(withoutTimes(next), withoutTimes(old))) next.metadata.managedFields = managedFields;
  admit(write, "validating", { ...admitted, object: next });
  if (isReadyToGo(next, old) && !core.storedVersion(resource).strategy.isHeld?.(next)) {
    if (!options.dryRun) core.storage.delete(resource.storedAs, objectKey(old.metadata.namespace ?? "", name));
    return core.view(resource, next);
  }
  if (jsonEquals(next, old)) return core.view(resource, old);
  return store(write, next);
}

/**
 * Refuses an object that bears another name than the path.
 *
 * @param draft The object.
 * @param name The name on the path.
 */
export function checkName({ metadata }: Draft, name: string): void {
  if (!metadata.name) {
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  }
  if (metadata.name !== name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  }
}

/**
 * Refuses a write that is meant for another object of that name.
 *
 * @param write The request.
 * @param name The name of the object.
 * @param stored The object; `undefined` if there is none.
 * @param uid The uid that the client names.
 */
export function checkUid(
  { resource, namespace, options }: Write,
  name: string,
  stored: StoredObject | undefined,
  uid: string,
): void {
  const actual = stored?.metadata.uid ?? "";
  if (uid === actual) return;
  // Of a dry run etcd does not get to know.
  const prefix = options.dryRun ? "" : "/registry";
  throw conflict(
    resource,
    name,
    `StorageError: invalid object, Code: 4, Key: ${prefix}/${resource.storedAs.replace(/^\//, "")}/${
      objectKey(namespace, name)
    }, ` +
      `ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${actual}`,
  );
}

function checkResourceVersion({ core, resource }: Write, { metadata }: Draft, old: StoredObject): void {
  const { resourceVersion } = metadata;
  const name = old.metadata.name!;
  if (!resourceVersion || resourceVersion === "0") {
    if (core.storedVersion(resource).strategy.unconditionalUpdate !== false) return;
    throw invalid({ group: resource.group, kind: resource.plural }, name, [
      invalidValue("metadata.resourceVersion", 0, "must be specified for an update"),
    ]);
  }
  checkRevision(resourceVersion);
  if (resourceVersion !== old.metadata.resourceVersion) throw conflict(resource, name);
}

function checkRevision(text: string): void {
  if (!/^\d+$/.test(text)) {
    throw storageError(500, `strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
}

/** Keeps what such a request cannot change. */
function prepare({ core, resource, options }: Write, draft: Draft, old: StoredObject): Draft {
  const { strategy } = core.storedVersion(resource);
  const context = core.context(options);
  const isStatus = options.subresource === "status";
  const next = isStatus ? withStatusOf(draft, old, resource.custom) : draft;
  const subresource = isOther(options.subresource) ? strategy.subresources?.[options.subresource] : undefined;
  if (isStatus) strategy.prepareForStatusUpdate?.(next, old, context);
  else if (isOther(options.subresource)) subresource?.prepareForUpdate(next, old, context);
  else {
    if (resource.served.has("status")) replaceField(next, "status", old.status);
    strategy.prepareForUpdate?.(next, old, context);
  }
  const { metadata } = next;
  const counts = (strategy.generation || resource.custom) &&
    (subresource || !isStatus && !isOther(options.subresource));
  if (counts && !jsonEquals(desiredState(next), desiredState(old))) {
    metadata.generation = (old.metadata.generation ?? 0) + 1;
  } else if (old.metadata.generation === undefined) delete metadata.generation;
  else metadata.generation = old.metadata.generation;
  metadata.uid ||= old.metadata.uid!;
  metadata.resourceVersion = old.metadata.resourceVersion!;
  for (const field of ["creationTimestamp", "deletionTimestamp"] as const) {
    if (old.metadata[field] !== undefined) metadata[field] = old.metadata[field];
  }
  const { deletionGracePeriodSeconds } = old.metadata;
  if (deletionGracePeriodSeconds !== undefined) metadata.deletionGracePeriodSeconds ??= deletionGracePeriodSeconds;
  return next;
}

/** Whether it is neither the object itself, nor a part of it that all kinds have alike. */
function isOther(subresource: string | undefined): subresource is string {
  return subresource !== undefined && subresource !== "status" && subresource !== "scale";
}

function withStatusOf(draft: Draft, old: StoredObject, isCustom: boolean): Draft {
  const { managedFields } = draft.metadata;
  const metadata = isCustom ? { ...old.metadata } : draft.metadata;
  if (managedFields === undefined) delete metadata.managedFields;
  else metadata.managedFields = managedFields;
  const next: Draft = { ...old, metadata };
  replaceField(next, "status", draft.status);
  return next;
}

function replaceField(draft: Draft, field: string, value: unknown): void {
  if (value === undefined) delete draft[field];
  else draft[field] = value;
}

/** Everything but what does not count for `metadata.generation`. */
function desiredState({ metadata: _metadata, status: _status, ...rest }: Draft): unknown {
  return rest;
}

/** The object without the times of managed fields: a write that changes nothing but them changes nothing. */
function withoutTimes({ metadata, ...object }: Draft): unknown {
  const managedFields = metadata.managedFields?.map(({ time: _time, ...entry }) => entry);
  return { ...object, metadata: { ...metadata, managedFields } };
}

/** Whether the last finalizer of an object went that was asked to go. */
function isReadyToGo({ metadata }: Draft, { metadata: old }: StoredObject): boolean {
  return !metadata.finalizers?.length && old.deletionTimestamp !== undefined && !old.deletionGracePeriodSeconds;
}
