/**
 * What the verbs of the client can be told, by the API's own names.
 *
 * @module
 */

import type { Selector, StateOptions, WatchQuery } from "../kube/read_request.ts";
import type { ScaleQuery } from "../kube/subresource_request.ts";
import type { ApplyQuery, DeletionOptions, PatchType, WriteQuery } from "../kube/write_request.ts";
import type { Selection } from "../kube/selection.ts";
import type { SendOptions } from "./sender.ts";

/** Options of a list. */
export interface ListOptions extends Selection, StateOptions, SendOptions {
  /** How many objects a page holds. @default {500} */
  readonly limit?: number | undefined;
}

/** Options of a watch. */
export interface WatchOptions extends Selection, Omit<WatchQuery, keyof Selector>, SendOptions {}

/** The subresources that are another view of the object itself. */
export type ObjectSubresource = "status" | "ephemeralcontainers" | "resize" | "approval" | "finalize";

/** Options of a read. */
export interface GetOptions extends StateOptions, SendOptions {
  /** The view of the object; all of it if absent. */
  readonly subresource?: ObjectSubresource | undefined;
}

/** Options of every write. */
export interface WriteOptions extends WriteQuery, SendOptions {
  /** The view of the object; all of it if absent. */
  readonly subresource?: ObjectSubresource | undefined;
}

/** Options of a patch. */
export interface PatchOptions extends WriteOptions {
  /** How the patch is meant; by default `strategic` for built-in kinds and `merge` for all others. */
  readonly type?: PatchType | undefined;
}

/** Options of a server-side apply. */
export interface ApplyOptions extends Omit<ApplyQuery, "fieldManager">, WriteOptions {}

/** Options of a change of scale. */
export interface ScaleOptions extends ScaleQuery, SendOptions {}

/** Options of a deletion. */
export interface DeleteOptions extends DeletionOptions, SendOptions {}

/** Options of the deletion of a collection. */
export interface DeleteCollectionOptions
  extends Selection, StateOptions, Omit<DeletionOptions, "preconditions">, SendOptions {
  /** How many objects are deleted at most. */
  readonly limit?: number | undefined;
}
