/**
 * Field management of the subresource `scale`, through which `replicas` of another object is written.
 *
 * @module
 */

import type { ManagedFieldsEntry } from "../../kube/object.ts";
import { FieldSet, fieldSetOf } from "./field_set.ts";
import { decodeManaged, encodeManaged, type Managed, setOwned } from "./managed.ts";

const SCALE_VERSION = "autoscaling/v1";
const SCALE_PATH = ["f:spec", "f:replicas"];

/** Where an object has its replicas, as names of fields, by its versions. */
export type ReplicasPaths = Readonly<Record<string, readonly string[]>>;

/**
 * Finds who owns the replicas of a Scale.
 *
 * @param entries The managedFields of the object that is scaled.
 * @param paths Where it has its replicas.
 * @returns The managedFields of its Scale.
 */
export function toScaleEntries(
  entries: readonly ManagedFieldsEntry[] | undefined,
  paths: ReplicasPaths,
): ManagedFieldsEntry[] | undefined {
  const managed: Managed = new Map();
  for (const [id, owned] of decodeManaged(entries)) {
    const path = stepsOf(paths, owned.apiVersion);
    if (path !== undefined && owned.fields.has(path)) {
      managed.set(id, { ...owned, fields: setOf(SCALE_PATH), apiVersion: SCALE_VERSION });
    }
  }
  return encodeManaged(managed);
}

/**
 * Finds who owns what of an object after its Scale was written.
 *
 * @param entries The managedFields of the object before.
 * @param scaleEntries The managedFields of its Scale after the write.
 * @param apiVersion The version of the object in which the owners of the Scale own.
 * @param paths Where the object has its replicas.
 * @returns The managedFields of the object after.
 */
export function fromScaleEntries(
  entries: readonly ManagedFieldsEntry[] | undefined,
  scaleEntries: readonly ManagedFieldsEntry[] | undefined,
  apiVersion: string,
  paths: ReplicasPaths,
): ManagedFieldsEntry[] | undefined {
  const scalers = decodeManaged(scaleEntries);
  const managed: Managed = new Map();
  const parents = decodeManaged(entries);
  for (const [id, owned] of parents) {
    if (!Object.hasOwn(paths, owned.apiVersion)) continue;
    const path = stepsOf(paths, owned.apiVersion)!;
    if (!owned.fields.has(path) || scalers.delete(id)) managed.set(id, owned);
    else setOwned(managed, id, { ...owned, fields: owned.fields.difference(setOf(path)) });
  }
  for (const [id, { fields, isApplied }] of scalers) {
    if (!fields.has(SCALE_PATH)) continue;
    // As in the server, whoever owned nothing of the object before has no time.
    const time = parents.get(id)?.time;
    managed.set(id, { fields: fieldSetOf([paths[apiVersion]!]), apiVersion, isApplied, time });
  }
  return encodeManaged(managed);
}

function stepsOf(paths: ReplicasPaths, apiVersion: string): string[] | undefined {
  return Object.hasOwn(paths, apiVersion) ? paths[apiVersion]!.map((name) => `f:${name}`) : undefined;
}

function setOf(path: readonly string[]): FieldSet {
  const set = new FieldSet();
  set.insert(path);
  return set;
}
