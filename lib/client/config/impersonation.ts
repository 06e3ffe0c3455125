/**
 * Acting as somebody else.
 *
 * @module
 */

import type { Impersonation, ImpersonationOptions } from "./cluster_config.ts";
import type { Fail } from "./files.ts";

/**
 * Completes what is known of somebody to act as.
 *
 * @param options What is known.
 * @param fail Makes the error about the user's name.
 * @returns Whom to act as; `undefined` if nothing is known.
 * @throws {ConfigError} If everything but the user's name is known.
 */
export function completeImpersonation(options: ImpersonationOptions, fail: Fail): Impersonation | undefined {
  const { user, uid, groups = [], extra = {} } = options;
  if (user !== undefined) return { user, uid, groups, extra };
  if (uid === undefined && groups.length === 0 && Object.keys(extra).length === 0) return undefined;
  throw fail("is missing: acting as a group, UID or extra attribute needs a user", { hint: "Pass --as NAME as well" });
}
