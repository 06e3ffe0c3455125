/**
 * The limit of managedFields entries of writes that are no applies.
 *
 * @module
 */

import { compareTimes, type Managed, managerId } from "./managed.ts";

const MAX_UPDATE_MANAGERS = 10;

/**
 * Merges the oldest entries of writes that are no applies, one per version, if there are too many.
 *
 * @param managed The owners; they are changed.
 */
export function capManagers(managed: Managed): void {
  const updaters = [...managed.keys()].filter((id) => !managed.get(id)!.isApplied);
  let count = updaters.length;
  if (count <= MAX_UPDATE_MANAGERS) return;
  updaters.sort((a, b) => compareTimes(managed.get(a)!.time, managed.get(b)!.time) || (a < b ? -1 : 1));
  const firstOf = new Map<string, string>();
  for (const id of updaters) {
    if (count <= MAX_UPDATE_MANAGERS) return;
    const { apiVersion, fields, isApplied, time } = managed.get(id)!;
    const first = firstOf.get(apiVersion);
    if (first === undefined) {
      firstOf.set(apiVersion, id);
      continue;
    }
    const bucket = managerId({ manager: "ancient-changes", operation: "Update", apiVersion });
    const merged = managed.get(bucket) ?? managed.get(first)!;
    if (!managed.has(bucket)) managed.delete(first);
    managed.delete(id);
    // The time of the entry that came in last is the most recent one.
    managed.set(bucket, { apiVersion, fields: fields.union(merged.fields), isApplied, time });
    count--;
  }
}
