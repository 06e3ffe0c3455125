/**
 * When a request may be sent again, and how long to wait before.
 *
 * A doubled write is worse than a failed one. So what may have been carried out is repeated only if the request says
 * that repeating it is safe; what the server turned away untouched (429, and 503 with `Retry-After`), or was never sent
 * as there was no connection, may be repeated whatever it is. client-go draws the same line
 * (`k8s.io/client-go/rest/with_retry.go`).
 *
 * @module
 */

import type { KubeRequest } from "../kube/request.ts";
import type { Answer } from "./answer.ts";
import { isCertificateFault, isConnectFault } from "./errors.ts";

/** How an attempt ended. */
export type Attempt = { readonly answer: Answer } | { readonly fault: unknown };

const MOST_ATTEMPTS = 5;
const MOST_THROTTLED_ATTEMPTS = 10;
const FIRST_DELAY_MS = 200;

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
 * const create = { idempotent: false };
 * const answer = { status: 500, headers: new Headers(), text: "" };
 * strictEqual(retryDelayMs(create, { answer }, 1, 0.5), undefined);
 * const throttled = { ...answer, status: 429, headers: new Headers({ "retry-after": "2" }) };
 * strictEqual(retryDelayMs(create, { answer: throttled }, 1, 0), 2_000);
 * ```
 */
export function retryDelayMs(
  request: Pick<KubeRequest, "idempotent">,
  attempt: Attempt,
  attempts: number,
  random: number,
): number | undefined {
  const retryAfter = "answer" in attempt ? throttledFor(attempt.answer) : undefined;
  if (retryAfter !== undefined) {
    // The jitter spreads the clients that were all told the same number of seconds.
    return attempts < MOST_THROTTLED_ATTEMPTS ? parseRetryAfterMs(retryAfter) + random * FIRST_DELAY_MS : undefined;
  }
  const isSafe = request.idempotent || ("fault" in attempt && isConnectFault(attempt.fault));
  if (!isSafe || attempts >= MOST_ATTEMPTS || !isPassing(attempt)) return undefined;
  return FIRST_DELAY_MS * 2 ** (attempts - 1) * (0.5 + random);
}

function throttledFor({ status, headers }: Answer): string | undefined {
  return status === 429 || status === 503 ? headers.get("retry-after") ?? undefined : undefined;
}

function parseRetryAfterMs(value: string): number {
  const seconds = Number(value);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 60) * 1_000 : 1_000;
}

function isPassing(attempt: Attempt): boolean {
  if ("fault" in attempt) return !isCertificateFault(attempt.fault);
  const { status, text } = attempt.answer;
  // The stored managedFields name fields that the schema no longer has: it stays so, however often it is tried.
  return status >= 500 && !text.includes("failed to create typed");
}
