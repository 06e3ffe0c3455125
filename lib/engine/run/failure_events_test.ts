import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { ManualClock } from "../../base/manual_clock.ts";
import type { Client } from "../../client/client.ts";
import type { KubeRequest } from "../../kube/request.ts";
import { FailureEvents, FailurePolicy } from "./failure_events.ts";

const MINUTE_MS = 60_000;
const object = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "s", namespace: "n", uid: "1", resourceVersion: "5" },
};

Deno.test("FailurePolicy tells a failure at the third time in a row, or after a minute", async () => {
  const clock = new ManualClock();
  const policy = new FailurePolicy(clock);
  const sinceMs = clock.now();
  deepStrictEqual([1, 2, 3].map((count) => policy.fail("a", { count, sinceMs })), [undefined, undefined, {
    type: "begin",
  }]);
  strictEqual(policy.fail("b", { count: 1, sinceMs }), undefined);
  await clock.advance(MINUTE_MS);
  deepStrictEqual(policy.fail("b", { count: 2, sinceMs }), { type: "begin" });
});

Deno.test("FailurePolicy counts a failure up every five minutes, and tells its end once", async () => {
  const clock = new ManualClock();
  const policy = new FailurePolicy(clock);
  const sinceMs = clock.now();
  policy.fail("a", { count: 3, sinceMs });
  await clock.advance(4 * MINUTE_MS);
  strictEqual(policy.fail("a", { count: 4, sinceMs }), undefined);
  await clock.advance(MINUTE_MS);
  deepStrictEqual(policy.fail("a", { count: 5, sinceMs }), { type: "count", count: 5 });
  deepStrictEqual([policy.succeed("a"), policy.succeed("a")], [{ type: "end" }, undefined]);
  strictEqual(policy.succeed("never failed"), undefined);
});

Deno.test("FailurePolicy tells so many failures at once, and then one after the other", async () => {
  const clock = new ManualClock();
  const policy = new FailurePolicy(clock);
  const fail = (from: number, to: number) => {
    const keys = Array.from({ length: to - from }, (_, i) => `k${from + i}`);
    return keys.filter((key) => policy.fail(key, { count: 3, sinceMs: clock.now() })).length;
  };
  strictEqual(fail(0, 100), 25);
  strictEqual(fail(100, 200), 0);
  await clock.advance(MINUTE_MS);
  strictEqual(fail(200, 300), 5);
});

Deno.test("FailureEvents makes one Event, counts it up, and says once that it cannot", async () => {
  const clock = new ManualClock();
  const requests: unknown[] = [];
  const errors: unknown[] = [];
  let refused = false;
  const client = {
    serverTimeMs: () => clock.now(),
    fetch({ body }: KubeRequest) {
      if (refused) return Promise.reject(new Error("forbidden"));
      const { type, reason, note } = body as Record<string, string>;
      requests.push([type, reason, note]);
      return Promise.resolve({ metadata: { name: "event" } });
    },
    patch: (_type: unknown, _ref: unknown, { series }: { series: { count: number } }) =>
      Promise.resolve(requests.push(series.count)),
  } as unknown as Client;
  const events = new FailureEvents({ client, clock, onError: (error) => errors.push(error) });
  const failure = { object: "Secret/n/s", message: "it is broken", sinceMs: clock.now() };
  events.fail("copies", object, { ...failure, count: 3 });
  await events.settled();
  await clock.advance(5 * MINUTE_MS);
  events.fail("copies", object, { ...failure, count: 4 });
  events.succeed("copies", "1", object);
  await events.settled();
  deepStrictEqual(requests, [
    ["Warning", "RuleFailing", 'Rule "copies" fails: it is broken'],
    4,
    ["Normal", "RuleRecovered", 'Rule "copies" has succeeded again'],
  ]);
  refused = true;
  for (const rule of ["a", "b"]) events.fail(rule, object, { ...failure, count: 3 });
  await events.settled();
  strictEqual(errors.length, 1);
  match(String(errors[0]), /forbidden/);
});
