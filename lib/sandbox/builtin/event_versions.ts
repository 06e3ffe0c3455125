/**
 * Events, which two groups serve under different field names.
 *
 * @module
 */

import type { Draft, StoredObject } from "../registry/served_resource.ts";

/** The fields of `events.k8s.io/v1` by those of the core group. */
const NAMES: Readonly<Record<string, string>> = {
  involvedObject: "regarding",
  message: "note",
  source: "deprecatedSource",
  firstTimestamp: "deprecatedFirstTimestamp",
  lastTimestamp: "deprecatedLastTimestamp",
  count: "deprecatedCount",
  reportingComponent: "reportingController",
};
const CORE_NAMES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(NAMES).map(([core, other]) => [other, core]),
);

/**
 * Turns an event of the core group into one of `events.k8s.io`.
 *
 * @param event The event.
 * @returns The same event in the other group.
 */
export function eventFromCore(event: StoredObject): StoredObject {
  return { ...rename(event, NAMES), apiVersion: "events.k8s.io/v1" } as StoredObject;
}

/**
 * Turns an event of `events.k8s.io` into one of the core group.
 *
 * @param event The event.
 * @returns The same event in the core group.
 */
export function eventToCore(event: Draft): Draft {
  return { ...rename(event, CORE_NAMES), apiVersion: "v1" } as Draft;
}

function rename(event: StoredObject, names: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(event).map(([field, value]) => [names[field] ?? field, value]),
  );
}
