import { strictEqual } from "node:assert/strict";
import type { Outcome, Result } from "../../engine/result.ts";
import type { Change } from "../../plan/change.ts";
import { change } from "../fake_host_test.ts";
import { colorsFor } from "../colors.ts";
import { formatEnd, formatOutcome } from "./result_text.ts";

const colors = colorsFor("never", { isTerminal: false }, false);

function done(action: Change["action"], name: string): Outcome {
  return { change: change(action, name), status: "done" };
}

function end(result: Partial<Result>, command: "apply" | "delete" = "apply"): string {
  const changes = [change("unchanged", "Namespace/prod"), ...(result.outcomes ?? []).map((outcome) => outcome.change)];
  const plan = { script: "shop", namespace: "prod", changes };
  const whole = { plan, outcomes: [], notReady: [], interrupted: false, ...result };
  return formatEnd(whole, { colors, verbose: false, command, elapsedMs: 4_210 });
}

Deno.test("formatOutcome() says how the change of an object ended", () => {
  const options = { colors, verbose: false };
  strictEqual(formatOutcome(done("create", "Deployment/prod/web"), options), "created   Deployment/prod/web\n");
  const failed = { ...done("create", "Deployment/prod/web"), status: "failed" as const, reason: "no", hint: "Try" };
  strictEqual(formatOutcome(failed, options), "failed    Deployment/prod/web: no\n    hint: Try\n");
});

Deno.test("formatEnd() sums a run up", () => {
  const outcomes = [done("create", "Service/prod/a"), done("create", "Service/prod/b"), done("delete", "Pod/prod/c")];
  const cases: [result: Partial<Result>, text: string][] = [
    [{ outcomes }, "Applied: 2 created, 1 deleted, 1 unchanged in 4.2s\n"],
    [{}, "No changes: 1 object is as the script says\n"],
    [
      { outcomes: [...outcomes, { ...outcomes[0]!, status: "failed" }, { ...outcomes[0]!, status: "skipped" }] },
      "Failed: 2 created, 1 deleted, 1 failed, 1 skipped, 1 unchanged in 4.2s\n",
    ],
    [
      { outcomes: [outcomes[0]!, { ...outcomes[1]!, status: "interrupted" }], interrupted: true },
      "Interrupted: 1 of 2 objects done; run again to finish\n",
    ],
    [
      { stopped: { by: "rail", reason: "8 of the set's 10 objects would be deleted", hint: "Use --allow-delete=8" } },
      "Nothing was changed: 8 of the set's 10 objects would be deleted\nhint: Use --allow-delete=8\n",
    ],
    [
      { outcomes, stopped: { by: "lock", reason: "the lock was lost" } },
      "Stopped after 2 created, 1 deleted: the lock was lost\n",
    ],
  ];
  for (const [result, text] of cases) strictEqual(end(result), text);
  strictEqual(end({ outcomes: [outcomes[2]!] }, "delete"), "Done: 1 deleted, 1 unchanged in 4.2s\n");
  strictEqual(end({}, "delete"), "Nothing to delete\n");
});

Deno.test("formatEnd() says what is not ready, and why", () => {
  const { ref } = change("create", "Deployment/prod/web");
  const details = ['Pod/web-1 container "web": ImagePullBackOff'];
  strictEqual(
    end({
      outcomes: [done("create", "Deployment/prod/web")],
      notReady: [{ ref, failed: false, reason: "1 of 3 replicas are available", details }],
    }),
    `not ready Deployment/prod/web: 1 of 3 replicas are available
    Pod/web-1 container "web": ImagePullBackOff
Not finished: 1 created, 1 unchanged, 1 not ready in 4.2s
`,
  );
});
