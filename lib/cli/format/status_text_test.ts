import { strictEqual } from "node:assert/strict";
import type { RunStatus } from "../../engine/commands.ts";
import { colorsFor } from "../colors.ts";
import { formatStatus, isHealthy, statusDocument } from "./status_text.ts";

const colors = colorsFor("never", { isTerminal: false }, false);
const options = { colors, file: "tenants.ts" };
function at(time: string): string {
  return `2026-01-01T${time}Z`;
}

const NONE: RunStatus = { script: "tenants", namespace: "ops", now: at("12:00:00"), runner: {}, blocked: [], held: [] };
const FAILURE = { object: "Namespace/shop", message: "the quota is refused", failures: 4, since: at("11:58:00") };
const RUNNING: RunStatus = {
  ...NONE,
  runner: { holder: "host/1/ab", renewed: at("11:59:58") },
  checkpointed: at("11:00:00"),
  state: {
    written: at("11:58:00"),
    rules: [
      {
        name: "tenants",
        type: "each",
        phase: "Failing",
        objects: 12,
        failing: 7,
        failures: Array.from({ length: 7 }, () => FAILURE),
        lastRun: { time: at("11:58:00"), result: "failed", seconds: 1 },
      },
      { name: "sweep", type: "every", phase: "Ready", failing: 0, failures: [], nextRun: at("12:05:00") },
      { name: "cdn", type: "reconcile", phase: "Waiting", reason: "Website: forbidden", failing: 0, failures: [] },
    ],
  },
  blocked: [{ rule: "tenants", reason: "8 of 8 objects are missing at once" }],
  held: [{ object: { group: "", kind: "Secret", namespace: "a", name: "s" }, rule: "cdn", since: at("11:50:00") }],
};

Deno.test("formatStatus() shows rules as a table, and what to do about what is wrong", () => {
  const failing = "    Namespace/shop: the quota is refused (since 2m)";
  strictEqual(
    formatStatus(RUNNING, options),
    [
      'Status of "tenants" in namespace "ops"',
      "",
      "Runner:      host/1/ab leads, Lease renewed 2s ago",
      "Rules:       as of 2m ago, when something last changed",
      "Checkpoints: stored 1h ago",
      "",
      "RULE     TYPE       STATE    OBJECTS  FAILING  LAST RUN  NEXT RUN",
      "tenants  each       Failing  12       7        2m ago    -",
      "sweep    every      Ready    -        0        -         in 5m",
      "cdn      reconcile  Waiting  -        0        -         -",
      "",
      "Failing tenants:",
      ...Array.from({ length: 5 }, () => failing),
      "    and 2 more: -o json shows up to 20",
      "",
      "cdn is Waiting: Website: forbidden",
      "",
      "Blocked tenants: 8 of 8 objects are missing at once",
      "    to let it prune: kubescript approve tenants.ts tenants",
      "",
      "To go, and waiting until a rule has cleaned up after them:",
      "    Secret/a/s: rule cdn, since 10m",
      "",
    ].join("\n"),
  );
});

Deno.test("formatStatus() says how to begin where nobody runs the script", () => {
  const text = formatStatus(NONE, options);
  strictEqual(text.split("\n")[2], "Runner:      none so far; start one: kubescript run tenants.ts");
  const gone = formatStatus({ ...RUNNING, runner: { renewed: at("11:30:00") } }, options);
  strictEqual(gone.split("\n")[2], "Runner:      none since 30m; start one: kubescript run tenants.ts");
});

Deno.test("isHealthy() is content only if somebody runs the rules and all are ready", () => {
  const rules = RUNNING.state!.rules.filter(({ phase }) => phase === "Ready");
  const well: RunStatus = { ...RUNNING, blocked: [], state: { ...RUNNING.state!, rules } };
  strictEqual(isHealthy(well), true);
  const others: RunStatus[] = [NONE, RUNNING, { ...well, runner: {} }, { ...well, blocked: RUNNING.blocked }];
  for (const status of others) strictEqual(isHealthy(status), false);
});

Deno.test("statusDocument() is versioned, as JSON and as YAML", () => {
  const { kind, apiVersion, state } = JSON.parse(statusDocument(RUNNING, "json"));
  strictEqual(`${apiVersion} ${kind} ${state.rules.length}`, "kubescript.dev/v1 Status 3");
  strictEqual(statusDocument(NONE, "yaml").startsWith("apiVersion: kubescript.dev/v1\nkind: Status\n"), true);
});
