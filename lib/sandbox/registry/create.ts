/**
 * Creating objects.
 *
 * @module
 */

import type { KubeObject, ObjectMeta } from "../../kube/object.ts";
import { objectKey } from "../storage/storage.ts";
import type { Core } from "./core.ts";
import { ignoredPaths } from "./ignored_paths.ts";
import { readDraft } from "./read_draft.ts";
import type { Draft, StoredObject } from "./served_resource.ts";
import { alreadyExists, generateNameConflict } from "./status_error.ts";
import { admit, reportFaults, settleNamespace, storageError, store, validate, type Write } from "./write.ts";

/** Without vowels and what looks like others, so that no words come about. */
const SUFFIX_CHARACTERS = "bcdfghjklmnpqrstvwxz2456789";
const SUFFIX_LENGTH = 5;
const SYSTEM_FIELDS = ["selfLink", "deletionTimestamp", "deletionGracePeriodSeconds"];
const LONGEST_GENERATED_NAME = 63;
const GENERATED_NAME_ATTEMPTS = 8;

/**
 * Creates an object as a client sent it.
 *
 * @param write The request.
 * @param value The object; it is not changed.
 * @returns The object as it was stored, in the version of the request.
 * @throws {StatusError} If it cannot be created.
 */
export function createObject(write: Write, value: KubeObject): StoredObject {
  const { core, resource, options } = write;
  const draft = readDraft(core, resource, value, options);
  reportFaults(write);
  settleNamespace(write, draft);
  for (const field of SYSTEM_FIELDS) delete (draft.metadata as Record<string, unknown>)[field];
  return createDraft(
    write,
    core.fieldManager(resource).update({
      live: undefined,
      draft,
      manager: options.fieldManager ?? "unknown",
      subresource: options.subresource ?? "",
      now: core.now(),
      ignoredPaths: ignoredPaths(resource, options.subresource),
    }),
  );
}

/**
 * Creates an object whose managed fields are known.
 *
 * @param write The request.
 * @param draft The object in the version of the request; it becomes part of what is stored.
 * @returns The object as it was stored, in the version of the request.
 * @throws {StatusError} If it cannot be created.
 */
export function createDraft(write: Write, draft: Draft): StoredObject {
  const { core, resource, options } = write;
  const { name, generateName, resourceVersion } = draft.metadata;
  initialize(core, draft.metadata);
  let stored = resource.toStored(draft);
  admit(write, "mutating", { operation: "CREATE", name: name ?? "", object: stored, old: undefined });
  if (!name && generateName) stored = named(write, stored, generateName);
  const { strategy } = core.storedVersion(resource);
  if (strategy.generation || resource.custom) stored.metadata.generation = 1;
  if (resource.custom && resource.served.has("status")) delete stored.status;
  strategy.prepareForCreate?.(stored, core.context(options));
  validate(write, stored);
  const newName = stored.metadata.name!;
  admit(write, "validating", { operation: "CREATE", name: newName, object: stored, old: undefined });
  // What is no revision is passed over; of a dry run etcd does not get to know.
  if (!options.dryRun && /^\d*[1-9]\d*$/.test(resourceVersion ?? "")) {
    throw storageError(500, "resourceVersion should not be set on objects to be created");
  }
  const existing = core.storage.get(resource.storedAs, objectKey(stored.metadata.namespace ?? "", newName));
  if (existing !== undefined) {
    throw name ? alreadyExists(resource, existing) : generateNameConflict(resource, newName);
  }
  return store(write, stored);
}

/** Sets what only the server can, whatever the client sent. */
function initialize(core: Core, metadata: ObjectMeta): void {
  for (const field of SYSTEM_FIELDS) delete (metadata as Record<string, unknown>)[field];
  metadata.uid = core.uid();
  metadata.creationTimestamp = core.now();
}

/** Gives a name that is free, if one can be found. */
function named({ core, resource }: Write, draft: Draft, generateName: string): Draft {
  const base = generateName.slice(0, LONGEST_GENERATED_NAME - SUFFIX_LENGTH);
  for (let attempt = 1; attempt <= GENERATED_NAME_ATTEMPTS; attempt++) {
    const suffix = Array.from({ length: SUFFIX_LENGTH }, () => {
      return SUFFIX_CHARACTERS[Math.floor(core.clock.random() * SUFFIX_CHARACTERS.length)];
    });
    draft.metadata.name = base + suffix.join("");
    if (!core.storage.get(resource.storedAs, objectKey(draft.metadata.namespace ?? "", draft.metadata.name))) break;
  }
  return draft;
}
