import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { watchRequest } from "../kube/read_request.ts";
import { readWatchEvents, type WatchEvent } from "./watch_stream.ts";

const request = watchRequest({ group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true });

function pod(name: string): Record<string, unknown> {
  return { apiVersion: "v1", kind: "Pod", metadata: { name } };
}

function line(type: string, object: unknown): string {
  return JSON.stringify({ type, object }) + "\n";
}

/** Reads events up to an error. */
async function read(
  chunks: string[] | string,
  init: ResponseInit = {},
): Promise<{ events: WatchEvent[]; error?: unknown }> {
  const body = typeof chunks === "string"
    ? chunks
    : ReadableStream.from(chunks.map((c) => new TextEncoder().encode(c)));
  const events: WatchEvent[] = [];
  try {
    for await (const event of readWatchEvents(request, new Response(body, init))) events.push(event);
    return { events };
  } catch (error) {
    return { events, error };
  }
}

Deno.test("readWatchEvents() reads events, however they are cut into chunks", async () => {
  const text = line("ADDED", pod("ä")) + line("DELETED", pod("b")) + line("BOOKMARK", pod(""));
  const expected = [
    { type: "ADDED", object: pod("ä") },
    { type: "DELETED", object: pod("b") },
    { type: "BOOKMARK", object: pod("") },
  ];
  deepStrictEqual(await read([text]), { events: expected });
  deepStrictEqual(await read(text.match(/[^]{1,7}/g)!), { events: expected });
});

Deno.test("readWatchEvents() leaves managedFields out if so wanted", async () => {
  const object = { ...pod("a"), metadata: { name: "a", managedFields: [{ manager: "x" }] } };
  const events = readWatchEvents(request, new Response(line("ADDED", object)), { managedFields: false });
  deepStrictEqual(await Array.fromAsync(events), [{ type: "ADDED", object: pod("a") }]);
});

Deno.test("readWatchEvents() drops a line that is cut off", async () => {
  const text = line("ADDED", pod("a")) + line("ADDED", pod("b")).slice(0, -5);
  deepStrictEqual((await read([text])).events.length, 1);
});

Deno.test("readWatchEvents() ends with the error of an ERROR event", async () => {
  const status = { apiVersion: "v1", kind: "Status", code: 410, reason: "Expired", message: "too old: 1 (2)" };
  const { events, error } = await read([line("ADDED", pod("a")), line("ERROR", status), line("ADDED", pod("b"))]);
  strictEqual(events.length, 1);
  await rejects(Promise.reject(error), {
    isExpired: true,
    message: "Cannot watch pods in all namespaces: too old: 1 (2) (410 Expired)",
  });
  await rejects(Promise.reject((await read([line("ERROR", { a: 1 })])).error), {
    name: "ApiError",
    code: 500,
    message: 'Cannot watch pods in all namespaces: {"type":"ERROR","object":{"a":1}} (500 Unknown)',
  });
});

const strange: [what: string, text: string][] = [
  ["a page", "<html>\n"],
  ["a number", "1\n"],
  ["an event without object", '{"type":"ADDED"}\n'],
];
for (const [what, text] of strange) {
  Deno.test(`readWatchEvents() does not take ${what} for an event`, async () => {
    const { error } = await read([text]);
    await rejects(Promise.reject(error), { name: "UnexpectedResponseError", code: 200 });
  });
}

Deno.test("readWatchEvents() throws what the server answers instead of a stream", async () => {
  const status = { apiVersion: "v1", kind: "Status", code: 403, reason: "Forbidden", message: "no" };
  await rejects(Promise.reject((await read(JSON.stringify(status), { status: 403 })).error), { isForbidden: true });
  const page = { status: 502, headers: { "content-type": "text/html" } };
  await rejects(Promise.reject((await read("<html>", page)).error), { name: "UnexpectedResponseError" });
  await rejects(Promise.reject((await read("{}", { status: 201 })).error), { name: "UnexpectedResponseError" });
});

Deno.test("readWatchEvents() cancels the stream when the caller stops reading", async () => {
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new TextEncoder().encode(line("ADDED", pod("a")))),
    cancel: () => void (cancelled = true),
  });
  for await (const _ of readWatchEvents(request, new Response(body))) break;
  strictEqual(cancelled, true);
});
