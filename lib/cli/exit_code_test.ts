import { strictEqual } from "node:assert/strict";
import type { Outcome, Result } from "../engine/result.ts";
import type { Change, Plan } from "../plan/change.ts";
import { change } from "./fake_host_test.ts";
import { planExitCode, resultExitCode } from "./exit_code.ts";

function planOf(...actions: Change["action"][]): Plan {
  return { script: "shop", namespace: "shop", changes: actions.map((action) => change(action, "ConfigMap/shop/a")) };
}

function outcome(status: Outcome["status"], action: Change["action"] = "create"): Outcome {
  return { change: change(action, "ConfigMap/shop/a"), status };
}

Deno.test("planExitCode() tells changes only if asked to", () => {
  const cases: [actions: Change["action"][], code: number, codeIfAsked: number][] = [
    [[], 0, 0],
    [["unchanged"], 0, 0],
    [["unchanged", "create"], 0, 2],
    [["release"], 0, 2],
    [["unverified"], 0, 0],
    [["create", "conflict"], 4, 4],
    [["conflict", "blocked"], 1, 1],
  ];
  for (const [actions, code, codeIfAsked] of cases) {
    strictEqual(planExitCode(planOf(...actions), false), code, actions.join());
    strictEqual(planExitCode(planOf(...actions), true), codeIfAsked, actions.join());
  }
});

Deno.test("resultExitCode() is the first that fits", () => {
  const ref = { group: "", kind: "ConfigMap", name: "a" };
  const notReady = [{ ref, failed: false, reason: "", details: [] }];
  const stopped = (by: NonNullable<Result["stopped"]>["by"]) => ({ stopped: { by, reason: "" } });
  const cases: [result: Partial<Result>, code: number][] = [
    [{}, 0],
    [{ outcomes: [outcome("done")] }, 0],
    [{ outcomes: [outcome("done")], notReady }, 3],
    [{ outcomes: [outcome("failed"), outcome("skipped")], notReady }, 1],
    [{ outcomes: [outcome("failed", "conflict"), outcome("skipped")] }, 4],
    [{ outcomes: [outcome("failed", "conflict"), outcome("failed")] }, 1],
    [stopped("conflict"), 4],
    [stopped("rail"), 5],
    [stopped("blocked"), 1],
    [stopped("lock"), 1],
    [{ outcomes: [outcome("failed")], interrupted: true }, 130],
  ];
  for (const [result, code] of cases) {
    const whole = { plan: planOf(), outcomes: [], notReady: [], interrupted: false, ...result };
    strictEqual(resultExitCode(whole), code, JSON.stringify(result));
  }
});
