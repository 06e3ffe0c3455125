/**
 * From an HTTP answer to an object, a list, or the right error.
 *
 * @module
 */

import { isJsonObject, parseJson } from "../base/json.ts";
import type { KubeRequest } from "../kube/request.ts";
import { asStatus, type Status } from "../kube/status.ts";
import { ApiError, UnexpectedResponseError } from "./errors.ts";

/** An answer with its whole body. */
export interface Answer {
  /** The HTTP status code. */
  readonly status: number;
  /** The headers. */
  readonly headers: Headers;
  /** The body. */
  readonly text: string;
}

/**
 * Reads the JSON object that an answer carries.
 *
 * @param request The request, for messages.
 * @param answer The answer.
 * @returns The object.
 * @throws {ApiError} If the server refused the request.
 * @throws {UnexpectedResponseError} If the answer is not one of a Kubernetes API.
 */
export function readAnswer(request: KubeRequest, answer: Answer): Record<string, unknown> {
  const { status, headers, text } = answer;
  const value = parseObject(text);
  if (status >= 200 && status < 300 && value) return value;
  const refusal = status >= 400 && (asStatus(value) ?? statusOfText(answer));
  if (refusal) throw new ApiError(request, status, refusal);
  throw new UnexpectedResponseError(request, status, headers.get("content-type"), text);
}

/**
 * Throws the error of an answer to a request that ought to have opened a stream.
 *
 * @param request The request, for messages.
 * @param answer The answer.
 * @throws {ApiError} If the server refused the request.
 * @throws {UnexpectedResponseError} If it said anything else.
 */
export function refuse(request: KubeRequest, answer: Answer): never {
  readAnswer(request, answer);
  throw new UnexpectedResponseError(request, answer.status, answer.headers.get("content-type"), answer.text);
}

/**
 * Parses a text that ought to be a JSON object.
 *
 * @param text The text.
 * @returns The object, or `undefined` if the text is anything else.
 */
export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value = parseJson(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const REASONS: Readonly<Record<number, string>> = {
  400: "BadRequest",
  403: "Forbidden",
  404: "NotFound",
  429: "TooManyRequests",
  500: "InternalError",
  503: "ServiceUnavailable",
  504: "Timeout",
};

// Where the API server has no Status at hand, it answers in plain text: for unknown paths, when it has too much to do,
// when the server behind it is gone. client-go makes a Status of that, too (`errors.NewGenericServerResponse`).
function statusOfText({ status, headers, text }: Answer): Status | undefined {
  if (!headers.get("content-type")?.startsWith("text/plain")) return undefined;
  const reason = REASONS[status];
  const retryAfterSeconds = Number(headers.get("retry-after"));
  return {
    apiVersion: "v1",
    kind: "Status",
    status: "Failure",
    code: status,
    ...(text.trim() !== "" && { message: text.trim() }),
    ...(reason !== undefined && { reason }),
    ...(retryAfterSeconds > 0 && { details: { retryAfterSeconds } }),
  };
}
