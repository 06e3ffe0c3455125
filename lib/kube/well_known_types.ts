/**
 * How API servers serve the few kinds that the library itself reads and writes. They are the same everywhere, so that
 * nobody has to be asked.
 *
 * @module
 */

import type { ResourceType } from "./resource_type.ts";

/** ConfigMaps. */
export const CONFIG_MAP: ResourceType = coreType("ConfigMap", "configmaps");
/** Events, as of the core group. */
export const EVENT: ResourceType = coreType("Event", "events");
/** Namespaces. */
export const NAMESPACE: ResourceType = { ...coreType("Namespace", "namespaces"), namespaced: false };
/** Pods. */
export const POD: ResourceType = coreType("Pod", "pods");
/** Secrets. */
export const SECRET: ResourceType = coreType("Secret", "secrets");

function coreType(kind: string, plural: string): ResourceType {
  return { group: "", version: "v1", kind, plural, namespaced: true };
}
