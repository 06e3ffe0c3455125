import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import * as prometheus from "prom-client";
import type { ObservedRule, ObservedRun } from "../engine/run/observer.ts";
import type { InputState } from "../engine/run/rule_state.ts";
import { RunMetrics } from "./run_metrics.ts";
import { answer } from "./run_server.ts";

const RULE: ObservedRule = {
  name: "copies",
  type: "each",
  phase: "Ready",
  failing: 2,
  failures: [],
  queue: { ready: 3, delayed: 1, running: 0, oldestMs: 1_500 },
};
const INPUT: InputState = {
  rules: ["copies"],
  kind: "Secret",
  selector: "app=web",
  synced: true,
  status: { phase: "live", reason: "" },
  objects: 7,
  lastEventSeconds: undefined,
};
const UNREAD = { ...INPUT, synced: false, status: { phase: "waiting", reason: "forbidden" } } as const;

function setUp(
  given: { sinceAttemptMs?: number; leads?: boolean; holder?: string; inputs?: readonly InputState[] } = {},
) {
  const metrics = new RunMetrics(prometheus);
  const { sinceAttemptMs = 0, leads = true, holder, inputs } = given;
  metrics.onElection(() => ({ leads, holder, sinceAttemptMs }));
  const run: ObservedRun | undefined = inputs && { rules: () => [RULE], inputs: () => inputs, busy: () => 0 };
  metrics.onRun(run);
  const get = async (target: string, method = "GET") => {
    const response = await answer({ method, target }, metrics);
    return [response.status, await response.text()] as const;
  };
  return { metrics, get };
}

Deno.test("/livez fails when the Lease is not looked after any more", async () => {
  deepStrictEqual(await setUp().get("/livez"), [200, "ok\n"]);
  deepStrictEqual(await setUp({ sinceAttemptMs: 30_000 }).get("/livez"), [
    503,
    "[+]event-loop ok\n[-]lease failed: not tried to renew for 30 s\nlivez check failed\n",
  ]);
});

Deno.test("/readyz names the rules that cannot run yet, and is content with who stands by", async () => {
  const cases = [
    [{ inputs: [INPUT] }, 200, "ok\n"],
    [{ inputs: [INPUT, UNREAD] }, 503, "[-]rule/copies failed: not synced: Secret (forbidden)\nreadyz check failed\n"],
    [{ leads: false, holder: "other" }, 200, "ok\n"],
    [{ leads: false }, 503, "[-]started failed: no runner leads yet\nreadyz check failed\n"],
    [{ leads: true }, 503, "[-]started failed: the rules do not run yet\nreadyz check failed\n"],
  ] as const;
  for (const [given, status, text] of cases) deepStrictEqual(await setUp(given).get("/readyz"), [status, text]);
  deepStrictEqual(await setUp({ inputs: [INPUT] }).get("/readyz?verbose"), [
    200,
    "[+]rule/copies ok\nreadyz check passed\n",
  ]);
});

Deno.test("/metrics tells in the text format of Prometheus what was counted, and what stands", async () => {
  const { metrics, get } = setUp({ inputs: [INPUT] });
  metrics.onCall({ rule: "copies", result: "done", isRetry: false, seconds: 0.02, waitedSeconds: 0.2 });
  metrics.onCall({ rule: "copies", result: "failed", isRetry: true, seconds: 3, waitedSeconds: 0 });
  metrics.onChildren("copies", "pruned", 2);
  metrics.onWatchTrouble({ kind: "Secret", then: "relist", reason: "Expired", code: 410 });
  metrics.onWatchTrouble({ kind: "Secret", then: "reconnect", reason: "TransportError", code: undefined });
  metrics.onRequest({ verb: "patch", code: "429", waitedSeconds: 2, retries: 3 });
  const [status, text] = await get("/metrics");
  strictEqual(status, 200);
  const lines = [
    "# TYPE kubescript_rule_runs_total counter",
    'kubescript_rule_runs_total{rule="copies",result="failed"} 1',
    'kubescript_rule_retries_total{rule="copies"} 1',
    'kubescript_rule_run_duration_seconds_sum{rule="copies"} 3.02',
    'kubescript_rule_latency_seconds_bucket{le="0.25",rule="copies"} 1',
    'kubescript_rule_children_total{rule="copies",outcome="pruned"} 2',
    'kubescript_rule_state{rule="copies",state="Ready"} 1',
    'kubescript_rule_queue_depth{rule="copies",state="ready"} 3',
    'kubescript_rule_queue_oldest_seconds{rule="copies"} 1.5',
    'kubescript_watch_objects{kind="Secret",selector="app=web"} 7',
    'kubescript_watch_relists_total{kind="Secret",reason="Expired"} 1',
    'kubescript_watch_reconnects_total{kind="Secret",reason="TransportError"} 1',
    'kubescript_watch_errors_total{kind="Secret",code="none"} 1',
    'kubescript_client_requests_total{verb="patch",code="429"} 1',
    'kubescript_client_retries_total{verb="patch"} 3',
    'kubescript_client_throttled_seconds_total{verb="patch"} 2',
    "kubescript_leader 1",
  ];
  deepStrictEqual(lines.filter((line) => !text.split("\n").includes(line)), []);
  match(text, /^process_resident_memory_bytes \d+$/m);
  metrics.onRun(undefined);
  // What stood while it led is not told of who stands by.
  strictEqual(/rule_state\{/.test((await get("/metrics"))[1]), false);
});

Deno.test("the server of run only tells", async () => {
  const { get } = setUp();
  strictEqual((await get("/livez", "POST"))[0], 405);
  strictEqual((await get("/"))[0], 404);
});
