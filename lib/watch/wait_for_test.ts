import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import type { LiveObject } from "../kube/object.ts";
import { FakeSender } from "./fake_sender_test.ts";
import { ManualClock, settle } from "../base/manual_clock.ts";
import { liveObject } from "./watched_objects_test.ts";
import { type WaitCondition, waitFor, type WaitForOptions } from "./wait_for.ts";

const pods = { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true };

function pod(version: number, fields: Record<string, unknown> = {}): LiveObject {
  return { ...liveObject("shop/web", version, "u1"), ...fields } as LiveObject;
}

function withCondition(version: number, condition: Record<string, string>): LiveObject {
  return pod(version, { status: { conditions: [condition] } });
}

function wait(
  condition: WaitCondition<LiveObject>,
  options: WaitForOptions = {},
  ref: Parameters<typeof waitFor>[2] = "web",
) {
  const sender = new FakeSender();
  const clock = new ManualClock();
  const result = waitFor(sender.client(), pods, ref, condition, { clock, timeoutMs: 60_000, ...options });
  result.catch(() => {});
  return { sender, clock, result };
}

async function sync(sender: FakeSender, ...objects: LiveObject[]): Promise<void> {
  await settle();
  sender.streams[0]!.sync(...objects);
  await arrive();
}

async function arrive(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
  await settle();
}

Deno.test("waitFor() watches the one object", async () => {
  const { sender, result } = wait("deleted");
  await sync(sender);
  strictEqual(await result, undefined);
  const { path } = sender.streams[0]!.request;
  const { pathname, searchParams } = new URL(path, "https://server");
  deepStrictEqual([pathname, searchParams.get("fieldSelector")], ["/api/v1/namespaces/shop/pods", "metadata.name=web"]);
});

Deno.test("waitFor() waits for a condition of the status", async () => {
  const { sender, result } = wait({ type: "Ready" });
  await sync(sender, pod(1));
  sender.streams[0]!.send({ type: "MODIFIED", object: withCondition(101, { type: "Ready", status: "False" }) });
  sender.streams[0]!.send({ type: "MODIFIED", object: withCondition(102, { type: "Ready", status: "True" }) });
  sender.streams[0]!.send({ type: "MODIFIED", object: withCondition(103, { type: "Ready", status: "False" }) });
  strictEqual((await result)?.metadata.resourceVersion, "102");

  const other = wait({ type: "Ready", status: "Unknown" });
  await sync(other.sender, withCondition(1, { type: "Ready", status: "Unknown" }));
  strictEqual((await other.result)?.metadata.resourceVersion, "1");
});

Deno.test("waitFor() waits for what a function says, also of an object that does not exist yet", async () => {
  const { sender, result } = wait(({ metadata }) => metadata.resourceVersion > "101");
  await sync(sender);
  sender.streams[0]!.send({ type: "ADDED", object: pod(101) }, { type: "MODIFIED", object: pod(102) });
  strictEqual((await result)?.metadata.resourceVersion, "102");
});

Deno.test("waitFor() waits for a deletion, and gives the object as it was last", async () => {
  const { sender, result } = wait("deleted");
  await sync(sender, pod(1));
  sender.streams[0]!.send({ type: "DELETED", object: pod(101) });
  strictEqual((await result)?.metadata.resourceVersion, "101");
});

Deno.test("waitFor() takes a successor for the end of the object that was given", async () => {
  const { sender, result } = wait("deleted", {}, { metadata: { namespace: "shop", name: "web", uid: "u0" } });
  await sync(sender, pod(1));
  strictEqual(await result, undefined);

  const seen = wait("deleted");
  await sync(seen.sender, pod(1));
  seen.sender.streams[0]!.send({ type: "ADDED", object: liveObject("shop/web", 105, "u2") });
  strictEqual((await seen.result)?.metadata.uid, "u1");
});

const deletionTimestamp = "2026-01-01T00:00:00Z";
const late: [what: string, condition: WaitCondition<LiveObject>, objects: LiveObject[], message: string][] = [
  ["does not exist", { type: "Ready" }, [], 'has condition "Ready" with status "True": it does not exist'],
  [
    "has no such condition",
    { type: "Ready" },
    [pod(1)],
    'has condition "Ready" with status "True": it has no such condition',
  ],
  [
    "is not ready",
    { type: "Ready" },
    [withCondition(1, { type: "Ready", status: "False", reason: "Broken", message: "no disk" })],
    'has condition "Ready" with status "True": Broken: no disk',
  ],
  ["was not deleted", "deleted", [pod(1)], "is deleted: nobody has deleted it"],
  [
    "is held",
    "deleted",
    [pod(1, { metadata: { ...pod(1).metadata, deletionTimestamp, finalizers: ["a", "b"] } })],
    'is deleted: it is held by finalizers "a", "b"',
  ],
  [
    "ends",
    "deleted",
    [pod(1, { metadata: { ...pod(1).metadata, deletionTimestamp } })],
    "is deleted: it takes its time to end",
  ],
  ["is not as wanted", () => false, [pod(1)], "is as wanted: it is not so yet"],
  ["is not as wanted, with a reason", () => "it has no IP", [pod(1)], "is as wanted: it has no IP"],
];
for (const [what, condition, objects, message] of late) {
  Deno.test(`waitFor() says what an object lacks in the end: it ${what}`, async () => {
    const { sender, clock, result } = wait(condition);
    await sync(sender, ...objects);
    await clock.advance(60_000);
    await rejects(result, {
      name: "WaitTimeoutError",
      message: `Cannot wait longer than 1m until Pod/shop/web ${message}`,
      object: objects[0],
    });
  });
}

Deno.test("waitFor() says so if the server does not tell", async () => {
  const { clock, result } = wait("deleted", { timeoutMs: 5_000 });
  await clock.advance(5_000);
  await rejects(result, {
    message: "Cannot wait longer than 5s until Pod/shop/web is deleted: the server has not sent it yet",
  });
});

Deno.test("waitFor() throws what the server refuses, but waits for the kind", async () => {
  const denied = wait({ type: "Ready" });
  await settle();
  denied.sender.streams[0]!.refuse(403);
  await rejects(denied.result, { name: "ApiError", code: 403 });

  const missing = wait({ type: "Ready" });
  await settle();
  missing.sender.streams[0]!.refuse(404);
  await arrive();
  await missing.clock.advance(1_000);
  missing.sender.streams[1]!.sync(withCondition(1, { type: "Ready", status: "True" }));
  strictEqual((await missing.result)?.metadata.name, "web");

  // What has no kind any more is gone.
  const gone = wait("deleted");
  await settle();
  gone.sender.streams[0]!.refuse(404);
  strictEqual(await gone.result, undefined);
});

Deno.test("waitFor() throws what its function throws", async () => {
  const { sender, result } = wait(() => {
    throw new Error("mine");
  });
  await sync(sender, pod(1));
  await rejects(result, new Error("mine"));
});

Deno.test("waitFor() ends by its signal", async () => {
  const controller = new AbortController();
  const { sender, result } = wait("deleted", { signal: controller.signal });
  await sync(sender, pod(1));
  controller.abort(new Error("stopped"));
  await rejects(result, new Error("stopped"));
  await rejects(wait("deleted", { signal: controller.signal }).result, new Error("stopped"));
});
