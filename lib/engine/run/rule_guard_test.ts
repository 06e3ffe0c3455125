import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ManualClock } from "../../base/manual_clock.ts";
import { Mask } from "../../plan/mask.ts";
import { RuleGuard } from "./rule_guard.ts";
import { RunHealth } from "./run_health.ts";

Deno.test("RuleGuard calls nothing in a process that may not act any more", async () => {
  const clock = new ManualClock();
  const health = new RunHealth({ clock, mask: String, events: undefined, observer: undefined });
  health.add("r", "each");
  let mayAct = true;
  const { signal: stopped } = new AbortController();
  const guard = new RuleGuard({ clock, mask: new Mask(), log() {}, health, stopped, mayAct: () => mayAct });
  let calls = 0;
  const called = { rule: "r", key: "k", object: undefined, turn: { attempts: 0, waitedMs: 0 }, timeoutMs: 1_000 };
  const run = () =>
    guard.run(called, () => {
      calls++;
      return Promise.resolve({ status: "done" });
    });
  deepStrictEqual([(await run()).status, calls], ["done", 1]);
  mayAct = false;
  deepStrictEqual([(await run()).status, calls], ["failed", 1]);
  strictEqual(guard.failed.length, 0);
});
