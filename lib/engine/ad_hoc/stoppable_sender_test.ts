import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert/strict";
import type { Answer } from "../../client/answer.ts";
import type { AttemptOptions, Sender } from "../../client/sender.ts";
import { getRequest, watchRequest } from "../../kube/read_request.ts";
import { deleteRequest } from "../../kube/write_request.ts";
import { StoppableSender } from "./stoppable_sender.ts";

const pods = { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true };
const read = getRequest(pods, { namespace: "shop", name: "web" });
const write = deleteRequest(pods, { namespace: "shop", name: "web" });
const answer: Answer = { status: 200, headers: new Headers(), text: "{}" };
const aborted = { name: "AbortError" };

function abortion(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener("abort", () => reject(signal.reason));
  });
}

/** Requests end when they are told to, or by their signal. */
function stoppable() {
  const sent: { end: () => void; options: AttemptOptions }[] = [];
  const waiting: boolean[] = [];
  const controller = new AbortController();
  const sender: Sender = {
    serverTimeMs: () => 0,
    send(_request, options = {}) {
      const { promise, resolve } = Promise.withResolvers<Answer>();
      sent.push({ end: () => resolve(answer), options });
      return Promise.race([promise, abortion(options.signal)]);
    },
    async *stream(_request, _read, { signal } = {}) {
      yield await abortion(signal);
    },
    connect: () => Promise.reject(new Error("no test does")),
    [Symbol.dispose]() {},
  };
  const { signal } = controller;
  const stopping = new StoppableSender({ sender, signal, onWaiting: (isWaiting) => waiting.push(isWaiting) });
  return { sender: stopping, sent, waiting, stop: () => controller.abort() };
}

Deno.test("StoppableSender finishes writes that are under way, and begins no other", async () => {
  const { sender, sent, stop } = stoppable();
  const underWay = sender.send(write);
  stop();
  sent[0]!.end();
  strictEqual(await underWay, answer);
  await rejects(sender.send(write), aborted);
  strictEqual(sent.length, 1);
});

Deno.test("StoppableSender sends nothing that has waited for its turn when it is stopped", async () => {
  const { sender, sent, stop } = stoppable();
  const underWay = sender.send(write);
  const { beforeAttempt } = sent[0]!.options;
  strictEqual(beforeAttempt!(), Infinity);
  stop();
  throws(() => beforeAttempt!(), aborted);
  sent[0]!.end();
  await underWay;
});

Deno.test("StoppableSender ends reads and streams at once", async () => {
  const { sender, stop } = stoppable();
  const own = new AbortController();
  const reading = rejects(sender.send(read, { signal: own.signal }), aborted);
  const watching = rejects(Array.fromAsync(sender.stream(watchRequest(pods), () => new ReadableStream())), aborted);
  stop();
  await Promise.all([reading, watching]);
});

Deno.test("StoppableSender passes on the signal of a request", async () => {
  const { sender } = stoppable();
  const own = new AbortController();
  const requests = [read, write].map((request) => rejects(sender.send(request, { signal: own.signal }), aborted));
  own.abort();
  await Promise.all(requests);
});

Deno.test("StoppableSender tells when the first request begins, and when the last one ends", async () => {
  const { sender, sent, waiting } = stoppable();
  const both = [sender.send(read), sender.send(write)];
  deepStrictEqual(waiting, [true]);
  sent[1]!.end();
  await both[1];
  deepStrictEqual(waiting, [true]);
  sent[0]!.end();
  await both[0];
  deepStrictEqual(waiting, [true, false]);
});
