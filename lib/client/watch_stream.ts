/**
 * One watch request as a stream of events. It ends when the server ends it: whoever wants more begins again.
 *
 * @module
 */

import { parseJson } from "../base/json.ts";
import { readLines } from "../base/lines.ts";
import type { LiveObject } from "../kube/object.ts";
import type { KubeRequest } from "../kube/request.ts";
import { asStatus, type Status } from "../kube/status.ts";
import { ApiError } from "./errors.ts";

/** A change that a watch reports. */
export interface WatchEvent {
  /** What happened; a `BOOKMARK` carries nothing but a `resourceVersion`. */
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";
  /** The object after the change; for `DELETED` as it was last. */
  readonly object: LiveObject;
}

/**
 * Reads the events of a watch.
 *
 * @param request The request, for messages.
 * @param body The stream.
 * @yields One event after the other.
 * @throws {ApiError} For an `ERROR` event, such as code 410 when the `resourceVersion` is too old.
 */
export async function* readWatchEvents(
  request: KubeRequest,
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<WatchEvent> {
  for await (const line of readLines(body)) {
    const event = parseJson(line) as { type: string; object: unknown };
    if (event.type === "ERROR") {
      const status: Status = asStatus(event.object) ?? { apiVersion: "v1", kind: "Status", message: line };
      throw new ApiError(request, status.code ?? 500, status);
    }
    yield event as WatchEvent;
  }
}
