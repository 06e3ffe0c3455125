/**
 * Requests that read: `get`, `list` and `watch`.
 *
 * @module
 */

import type { Upgraded } from "../../client/transport/http_server.ts";
import type { WebSocketConnection } from "../../client/transport/web_socket.ts";
import { acceptWebSocket } from "../../client/transport/web_socket_server.ts";
import type { ListOptions } from "../registry/list.ts";
import { badRequest } from "../registry/status_error.ts";
import type { WatchOptions } from "../registry/watch.ts";
import type { ServedResource } from "../registry/served_resource.ts";
import type { ApiContext } from "./api_context.ts";
import { objectText } from "./answer_objects.ts";
import type { ApiRequest } from "./api_request.ts";
import { booleanOf, integerOf } from "./query_values.ts";
import { watchStream } from "./watch_stream.ts";

/** Real watches last from half an hour to an hour. */
const SHORTEST_WATCH_MS = 30 * 60 * 1_000;

/** Answers `get`. */
export function getVerb(context: ApiContext, request: ApiRequest, resource: ServedResource): Response {
  const { namespace, name } = request.info;
  const object = context.registry.get(resource, namespace, name, request.query.get("resourceVersion") ?? undefined);
  return context.answerObject(request, resource, object);
}

/** Answers `list`. */
export function listVerb(context: ApiContext, request: ApiRequest, resource: ServedResource): Response {
  const list = context.registry.list(resource, request.info.namespace || undefined, listOptionsOf(request));
  return context.answerList(request, resource, list);
}

/** Answers `watch`, as a stream of lines or by WebSocket. */
export async function watchVerb(
  context: ApiContext,
  request: ApiRequest,
  resource: ServedResource,
): Promise<Response | Upgraded> {
  const { registry } = context;
  const { clock } = registry;
  const options = watchOptionsOf(request);
  const seconds = integerOf(request.query, "timeoutSeconds");
  const timeoutMs = seconds ? seconds * 1_000 : SHORTEST_WATCH_MS * (1 + clock.random());
  const text = context.textContext(request);
  // Parts of objects are watched one by one.
  const form = text.form.as === "PartialObjectMetadataList"
    ? { ...text.form, as: "PartialObjectMetadata" as const }
    : text.form;
  const body = watchStream({
    start: (listener) => {
      return registry.watch(resource, request.info.namespace || undefined, { ...options, timeoutMs }, listener);
    },
    textOf: ({ object }, isFirst) => objectText(object, resource, { ...text, form, nowMs: clock.now() }, isFirst),
    timeoutMs,
    clock,
    signal: request.incoming.signal,
  });
  if (request.incoming.upgrade?.toLowerCase() === "websocket") {
    const upgraded = await acceptWebSocket(request.headers, undefined, clock, (connection) => carry(body, connection));
    if (upgraded) return upgraded;
  }
  return new Response(body, { headers: { "content-type": "application/json" } });
}

/** Sends events as messages, until they end or the client does not want more. */
async function carry(
  events: ReadableStream<Uint8Array<ArrayBuffer>>,
  connection: WebSocketConnection,
): Promise<void> {
  const reader = events.getReader();
  const listening = Array.fromAsync(connection).catch(() => {}).finally(() => reader.cancel());
  const decoder = new TextDecoder();
  for (let { value, done } = await reader.read(); !done; { value, done } = await reader.read()) {
    await connection.send(decoder.decode(value));
  }
  await connection.close();
  await listening;
}

/** Reads the query of a list. */
export function listOptionsOf({ query, info }: ApiRequest): ListOptions {
  const text = (name: string) => query.get(name) || undefined;
  const limit = integerOf(query, "limit");
  const options = {
    labelSelector: text("labelSelector"),
    fieldSelector: fieldSelectorOf(text("fieldSelector"), info.name),
    continue: text("continue"),
    resourceVersion: text("resourceVersion"),
    resourceVersionMatch: text("resourceVersionMatch"),
    limit,
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function watchOptionsOf(request: ApiRequest): WatchOptions {
  const { limit: _limit, continue: _continue, ...options } = listOptionsOf(request);
  const sendInitialEvents = booleanOf(request.query, "sendInitialEvents");
  return {
    ...options,
    ...sendInitialEvents !== undefined && { sendInitialEvents },
    allowWatchBookmarks: booleanOf(request.query, "allowWatchBookmarks") ?? false,
  };
}

/** A watch of one object selects it by its name. */
function fieldSelectorOf(selector: string | undefined, name: string): string | undefined {
  if (name === "") return selector;
  const own = `metadata.name=${name}`;
  if (selector !== undefined && selector !== own) {
    throw badRequest("fieldSelector metadata.name doesn't match requested name");
  }
  return own;
}
