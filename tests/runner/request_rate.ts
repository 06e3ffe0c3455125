/**
 * How many requests a client sends.
 *
 * @module
 */
import type { RecordedRequest } from "../../lib/testing/faults/fault_proxy.ts";

/** Counts of requests. */
export interface RequestRate {
  /** How many there were. */
  readonly total: number;
  /** How many a second on average. */
  readonly mean: number;
  /** How many in the worst second. */
  readonly most: number;
}

/**
 * Counts requests.
 *
 * @param requests The requests.
 * @param elapsedMs In which time.
 * @returns The counts.
 */
export function rateOf(requests: readonly Pick<RecordedRequest, "atMs">[], elapsedMs: number): RequestRate {
  const bySecond = Map.groupBy(requests, ({ atMs }) => Math.floor(atMs / 1_000));
  return {
    total: requests.length,
    mean: Math.round(requests.length / elapsedMs * 10_000) / 10,
    most: Math.max(0, ...[...bySecond.values()].map(({ length }) => length)),
  };
}
