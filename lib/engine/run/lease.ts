/**
 * The Lease that says who leads. Its fields mean what client-go's elector means by them, so that `kubectl get lease`
 * and every other elector understand it.
 *
 * @module
 */

import { Lease } from "../../kinds/coordination/v1.ts";
import type { Live } from "../../kube/live.ts";

/** How long a Lease holds after its last renewal, in milliseconds: for as long, nobody else takes it. */
export const LEASE_DURATION_MS = 15_000;

/**
 * Makes the Lease as its holder writes it.
 *
 * @param found The Lease as it is; `undefined` if there is none.
 * @param ref Where it is.
 * @param identity Who holds it from now on.
 * @param nowMs The time, in milliseconds since the epoch: for people, as nobody goes by it.
 * @returns The Lease. If `identity` holds it already, it is only renewed.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const lease = claimLease(undefined, { namespace: "shop", name: "tenants" }, "a", 0);
 * deepStrictEqual(lease.spec, {
 *   holderIdentity: "a",
 *   leaseDurationSeconds: 15,
 *   acquireTime: "1970-01-01T00:00:00.000000Z",
 *   renewTime: "1970-01-01T00:00:00.000000Z",
 *   leaseTransitions: 0,
 * });
 * ```
 */
export function claimLease(
  found: Live<Lease> | undefined,
  ref: { readonly namespace: string; readonly name: string },
  identity: string,
  nowMs: number,
): Lease | Live<Lease> {
  const { holderIdentity, acquireTime, leaseTransitions = 0 } = found?.spec ?? {};
  const isHolder = holderIdentity === identity;
  const renewTime = microTime(nowMs);
  return {
    ...found ?? Lease({ metadata: ref }),
    spec: {
      ...found?.spec,
      holderIdentity: identity,
      leaseDurationSeconds: LEASE_DURATION_MS / 1_000,
      acquireTime: isHolder ? acquireTime ?? renewTime : renewTime,
      renewTime,
      leaseTransitions: found && !isHolder ? leaseTransitions + 1 : leaseTransitions,
    },
  };
}

/**
 * Makes the Lease as its holder gives it back: anybody may take it at once.
 *
 * @param found The Lease as it is.
 * @param nowMs The time, in milliseconds since the epoch.
 * @returns The Lease.
 */
export function releaseLease(found: Live<Lease>, nowMs: number): Live<Lease> {
  const time = microTime(nowMs);
  const released = { holderIdentity: "", leaseDurationSeconds: 1, acquireTime: time, renewTime: time };
  return { ...found, spec: { ...found.spec, ...released } };
}

/** Formats a time as the API's `MicroTime`: with exactly six digits after the point. */
function microTime(ms: number): string {
  return new Date(ms).toISOString().replace("Z", "000Z");
}
