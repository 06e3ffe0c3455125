/**
 * What the verbs of the client can be told, by the API's own names.
 *
 * @module
 */

import type { LabelSelectorInput } from "../kube/label_selector.ts";
import type { Selector, StateOptions, WatchOptions as WatchRequestOptions } from "../kube/read_request.ts";
import type {
  ApplyOptions as ApplyRequestOptions,
  DeleteOptions as DeleteRequestOptions,
  PatchType,
  WriteOptions as WriteRequestOptions,
} from "../kube/write_request.ts";
import type { SendOptions } from "./sender.ts";

/** Which objects of a kind are meant. */
export interface Selection {
  /** The namespace; by default that of the client. */
  readonly namespace?: string | undefined;
  /** Whether all namespaces are meant. @default {false} */
  readonly allNamespaces?: boolean | undefined;
  /** A label selector, as text or as keys with the value or values that they may have. */
  readonly labels?: LabelSelectorInput | undefined;
  /** A field selector, such as `status.phase=Failed`. */
  readonly fields?: string | undefined;
}

/** Options of a list. */
export interface ListOptions extends Selection, StateOptions, SendOptions {
  /** How many objects a page holds. @default {500} */
  readonly limit?: number | undefined;
}

/** Options of a watch. */
export interface WatchOptions extends Selection, Omit<WatchRequestOptions, keyof Selector>, SendOptions {}

/** The subresources that are another view of the object itself. */
export type ObjectSubresource = "status" | "ephemeralcontainers" | "resize" | "approval" | "finalize";

/** Options of a read. */
export interface GetOptions extends StateOptions, SendOptions {
  /** The view of the object; all of it if absent. */
  readonly subresource?: ObjectSubresource | undefined;
}

/** Options of every write. */
export interface WriteOptions extends WriteRequestOptions, SendOptions {
  /** The view of the object; all of it if absent. */
  readonly subresource?: ObjectSubresource | undefined;
}

/** Options of a patch. */
export interface PatchOptions extends WriteOptions {
  /** How the patch is meant; by default `strategic` for built-in kinds and `merge` for all others. */
  readonly type?: PatchType | undefined;
}

/** Options of a server-side apply. */
export interface ApplyOptions extends Omit<ApplyRequestOptions, "fieldManager">, WriteOptions {}

/** Options of a deletion. */
export interface DeleteOptions extends DeleteRequestOptions, SendOptions {}

/** Options of the deletion of a collection. */
export interface DeleteCollectionOptions
  extends Selection, StateOptions, Omit<DeleteRequestOptions, "preconditions">, SendOptions {
  /** How many objects are deleted at most. */
  readonly limit?: number | undefined;
}
