import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { ManualClock } from "../../base/manual_clock.ts";
import { HeldTerm, NotLeaderError, stopwatch } from "./term.ts";

function begin(clock: ManualClock): HeldTerm {
  return new HeldTerm(clock, { id: 3, resumed: false }, stopwatch(clock));
}

function messageOf(term: HeldTerm): string {
  ok(term.lost.reason instanceof NotLeaderError);
  return term.lost.reason.message;
}

const EXPIRED = "Cannot go on as the leader: the Lease was not renewed for 10 s";

Deno.test("HeldTerm counts from when the renewal was sent", async () => {
  const clock = new ManualClock();
  const sinceSent = stopwatch(clock);
  await clock.advance(1_000);
  const term = new HeldTerm(clock, { id: 3, resumed: false }, sinceSent);
  strictEqual(term.remainingMs(), 14_000);
  const sinceRenewal = stopwatch(clock);
  await clock.advance(8_000);
  strictEqual(term.remainingMs(), 6_000);
  term.renew(sinceRenewal);
  strictEqual(term.remainingMs(), 7_000);
});

Deno.test("HeldTerm is over 10 s after the last renewal", async () => {
  const clock = new ManualClock();
  const term = begin(clock);
  await clock.advance(8_000);
  term.renew(stopwatch(clock));
  await clock.advance(9_999);
  strictEqual(term.lost.aborted, false);
  await clock.advance(1);
  strictEqual(messageOf(term), EXPIRED);
  strictEqual(term.remainingMs(), 0);
  // What comes too late does not bring it back.
  term.renew(stopwatch(clock));
  deepStrictEqual([term.lost.aborted, term.remainingMs()], [true, 0]);
});

Deno.test("HeldTerm is over when the process wakes up, before any timer", () => {
  const clock = new ManualClock();
  const term = begin(clock);
  clock.skip(10_001);
  strictEqual(term.remainingMs(), 0);
  strictEqual(messageOf(term), EXPIRED);
});

Deno.test("HeldTerm goes by the clock that advances more", () => {
  const clock = new ManualClock();
  const asleep = begin(clock);
  clock.set(10_001);
  strictEqual(asleep.remainingMs(), 0);
  const setBack = begin(clock);
  clock.set(-60_000);
  strictEqual(setBack.remainingMs(), 15_000);
});

Deno.test("HeldTerm.end() says why, once", async () => {
  const clock = new ManualClock();
  const term = begin(clock);
  term.end("it is enough");
  await clock.advance(20_000);
  strictEqual(messageOf(term), "Cannot go on as the leader: it is enough");
  strictEqual(term.remainingMs(), 0);
});
