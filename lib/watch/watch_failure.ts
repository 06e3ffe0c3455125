/**
 * What a failed list or watch means for a reflector.
 *
 * @module
 */

import { ApiError, TransportError, UnexpectedResponseError } from "../client/errors.ts";

/** How a list or a watch failed. */
export interface WatchFailure {
  /**
   * What it means:
   * - `expired`: the history since the version is gone (410);
   * - `invalid`: the server does not take such a request;
   * - `denied`: the credentials or the permission are missing;
   * - `missing`: the server does not serve the kind, or not this way;
   * - `throttled`: the server asks to wait;
   * - `unreachable`: there was no answer from an API server, or the connection broke;
   * - `failed`: the server failed.
   */
  readonly kind: "expired" | "invalid" | "denied" | "missing" | "throttled" | "unreachable" | "failed";
  /** How long the server asks to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** What was thrown. */
  readonly error: unknown;
}

const KIND_OF_CODE: Readonly<Record<number, WatchFailure["kind"]>> = {
  400: "invalid",
  401: "denied",
  403: "denied",
  404: "missing",
  405: "missing",
  410: "expired",
  422: "invalid",
  429: "throttled",
};

const DEFAULT_RETRY_AFTER_MS = 1_000;
const LONGEST_RETRY_AFTER_MS = 60_000;

/**
 * Tells what a failure means.
 *
 * @param error What the source threw.
 * @returns The failure.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(watchFailureOf(new DOMException("no answer within 10 s", "TimeoutError")).kind, "unreachable");
 * ```
 */
export function watchFailureOf(error: unknown): WatchFailure {
  if (error instanceof ApiError) {
    const kind = KIND_OF_CODE[error.code] ?? "failed";
    const seconds = error.retryAfterSeconds;
    if (kind !== "throttled" && (error.code !== 503 || seconds === undefined)) return { kind, error };
    const retryAfterMs = seconds === undefined ? DEFAULT_RETRY_AFTER_MS : seconds * 1_000;
    return { kind: "throttled", retryAfterMs: Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS), error };
  }
  if (error instanceof UnexpectedResponseError && error.code === 429) {
    return { kind: "throttled", retryAfterMs: DEFAULT_RETRY_AFTER_MS, error };
  }
  const unreachable = error instanceof TransportError || error instanceof UnexpectedResponseError ||
    (error instanceof DOMException && error.name === "TimeoutError");
  return { kind: unreachable ? "unreachable" : "failed", error };
}
