/**
 * How a script runs, as people and programs read it.
 *
 * @module
 */

import { dump } from "js-yaml";
import { formatDuration } from "../../base/duration.ts";
import { stringifyJson } from "../../base/json.ts";
import type { RuleState } from "../../engine/run/rule_state.ts";
import type { RunStatus } from "../../engine/commands.ts";
import { formatRef } from "../../kube/object_ref.ts";
import type { Colors } from "../colors.ts";

/** How to show a status. */
export interface StatusTextOptions {
  /** The colours. */
  readonly colors: Colors;
  /** What the user calls the script, for the commands to type. */
  readonly file: string;
}

const PHASE_COLORS: Readonly<Record<RuleState["phase"], keyof Colors>> = {
  Waiting: "yellow",
  Syncing: "yellow",
  Ready: "green",
  Failing: "red",
  Blocked: "red",
  Throttled: "yellow",
};
const HEADINGS = ["RULE", "TYPE", "STATE", "OBJECTS", "FAILING", "LAST RUN", "NEXT RUN"];
const STATE_COLUMN = HEADINGS.indexOf("STATE");
const MOST_FAILURES = 5;

/**
 * Tells whether all is well: somebody runs the rules, and all of them are ready.
 *
 * @param status The status.
 * @returns Whether it is.
 */
export function isHealthy({ runner, state, blocked }: RunStatus): boolean {
  return runner.holder !== undefined && state !== undefined && blocked.length === 0 &&
    state.rules.every(({ phase }) => phase === "Ready");
}

/**
 * Prints a status as a document.
 *
 * @param status The status.
 * @param format Its form.
 * @returns The document, with a line feed.
 */
export function statusDocument(status: RunStatus, format: "json" | "yaml"): string {
  const document = { apiVersion: "kubescript.dev/v1", kind: "Status", ...status };
  return format === "json" ? `${stringifyJson(document, 2)}\n` : dump(document, { lineWidth: -1 });
}

/**
 * Prints a status for people.
 *
 * @param status The status.
 * @param options How to show it.
 * @returns Lines, each with its line feed.
 */
export function formatStatus(status: RunStatus, options: StatusTextOptions): string {
  const { script, namespace, state, blocked, held } = status;
  const { colors, file } = options;
  const rules = state?.rules ?? [];
  return [
    colors.bold(`Status of "${script}" in namespace "${namespace}"`),
    "",
    ...runnerLines(status, options),
    ...(rules.length > 0 ? ["", ...table(rules, status, colors)] : []),
    ...rules.flatMap((rule) => problemLines(rule, status, colors)),
    ...blocked.flatMap(({ rule, reason }) => [
      "",
      `${colors.red("Blocked")} ${rule}: ${reason}`,
      `    to let it prune: kubescript approve ${file} ${rule}`,
    ]),
    ...(held.length > 0 ? ["", "To go, and waiting until a rule has cleaned up after them:"] : []),
    ...held.map(({ object, rule, since }) => `    ${formatRef(object)}: rule ${rule}, since ${ago(since, status)}`),
    "",
  ].join("\n");
}

function runnerLines(status: RunStatus, { colors, file }: StatusTextOptions): string[] {
  const { runner: { holder, renewed }, state, checkpointed } = status;
  const lines = [
    holder !== undefined
      ? `Runner:      ${holder} leads, Lease renewed ${ago(renewed!, status)} ago`
      : renewed === undefined
      ? `Runner:      ${colors.yellow("none")} so far; start one: kubescript run ${file}`
      : `Runner:      ${colors.yellow("none")} since ${ago(renewed, status)}; start one: kubescript run ${file}`,
  ];
  if (state) lines.push(`Rules:       as of ${ago(state.written, status)} ago, when something last changed`);
  if (checkpointed !== undefined) lines.push(`Checkpoints: stored ${ago(checkpointed, status)} ago`);
  return lines;
}

function table(rules: readonly RuleState[], status: RunStatus, colors: Colors): string[] {
  const rows = rules.map(({ name, type, phase, objects, failing, lastRun, nextRun }) => [
    name,
    type,
    phase,
    objects === undefined ? "-" : String(objects),
    String(failing),
    lastRun ? `${ago(lastRun.time, status)} ago` : "-",
    nextRun === undefined ? "-" : until(nextRun, status),
  ]);
  const widths = HEADINGS.map((heading, i) => Math.max(heading.length, ...rows.map((row) => row[i]!.length)));
  const line = (row: readonly string[], color: (text: string) => string) =>
    row.map((cell, i) => {
      const padded = i === row.length - 1 ? cell : cell.padEnd(widths[i]!);
      return i === STATE_COLUMN ? color(padded) : padded;
    }).join("  ");
  return [
    line(HEADINGS, (text) => text),
    ...rows.map((row, i) => line(row, colors[PHASE_COLORS[rules[i]!.phase]])),
  ];
}

function problemLines(
  { name, phase, reason, failing, failures }: RuleState,
  status: RunStatus,
  colors: Colors,
): string[] {
  const shown = failures.slice(0, MOST_FAILURES);
  // What is blocked is told with what to do about it.
  const why = reason === undefined || phase === "Blocked" ? [] : ["", `${name} is ${phase}: ${reason}`];
  if (shown.length === 0) return why;
  return [
    ...why,
    "",
    `${colors.red("Failing")} ${name}:`,
    ...shown.map(({ object, message, since }) =>
      `    ${object}: ${message} ${colors.dim(`(since ${ago(since, status)})`)}`
    ),
    ...(failing > shown.length ? [`    and ${failing - shown.length} more: -o json shows up to 20`] : []),
  ];
}

function ago(time: string, { now }: RunStatus): string {
  return inSeconds(Math.max(0, Date.parse(now) - Date.parse(time)));
}

function until(time: string, { now }: RunStatus): string {
  const ms = Date.parse(time) - Date.parse(now);
  return ms <= 0 ? "due" : `in ${inSeconds(ms)}`;
}

/** Times of the API are no more exact than that. */
function inSeconds(ms: number): string {
  return ms < 1_000 ? "0s" : formatDuration(Math.round(ms / 1_000) * 1_000);
}
