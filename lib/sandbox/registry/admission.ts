/**
 * Admission: what may change requests, and refuse them, between the reading of an object and its storing.
 *
 * @module
 */

import type { Draft, ServedResource, StoredObject } from "./served_resource.ts";
import type { UserInfo } from "./user_info.ts";
import type { DeleteOptions } from "./write_options.ts";

/** A request that writes, as admission sees it. */
export interface AdmissionAttributes {
  /** What is done. */
  readonly operation: "CREATE" | "UPDATE" | "DELETE";
  /** The resource, in the version of the request. */
  readonly resource: ServedResource;
  /** The subresource; empty for none. */
  readonly subresource: string;
  /** The namespace; empty for cluster-scoped kinds. */
  readonly namespace: string;
  /** The name; empty if it is not made yet. */
  readonly name: string;
  /** The object, in the version in which it is stored; mutating hooks may change it. A deletion has none. */
  readonly object: Draft | undefined;
  /** The object as it is stored, if there is one. */
  readonly old: StoredObject | undefined;
  /** The options of a deletion. */
  readonly deleteOptions?: DeleteOptions;
  /** Whether nothing is stored. */
  readonly dryRun: boolean;
  /** Who writes. */
  readonly user: UserInfo;
  /**
   * Tells the client something beside the answer.
   *
   * @param message The warning.
   */
  warn(message: string): void;
}

/**
 * Looks at a request.
 *
 * @param attributes The request.
 * @throws {StatusError} If the request is refused.
 */
export type AdmissionHook = (attributes: AdmissionAttributes) => void;

/** All hooks; hooks may be added while the server runs. */
export interface Admission {
  /** They may change the object. */
  readonly mutating: AdmissionHook[];
  /** They see what would be stored. */
  readonly validating: AdmissionHook[];
}
