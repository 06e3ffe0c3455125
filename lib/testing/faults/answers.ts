/**
 * Answers as API servers, and the proxies in front of them, give them when something is wrong.
 *
 * @module
 */

import type { FaultAnswer } from "./fault.ts";

/** What an answer says beside its status code. */
export interface StatusAnswerOptions {
  /** The machine-readable reason. */
  readonly reason: string;
  /** The text for people. */
  readonly message: string;
  /** The details: name, kind, causes. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** How many seconds to wait before the request is sent again, for the body and the header. */
  readonly retryAfterSeconds?: number;
}

/**
 * Makes a `Status`, as the API server writes it.
 *
 * @param code The HTTP status code.
 * @param options What it says.
 * @returns The object.
 */
export function failureStatus(code: number, options: StatusAnswerOptions): Record<string, unknown> {
  const { reason, message, details, retryAfterSeconds } = options;
  const allDetails = { ...details, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    reason,
    ...(Object.keys(allDetails).length > 0 && { details: allDetails }),
    code,
  };
}

/**
 * Makes the answer of an API server that refuses a request.
 *
 * @param code The HTTP status code.
 * @param options What its `Status` says.
 * @returns The answer.
 */
export function statusAnswer(code: number, options: StatusAnswerOptions): FaultAnswer {
  const body = JSON.stringify(failureStatus(code, options), undefined, 2);
  return { status: code, headers: { "content-type": "application/json", ...retryAfter(options) }, body };
}

/**
 * Makes an answer in plain text: what the API server gives where it has no `Status` at hand.
 *
 * @param code The HTTP status code.
 * @param text The text.
 * @param options How many seconds to wait before the request is sent again.
 * @returns The answer.
 */
export function textAnswer(
  code: number,
  text: string,
  options: Pick<StatusAnswerOptions, "retryAfterSeconds"> = {},
): FaultAnswer {
  return { status: code, headers: { "content-type": "text/plain; charset=utf-8", ...retryAfter(options) }, body: text };
}

/**
 * Makes a web page: what a proxy, a load balancer or a login page gives.
 *
 * @param code The HTTP status code.
 * @param options How many seconds to wait before the request is sent again.
 * @returns The answer.
 */
export function htmlAnswer(
  code: number,
  options: Pick<StatusAnswerOptions, "retryAfterSeconds"> = {},
): FaultAnswer {
  const body = `<html>\n<head><title>${code}</title></head>\n<body><h1>${code}</h1></body>\n</html>\n`;
  return { status: code, headers: { "content-type": "text/html", ...retryAfter(options) }, body };
}

function retryAfter({ retryAfterSeconds }: Pick<StatusAnswerOptions, "retryAfterSeconds">): Record<string, string> {
  return retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
}
