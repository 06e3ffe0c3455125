/**
 * From an HTTP answer to an object, a list, or the right error.
 *
 * @module
 */

import { isJsonObject, parseJson } from "../base/json.ts";
import type { KubeRequest } from "../kube/request.ts";
import { asStatus } from "../kube/status.ts";
import { ApiError, UnexpectedResponseError } from "./errors.ts";
import type { Answer } from "./transport.ts";

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
  const value = parseObject(answer.text);
  if (answer.code >= 200 && answer.code < 300 && value) return value;
  const status = value && asStatus(value);
  if (status && answer.code >= 400) throw new ApiError(request, answer.code, status);
  throw new UnexpectedResponseError(request, answer.code, answer.headers.get("content-type"), answer.text);
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value = parseJson(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
