/**
 * From an HTTP answer to an object, a list, or the right error.
 *
 * @module
 */

import { isJsonObject, parseJson } from "../base/json.ts";
import type { KubeRequest } from "../kube/request.ts";
import { asStatus } from "../kube/status.ts";
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
  const refusal = status >= 400 && asStatus(value);
  if (refusal) throw new ApiError(request, status, refusal);
  throw new UnexpectedResponseError(request, status, headers.get("content-type"), text);
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
