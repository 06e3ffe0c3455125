/**
 * Who sends a request.
 *
 * @module
 */

/** A user, as authentication found it. See the API reference, `UserInfo v1 authentication.k8s.io`. */
export interface UserInfo {
  /** The name. */
  readonly username: string;
  /** The uid; absent if there is none. */
  readonly uid?: string;
  /** The groups. */
  readonly groups: readonly string[];
  /** What else authentication found out. */
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** The user that may do everything. */
export const SYSTEM_ADMIN: UserInfo = { username: "system:admin", groups: ["system:masters", "system:authenticated"] };
