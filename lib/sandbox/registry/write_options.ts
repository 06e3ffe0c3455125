/**
 * Options of requests that write.
 *
 * @module
 */

import type { AdmissionAttributes } from "./admission.ts";
import type { UserInfo } from "./user_info.ts";

/** Options of all requests that write. */
export interface WriteOptions {
  /** Who manages the fields that are written. @default {"unknown"} */
  readonly fieldManager?: string;
  /** Whether nothing is stored. */
  readonly dryRun?: boolean;
  /** What happens if there are fields that the schema does not know. @default {"Warn"} */
  readonly fieldValidation?: "Ignore" | "Warn" | "Strict";
  /** What is wrong with how the body is written: fields that are there twice. It counts as such fields do. */
  readonly faults?: readonly string[];
  /** The subresource that is written, such as `status`. */
  readonly subresource?: string;
  /** Whether an apply takes fields from other managers. */
  readonly force?: boolean;
  /** Tells the client something beside the answer. */
  readonly warn?: (message: string) => void;
  /** Who writes; `system:admin` by default. */
  readonly user?: UserInfo;
  /** Told what would be stored, when all that happens without waiting has admitted it. */
  readonly onAdmitted?: (attributes: AdmissionAttributes) => void;
}

/** A patch. */
export interface Patch {
  /** How it is written: RFC 6902, RFC 7386, with merge keys, or as server-side apply. */
  readonly type: "json" | "merge" | "strategic" | "apply";
  /** The patch, as JSON. */
  readonly body: unknown;
}

/** What happens to the dependents of an object that is deleted. */
export type PropagationPolicy = "Orphan" | "Background" | "Foreground";

/** Options of a deletion. See the API reference, `DeleteOptions v1 meta`. */
export interface DeleteOptions {
  /** Seconds that the object has to go gracefully. */
  readonly gracePeriodSeconds?: number;
  /** What happens to its dependents. */
  readonly propagationPolicy?: PropagationPolicy;
  /** Older form of `propagationPolicy`. */
  readonly orphanDependents?: boolean;
  /** What must be the case. */
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

/** What came of a deletion. */
export interface Deletion<T> {
  /** The object as it is, or was. */
  readonly object: T;
  /** Whether it is gone. */
  readonly isGone: boolean;
}
