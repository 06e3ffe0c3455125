import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { ManualClock } from "../../base/manual_clock.ts";
import { type Fight, FightGuard, formatFight } from "./fight_guard.ts";

const FIGHT: Fight = { object: "ConfigMap/shop/a", field: "data.x", ours: "kubescript/shop/a", theirs: "other" };

function setUp() {
  const clock = new ManualClock();
  const guard = new FightGuard(clock);
  /** Runs a key, as the runner does; tells whether it could, and what was noticed. */
  const run = (key: string, notes = 1): "waits" | "runs" | "noticed" => {
    if (guard.waitMs(key) > 0) return "waits";
    for (let i = 0; i < notes; i++) guard.note(key, FIGHT);
    return guard.end(key) ? "noticed" : "runs";
  };
  return { clock, guard, run };
}

Deno.test("FightGuard notices the eleventh round within a minute, and says so once", async () => {
  const { clock, guard, run } = setUp();
  const seen: string[] = [];
  for (let i = 0; i < 12; i++) {
    seen.push(run("a"));
    await clock.advance(5_000);
  }
  deepStrictEqual(seen, [...Array(10).fill("runs"), "noticed", "waits"]);
  strictEqual(guard.reason, '"kubescript/shop/a" and "other" take data.x of ConfigMap/shop/a back from each other');
  strictEqual(guard.reason, formatFight(FIGHT));
  strictEqual(run("b"), "runs");
});

Deno.test("FightGuard lets a key run once in a minute, until there is nothing to take back", async () => {
  const { clock, guard, run } = setUp();
  for (let i = 0; i < 11; i++) run("a");
  strictEqual(guard.waitMs("a"), 60_000);
  await clock.advance(60_000);
  strictEqual(run("a"), "runs");
  strictEqual(guard.waitMs("a"), 60_000);
  await clock.advance(60_000);
  strictEqual(run("a", 0), "runs");
  deepStrictEqual([guard.reason, guard.waitMs("a"), guard.size], [undefined, 0, 0]);
  strictEqual(run("a"), "runs");
});

Deno.test("FightGuard takes all that one run takes back for one round", () => {
  const { run } = setUp();
  for (let i = 0; i < 10; i++) strictEqual(run("a", 5), "runs");
  strictEqual(run("a", 5), "noticed");
});

Deno.test("FightGuard does not mind what happens now and then, and does not remember it", async () => {
  const { clock, guard, run } = setUp();
  for (let i = 0; i < 1_000; i++) {
    strictEqual(run(`key-${i % 100}`), "runs");
    await clock.advance(7_000);
  }
  strictEqual(guard.size < 12, true, `${guard.size}`);
  strictEqual(guard.reason, undefined);
});

Deno.test("FightGuard forgets", () => {
  const { guard, run } = setUp();
  for (let i = 0; i < 11; i++) run("a");
  guard.forget("a");
  deepStrictEqual([guard.waitMs("a"), guard.reason, guard.size], [0, undefined, 0]);
});

Deno.test("FightGuard never lets a key take back more than eleven times in a minute, nor one and a minute's rest", async () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 0, max: 2 })), {
    maxLength: 60,
  });
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      const { clock, run } = setUp();
      const fought: number[] = [];
      for (const [delayMs, notes] of list) {
        await clock.advance(delayMs);
        const nowMs = clock.monotonic();
        if (run("a", notes) !== "waits" && notes > 0) fought.push(nowMs);
        strictEqual(fought.filter((timeMs) => nowMs - timeMs < 60_000).length <= 11, true);
      }
    }),
    { numRuns: 50 },
  );
});
