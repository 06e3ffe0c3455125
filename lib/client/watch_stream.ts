/**
 * One watch request as a stream of events. It ends when the server ends it: whoever wants more begins again.
 *
 * @module
 */

import { isJsonObject } from "../base/json.ts";
import { withoutMember } from "../base/json_member.ts";
import { readLines } from "../base/lines.ts";
import type { LiveObject } from "../kube/object.ts";
import type { KubeRequest } from "../kube/request.ts";
import { asStatus, type Status } from "../kube/status.ts";
import { parseObject, readAnswer } from "./answer.ts";
import { ApiError, UnexpectedResponseError } from "./errors.ts";

/**
 * A change that a watch reports.
 *
 * @typeParam T The type of the objects.
 */
export interface WatchEvent<T = LiveObject> {
  /** What happened; a `BOOKMARK` carries nothing but a `resourceVersion`. */
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";
  /** The object after the change; for `DELETED` as it was last. */
  readonly object: T;
}

const MANAGED_FIELDS = ["object", "metadata", "managedFields"];

/** How to read the events of a watch. */
export interface WatchStreamOptions {
  /** Whether the objects come with their `metadata.managedFields`, which are up to half of them. @default {true} */
  readonly managedFields?: boolean | undefined;
}

/**
 * Reads the events of a watch.
 *
 * @param request The request, for messages.
 * @param response The answer.
 * @param options What to leave out.
 * @yields One event after the other.
 * @throws {ApiError} If the watch was refused, or for an `ERROR` event, such as code 410 when the `resourceVersion` is
 * too old.
 * @throws {UnexpectedResponseError} If what comes is not a stream of events.
 */
export async function* readWatchEvents(
  request: KubeRequest,
  response: Response,
  { managedFields = true }: WatchStreamOptions = {},
): AsyncGenerator<WatchEvent> {
  const { status, headers, body } = response;
  const unexpected = (text: string) => new UnexpectedResponseError(request, status, headers.get("content-type"), text);
  if (status !== 200 || !body) {
    const text = await response.text();
    readAnswer(request, { status, headers, text });
    throw unexpected(text);
  }
  for await (const line of readLines(body)) {
    const event = parseObject(managedFields ? line : withoutMember(line, MANAGED_FIELDS));
    if (!isJsonObject(event?.object)) throw unexpected(line);
    if (event.type === "ERROR") {
      const failure: Status = asStatus(event.object) ?? { apiVersion: "v1", kind: "Status", message: line };
      throw new ApiError(request, failure.code ?? 500, failure);
    }
    yield event as unknown as WatchEvent;
  }
}
