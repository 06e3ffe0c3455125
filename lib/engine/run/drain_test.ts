import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ManualClock } from "../../base/manual_clock.ts";
import { drain } from "./drain.ts";

function setUp() {
  const clock = new ManualClock();
  const lines: string[] = [];
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const ousting = new AbortController();
  let aborted = false;
  const draining = drain({
    clock,
    graceMs: 30_000,
    ended,
    underWay: () => ["slow Secret/s"],
    abort: () => void (aborted = true),
    signal: ousting.signal,
    log: ({ message }) => lines.push(message),
  });
  const pass = async (ms: number) => {
    await clock.advance(ms);
    for (let i = 0; i < 20; i++) await Promise.resolve();
  };
  return { lines, end, ousting, draining, pass, aborted: () => aborted };
}

Deno.test("drain() waits for what is under way", async () => {
  const d = setUp();
  await d.pass(24_000);
  strictEqual(d.aborted(), false);
  d.end();
  strictEqual(await d.draining, true);
  deepStrictEqual(d.lines, ["Draining: waiting for slow Secret/s"]);
});

Deno.test("drain() aborts what takes too long, and leaves behind what does not heed that", async () => {
  const d = setUp();
  await d.pass(25_000);
  strictEqual(d.aborted(), true);
  await d.pass(3_000);
  strictEqual(await d.draining, false);
  deepStrictEqual(d.lines.slice(1), [
    "Draining: out of time, aborting slow Secret/s",
    "Draining: left undone, as it does not heed its signal: slow Secret/s",
  ]);
});

Deno.test("drain() aborts at once when somebody else has taken over", async () => {
  const d = setUp();
  d.ousting.abort();
  strictEqual(await d.draining, false);
  strictEqual(d.aborted(), true);
});
