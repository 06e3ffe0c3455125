import { deepStrictEqual, rejects } from "node:assert/strict";
import { ManualClock } from "../../base/manual_clock.ts";
import type { Answer } from "../../client/answer.ts";
import type { AttemptOptions, Sender } from "../../client/sender.ts";
import type { KubeRequest } from "../../kube/request.ts";
import { MeasuringSender } from "./measuring_sender.ts";
import type { RequestResult, RunObserver } from "./observer.ts";

const request: KubeRequest = { method: "GET", path: "/", what: "read", verb: "get", idempotent: true };

function setUp(send: (clock: ManualClock, options: AttemptOptions) => Promise<Answer>) {
  const clock = new ManualClock();
  const results: RequestResult[] = [];
  const observer = { onRequest: (result) => results.push(result) } as Partial<RunObserver> as RunObserver;
  const sender = {
    send: (_: KubeRequest, options: AttemptOptions) => send(clock, options),
    async *stream(_: KubeRequest, read: (response: Response) => AsyncIterable<string>) {
      yield* read(new Response("", { status: 410 }));
    },
  } as unknown as Sender;
  return { results, sender: new MeasuringSender(sender, clock, observer) };
}

Deno.test("MeasuringSender tells the code, the wait for the first attempt and the repetitions", async () => {
  const answer = { status: 200, headers: new Headers(), text: "" };
  const limits: number[] = [];
  const t = setUp(async (clock, { beforeAttempt }) => {
    for (let i = 0; i < 3; i++) {
      await clock.advance(1_000);
      limits.push(beforeAttempt!());
    }
    return answer;
  });
  await t.sender.send(request, { beforeAttempt: () => 7 });
  deepStrictEqual(limits, [7, 7, 7]);
  deepStrictEqual(t.results, [{ verb: "get", code: "200", waitedSeconds: 1, retries: 2 }]);
});

Deno.test("MeasuringSender tells that there was no answer", async () => {
  const t = setUp(() => Promise.reject(new Error("refused")));
  await rejects(t.sender.send(request), /refused/);
  deepStrictEqual(t.results, [{ verb: "get", code: "error", waitedSeconds: 0, retries: 0 }]);
});

Deno.test("MeasuringSender tells the code of a stream as soon as it is answered", async () => {
  const t = setUp(() => Promise.reject(new Error("unused")));
  async function* read() {
    deepStrictEqual(t.results.map(({ code }) => code), ["410"]);
    yield "event";
  }
  deepStrictEqual(await Array.fromAsync(t.sender.stream({ ...request, verb: "watch" }, read)), ["event"]);
});
