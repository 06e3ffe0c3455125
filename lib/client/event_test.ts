import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { recordEvent } from "./event.ts";

const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web-0", namespace: "shop", uid: "1", resourceVersion: "7" },
};
const text = { type: "Warning", reason: "Slow", message: "It is slow", timeMs: 1_767_225_600_042 } as const;

interface EventBody {
  readonly metadata: { readonly generateName: string; readonly namespace: string };
  readonly note: string;
  readonly regarding: Record<string, unknown>;
}

function bodyOf(event: Partial<Parameters<typeof recordEvent>[0]>): EventBody {
  return recordEvent({ about: pod, ...text, ...event }).body as EventBody;
}

Deno.test("recordEvent() makes a request that is not repeated", () => {
  const { body, idempotent, method, path } = recordEvent({ about: pod, ...text });
  deepStrictEqual([method, path, idempotent], ["POST", "/apis/events.k8s.io/v1/namespaces/shop/events", false]);
  deepStrictEqual(body, {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: { generateName: "web-0-", namespace: "shop" },
    eventTime: "2026-01-01T00:00:00.042000Z",
    reportingController: "kubescript",
    reportingInstance: "kubescript",
    action: "Slow",
    type: "Warning",
    reason: "Slow",
    note: "It is slow",
    regarding: { apiVersion: "v1", kind: "Pod", name: "web-0", namespace: "shop", uid: "1", resourceVersion: "7" },
  });
});

Deno.test("recordEvent() puts Events about cluster-scoped objects into the namespace default", () => {
  const { metadata, regarding } = bodyOf({ about: { apiVersion: "v1", kind: "Node", metadata: { name: "node-0" } } });
  deepStrictEqual([metadata.namespace, regarding.namespace], ["default", undefined]);
});

Deno.test("recordEvent() keeps to the limits of the API", () => {
  const { metadata } = bodyOf({ about: { ...pod, metadata: { name: `${"a".repeat(199)}.b` } } });
  match(metadata.generateName, /^a{199}-$/);
  const notes: [message: string, bytes: number][] = [
    ["x".repeat(2_000), 1_024],
    ["ü".repeat(600), 1_024],
    ["x" + "😀".repeat(300), 1_021],
    ["ü", 2],
  ];
  for (const [message, bytes] of notes) {
    const { note } = bodyOf({ message });
    strictEqual(new TextEncoder().encode(note).length, bytes);
    strictEqual(message.startsWith(note) && note.isWellFormed(), true);
  }
});
