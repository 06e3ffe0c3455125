/**
 * What a run did as people read it.
 *
 * @module
 */

import { formatDuration } from "../../base/duration.ts";
import type { NotReady, Outcome, Result } from "../../engine/result.ts";
import { formatRef } from "../../kube/object_ref.ts";
import type { TextOptions } from "./plan_text.ts";
import { ACTION_STYLES, countOf, pastCounts, planSummary } from "./words.ts";

/** How to show a result. */
export interface ResultTextOptions extends TextOptions {
  /** What was done. */
  readonly command: "apply" | "delete";
  /** How long it took, in milliseconds. */
  readonly elapsedMs: number;
}

const WIDTH = "unchanged".length;

/**
 * Prints how the change of one object ended.
 *
 * @param outcome How it ended.
 * @param options How to show it.
 * @returns Lines, each with its line feed.
 */
export function formatOutcome({ change, status, reason, hint }: Outcome, { colors }: TextOptions): string {
  const { past, color } = ACTION_STYLES[change.action];
  const word = status === "done" ? colors[color](past.padEnd(WIDTH)) : colors.red(status.padEnd(WIDTH));
  const why = reason === undefined ? "" : `: ${reason}`;
  return `${word} ${formatRef(change.ref)}${why}\n${hint === undefined ? "" : `    hint: ${hint}\n`}`;
}

/**
 * Prints the end of a run: what is not ready, and the counts.
 *
 * @param result What the run did.
 * @param options How to show it.
 * @returns Lines, each with its line feed.
 */
export function formatEnd(result: Result, options: ResultTextOptions): string {
  const notReady = result.notReady.flatMap((object) => notReadyLines(object, options));
  return [...notReady, ...conclusion(result, options), ""].join("\n");
}

function notReadyLines({ ref, failed, reason, details }: NotReady, { colors }: TextOptions): string[] {
  const word = failed ? colors.red("failed".padEnd(WIDTH)) : colors.yellow("not ready");
  return [`${word} ${formatRef(ref)}: ${reason}`, ...details.map((detail) => `    ${detail}`)];
}

function conclusion(result: Result, options: ResultTextOptions): string[] {
  const { outcomes, notReady, stopped, interrupted, plan } = result;
  const { colors, elapsedMs } = options;
  const isApply = options.command === "apply";
  const nothing = outcomes.length === 0;
  if (stopped) {
    const before = nothing ? "Nothing was changed" : `Stopped after ${pastCounts(outcomes).join(", ")}`;
    return [`${colors.red(before)}: ${stopped.reason}`, ...hintLines(stopped.hint)];
  }
  const unchanged = plan.changes.filter((change) => change.action === "unchanged").length;
  const waiting = notReady.length > 0 ? [`${notReady.length} ${isApply ? "not ready" : "not gone"}`] : [];
  if (interrupted) {
    const done = outcomes.filter(({ status }) => status === "done").length;
    const all = countOf(plan.changes.length - unchanged, "object");
    return [
      `${colors.yellow("Interrupted")}: ${[`${done} of ${all} done`, ...waiting].join(", ")}; run again to finish`,
    ];
  }
  if (nothing && notReady.length === 0) return [isApply ? planSummary(plan.changes) : "Nothing to delete"];
  const failed = outcomes.some(({ status }) => status !== "done");
  const [heading, color] = failed
    ? ["Failed", "red"] as const
    : notReady.length > 0
    ? ["Not finished", "yellow"] as const
    : [isApply ? "Applied" : "Done", "green"] as const;
  const counts = [
    ...pastCounts(outcomes),
    ...(unchanged > 0 ? [`${unchanged} unchanged`] : []),
    ...waiting,
  ];
  return [`${colors[color](heading)}: ${counts.join(", ")} in ${formatDuration(elapsedMs)}`];
}

function hintLines(hint: string | undefined): string[] {
  return hint === undefined ? [] : [`hint: ${hint}`];
}
