/**
 * Changes to finalizers that lose none of others.
 *
 * @module
 */

import type { LiveObject } from "../kube/object.ts";
import type { Ref } from "../kube/ref.ts";
import { ApiError } from "./errors.ts";
import type { KindArgument } from "./kind_finder.ts";
import type { ResourceClient } from "./resource_client.ts";
import type { SendOptions } from "./sender.ts";

const MOST_ATTEMPTS = 10;

/**
 * Changes the finalizers of an object, and begins again if somebody else changed the object in between.
 *
 * @param client The client.
 * @param kind The kind.
 * @param ref Which object.
 * @param edit Makes the new list from the one that there is.
 * @param options The signal that cancels the requests.
 * @returns The object as it is then.
 * @throws {ApiError} If the object does not exist, or changes all the time.
 */
export async function editFinalizers(
  client: ResourceClient,
  kind: KindArgument,
  ref: Ref,
  edit: (finalizers: readonly string[]) => readonly string[],
  options: SendOptions,
): Promise<LiveObject> {
  const type = await client.typeOf(kind, options);
  for (let attempts = 1;; attempts++) {
    const live = await client.get(type, ref, options);
    const before = live.metadata.finalizers ?? [];
    const value = edit(before);
    if (value.length === before.length) return live;
    const path = "/metadata/finalizers";
    try {
      // The version is what is tested: the object must still be the one whose finalizers were read.
      return await client.patch(type, live, [
        { op: "replace", path: "/metadata/resourceVersion", value: live.metadata.resourceVersion },
        value.length === 0 ? { op: "remove", path } : { op: "add", path, value },
      ], { ...options, type: "json" });
    } catch (error) {
      if (!(error instanceof ApiError && error.isConflict) || attempts >= MOST_ATTEMPTS) throw error;
    }
  }
}
