/**
 * New custom resources that no controller has looked at yet.
 *
 * An object without any status counts as ready (most kinds never get one), so a custom resource would be "ready" in the
 * moment between its creation and its controller's first look.
 *
 * @module
 */

import type { LiveObject } from "../kube/object.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { isBuiltIn } from "../kube/built_in.ts";

/**
 * Tells whether a controller can be expected to write a status.
 *
 * @param type How the API serves the kind.
 * @returns Whether it is a custom kind with a status subresource.
 */
export function expectsStatus(type: ResourceType): boolean {
  return !isBuiltIn(type.group) && (type.subresources ?? []).includes("status");
}

/**
 * Tells whether no controller has written to an object's status yet.
 *
 * @param live The object.
 * @returns Whether its status is missing, or of an older generation.
 */
export function isUntouched(live: LiveObject): boolean {
  const status = live.status as { observedGeneration?: number; conditions?: unknown[] } | undefined;
  if (status === undefined) return true;
  return status.observedGeneration !== undefined && status.observedGeneration !== live.metadata.generation;
}
