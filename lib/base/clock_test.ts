import { ok, rejects, strictEqual } from "node:assert/strict";
import { type Clock, deadline, systemClock } from "./clock.ts";

/** A clock whose timers fire by hand. */
function manualClock(): Clock & { readonly fire: () => void; readonly timers: Set<() => void> } {
  const timers = new Set<() => void>();
  return {
    ...systemClock,
    timers,
    fire: () => timers.forEach((callback) => callback()),
    timer(_ms, callback) {
      timers.add(callback);
      return () => timers.delete(callback);
    },
  };
}

Deno.test("systemClock tells times and chances", () => {
  ok(systemClock.now() > Date.parse("2026-01-01"));
  ok(systemClock.monotonic() <= systemClock.monotonic());
  const chance = systemClock.random();
  ok(chance >= 0 && chance < 1);
});

Deno.test("systemClock.sleep() ends by itself, and leaves nothing on the signal", async () => {
  const controller = new AbortController();
  await systemClock.sleep(0, controller.signal);
  controller.abort();
});

Deno.test("systemClock.sleep() rejects with the reason of its signal, before and during the wait", async () => {
  const reason = new Error("stop");
  await rejects(systemClock.sleep(60_000, AbortSignal.abort(reason)), reason);
  const controller = new AbortController();
  const sleep = systemClock.sleep(60_000, controller.signal);
  controller.abort(reason);
  await rejects(sleep, reason);
});

Deno.test("systemClock.timer() can be stopped", async () => {
  const stop = systemClock.timer(0, () => {
    throw new Error("fired");
  });
  stop();
  await systemClock.sleep(1);
});

Deno.test("deadline() aborts with a TimeoutError", () => {
  const clock = manualClock();
  using end = deadline(clock, 1_500);
  strictEqual(end.signal.aborted, false);
  clock.fire();
  strictEqual(end.signal.reason.name, "TimeoutError");
  strictEqual(end.signal.reason.message, "no answer within 1.5 s");
});

Deno.test("deadline() follows its parent with the parent's reason", () => {
  const reason = new Error("stop");
  const controller = new AbortController();
  using end = deadline(manualClock(), 1_000, controller.signal);
  controller.abort(reason);
  strictEqual(end.signal.reason, reason);
  using late = deadline(manualClock(), 1_000, controller.signal);
  strictEqual(late.signal.reason, reason);
});

Deno.test("deadline() stops its timer when disposed, and stays tied to its parent", () => {
  const clock = manualClock();
  const controller = new AbortController();
  const end = deadline(clock, 1_000, controller.signal);
  end[Symbol.dispose]();
  strictEqual(clock.timers.size, 0);
  strictEqual(end.signal.aborted, false);
  controller.abort();
  strictEqual(end.signal.aborted, true);
});
