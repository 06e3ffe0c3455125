/**
 * What controllers need of the API server: the sandbox's `Registry` is one.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import type { Draft, ResourceCatalog, ServedResource, StoredObject } from "../registry/served_resource.ts";
import type { UserInfo } from "../registry/user_info.ts";

/** A change of a stored object. */
export interface WorldEvent {
  /** What happened. */
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  /** Under what the object is stored, such as `apps/deployments`. */
  readonly storedAs: string;
  /** The object, in the version in which it is stored; of a deletion the last state. */
  readonly object: StoredObject;
  /** The state before. */
  readonly old?: StoredObject | undefined;
}

/** How a component writes. */
export interface WorldWriteOptions {
  /** The field manager. */
  readonly fieldManager?: string;
  /** Who writes. */
  readonly user?: UserInfo;
  /** The subresource that is written. */
  readonly subresource?: string;
}

/** How a component deletes, see the API reference, `DeleteOptions`. */
export interface WorldDeleteOptions {
  /** Seconds that the object has to go. */
  readonly gracePeriodSeconds?: number;
  /** What happens to dependents. */
  readonly propagationPolicy?: "Orphan" | "Background" | "Foreground";
  /** Refuses the deletion if another object has taken the name. */
  readonly preconditions?: { readonly uid?: string };
}

/** The API server, as controllers see it. */
export interface World {
  /** The clock. */
  readonly clock: Clock;
  /** The resources that are served. */
  readonly resources: ResourceCatalog;
  /** Reads all objects of a resource. */
  list(
    resource: ServedResource,
    namespace: string | undefined,
    options: Record<never, never>,
  ): { readonly items: readonly StoredObject[] };
  /** Creates an object; an error carries the `Status`. */
  create(resource: ServedResource, namespace: string, draft: Draft, options?: WorldWriteOptions): StoredObject;
  /** Replaces an object, or its status. */
  update(
    resource: ServedResource,
    namespace: string,
    name: string,
    draft: Draft,
    options?: WorldWriteOptions,
  ): StoredObject;
  /** Deletes an object, or asks it to go. */
  delete(
    resource: ServedResource,
    namespace: string,
    name: string,
    deleteOptions: WorldDeleteOptions,
    options?: WorldWriteOptions,
  ): unknown;
  /** Tells about every write, right after it; returns a function that ends it. */
  subscribe(listener: (event: WorldEvent) => void): () => void;
}
