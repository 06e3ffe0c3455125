/**
 * `metadata.managedFields` as the server works with it: one field set per manager, operation, version and subresource.
 *
 * @module
 */

import { canonicalJson } from "../../base/json.ts";
import type { ManagedFieldsEntry } from "../../kube/object.ts";
import type { FieldSet } from "./field_set.ts";
import { FieldsCache } from "./fields_cache.ts";

/** What a manager owns. */
export interface ManagedSet {
  /** The fields. */
  readonly fields: FieldSet;
  /** The version in which they are named. */
  readonly apiVersion: string;
  /** Whether they were applied. */
  readonly isApplied: boolean;
  /** When the entry last changed. */
  readonly time?: string | undefined;
}

/** Who owns what, by identifiers that {@linkcode managerId} makes. */
export type Managed = Map<string, ManagedSet>;

/** Who owns fields. */
export type ManagerIdentity = Pick<ManagedFieldsEntry, "manager" | "operation" | "apiVersion" | "subresource">;

/**
 * Makes the identifier of a manager: the same for all entries that are one.
 *
 * @param entry The entry, or what of it tells who the manager is.
 * @returns The identifier, a text that also orders managers in messages.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * // Whoever applies is the same manager in all versions.
 * strictEqual(managerId({ manager: "m", operation: "Apply", apiVersion: "v1" }), '{"manager":"m","operation":"Apply"}');
 * ```
 */
export function managerId({ manager, operation, apiVersion, subresource }: ManagerIdentity): string {
  return JSON.stringify({
    manager: manager || undefined,
    operation: operation || undefined,
    apiVersion: operation === "Apply" ? undefined : apiVersion || undefined,
    subresource: subresource || undefined,
  });
}

/**
 * Reads `metadata.managedFields`.
 *
 * @param entries The entries.
 * @param cache Remembers sets.
 * @returns Who owns what.
 * @throws {TypeError} If an entry is not as it must be.
 */
export function decodeManaged(
  entries: readonly ManagedFieldsEntry[] | undefined,
  cache: FieldsCache = new FieldsCache(),
): Managed {
  const managed: Managed = new Map();
  for (const [i, entry] of (entries ?? []).entries()) {
    const problem = problemOf(entry, i);
    if (problem !== undefined) throw new TypeError(problem);
    managed.set(managerId(entry), {
      fields: cache.parse(entry.fieldsV1 ?? {}),
      apiVersion: entry.apiVersion!,
      isApplied: entry.operation === "Apply",
      time: entry.time,
    });
  }
  return managed;
}

/**
 * Writes `metadata.managedFields`.
 *
 * @param managed Who owns what.
 * @param cache Remembers sets.
 * @returns The entries in the order of the server; `undefined` if there are none.
 */
export function encodeManaged(
  managed: Managed,
  cache: FieldsCache = new FieldsCache(),
): ManagedFieldsEntry[] | undefined {
  if (managed.size === 0) return undefined;
  const entries = Array.from(managed, ([id, { fields, apiVersion, isApplied, time }]): ManagedFieldsEntry => {
    const { manager, operation, subresource } = JSON.parse(id) as ManagerIdentity;
    return {
      ...manager && { manager },
      operation: isApplied ? "Apply" : operation!,
      apiVersion,
      ...time && { time },
      fieldsType: "FieldsV1",
      fieldsV1: cache.format(fields),
      ...subresource && { subresource },
    };
  });
  return entries.sort(compareEntries);
}

/**
 * Sets what a manager owns.
 *
 * @param managed The owners; they are changed.
 * @param id Who owns it.
 * @param owned What it owns; who owns nothing has no entry.
 */
export function setOwned(managed: Managed, id: string, owned: ManagedSet): void {
  if (owned.fields.isEmpty) managed.delete(id);
  else managed.set(id, owned);
}

/**
 * Gives entries their old times back if nothing but times changed, so that such an update is none.
 *
 * @param entries The new entries.
 * @param old The entries before.
 * @returns The old entries if the new ones are the same but for the times, otherwise the new ones.
 */
export function keepTimes(
  entries: ManagedFieldsEntry[] | undefined,
  old: readonly ManagedFieldsEntry[] | undefined,
): ManagedFieldsEntry[] | undefined {
  return canonicalJson(withoutTimes(entries)) === canonicalJson(withoutTimes(old)) && old ? [...old] : entries;
}

function withoutTimes(entries: readonly ManagedFieldsEntry[] = []): unknown[] {
  return entries.map(({ time: _time, ...entry }) => entry);
}

function problemOf({ operation, apiVersion, fieldsType }: ManagedFieldsEntry, i: number): string | undefined {
  if (operation !== "Apply" && operation !== "Update") return "operation must be `Apply` or `Update`";
  if (!apiVersion) return "apiVersion must not be empty";
  if (!fieldsType) return `missing fieldsType in managed fields entry ${i}`;
  if (fieldsType !== "FieldsV1") return `invalid fieldsType ${JSON.stringify(fieldsType)} in managed fields entry ${i}`;
  return undefined;
}

function compareEntries(a: ManagedFieldsEntry, b: ManagedFieldsEntry): number {
  return compare(a.operation, b.operation) || compareTimes(a.time, b.time) || compare(a.manager, b.manager) ||
    compare(a.apiVersion, b.apiVersion) || compare(a.subresource, b.subresource);
}

/**
 * Orders times by their seconds; no time is before all times.
 *
 * @param a One time, RFC 3339.
 * @param b Another one.
 * @returns Below 0 if `a` is the earlier one, above 0 if `b` is.
 */
export function compareTimes(a: string | undefined, b: string | undefined): number {
  return seconds(a) - seconds(b);
}

function seconds(time: string | undefined): number {
  return time === undefined ? 0 : Math.floor(Date.parse(time) / 1000);
}

function compare(a: string = "", b: string = ""): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
