/**
 * When a request may be sent again, and how long to wait before.
 *
 * A doubled write is worse than a failed one. So what may have been carried out is repeated only if the request says
 * that repeating it is safe; what the server turned away untouched (429, and 503 with `Retry-After`) may be repeated
 * whatever it is. client-go draws the same line (`k8s.io/client-go/rest/with_retry.go`).
 *
 * @module
 */

import type { KubeRequest } from "../kube/request.ts";

/** How an attempt ended, as far as the decision needs it. */
export type Attempt =
  | { readonly kind: "answer"; readonly code: number; readonly retryAfter: string | null; readonly body: string }
  | { readonly kind: "fault"; readonly fault: unknown };

const MOST_ATTEMPTS = 5;
const MOST_THROTTLED_ATTEMPTS = 10;
const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 10_000;

/**
 * Decides whether, and when, a request is sent again.
 *
 * @param request The request.
 * @param attempt How the last attempt ended.
 * @param attempts How often it was sent so far, 1 or more.
 * @param random A number from 0 to 1 for the jitter.
 * @returns How many milliseconds to wait, or `undefined` if it must not be sent again.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const create = { verb: "create", idempotent: false };
 * strictEqual(retryDelayMs(create, { kind: "answer", code: 500, retryAfter: null, body: "" }, 1, 0.5), undefined);
 * strictEqual(retryDelayMs(create, { kind: "answer", code: 429, retryAfter: "2", body: "" }, 1, 0), 2_000);
 * ```
 */
export function retryDelayMs(
  request: Pick<KubeRequest, "verb" | "idempotent">,
  attempt: Attempt,
  attempts: number,
  random: number,
): number | undefined {
  const backoff = Math.min(FIRST_DELAY_MS * 2 ** (attempts - 1), LONGEST_DELAY_MS) * (0.5 + random);
  if (attempt.kind === "fault") {
    return request.idempotent && attempts < MOST_ATTEMPTS && !isPermanentFault(attempt.fault) ? backoff : undefined;
  }
  const { code, retryAfter, body } = attempt;
  if (retryAfter !== null && (code === 429 || code === 503)) {
    if (attempts >= MOST_THROTTLED_ATTEMPTS) return undefined;
    // The jitter spreads the clients that were all told the same number of seconds.
    return parseRetryAfterMs(retryAfter) + random * FIRST_DELAY_MS;
  }
  if (code < 500 || !request.idempotent || attempts >= MOST_ATTEMPTS) return undefined;
  // The stored managedFields name fields that the schema no longer has: it stays so, however often it is tried.
  if (body.includes("failed to create typed")) return undefined;
  return backoff;
}

function parseRetryAfterMs(value: string): number {
  const seconds = Number(value);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 60) * 1_000 : 1_000;
}

function isPermanentFault(fault: unknown): boolean {
  const text = fault instanceof Error
    ? `${fault.message} ${fault.cause instanceof Error ? fault.cause.message : ""}`
    : "";
  return /certificate|UnknownIssuer|NotValidForName|CaUsedAsEndEntity|invalid URL|Requires net access/i.test(text);
}
