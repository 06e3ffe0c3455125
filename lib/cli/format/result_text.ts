/**
 * What a run did as people read it.
 *
 * @module
 */

import { formatDuration } from "../../base/duration.ts";
import type { NotReady, Outcome, Result } from "../../engine/result.ts";
import { formatRef } from "../../kube/object_ref.ts";
import type { TextOptions } from "./plan_text.ts";
import { ACTION_STYLES, countOf, pastCounts } from "./words.ts";

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
  const { outcomes, notReady, stopped, plan } = result;
  if (stopped) {
    const before = outcomes.length === 0 ? "Nothing was changed" : `Stopped after ${pastCounts(outcomes).join(", ")}`;
    return [
      `${options.colors.red(before)}: ${stopped.reason}`,
      ...(stopped.hint === undefined ? [] : [`hint: ${stopped.hint}`]),
    ];
  }
  const isApply = options.command === "apply";
  const unchanged = plan.changes.filter((change) => change.action === "unchanged").length;
  if (result.interrupted) {
    const done = outcomes.filter(({ status }) => status === "done").length;
    const of = countOf(plan.changes.length - unchanged, "object");
    return [`Interrupted: ${done} of ${of} ${isApply ? "applied" : "deleted"}; run again to finish`];
  }
  if (outcomes.length === 0 && notReady.length === 0) {
    return [isApply ? `No changes: ${countOf(unchanged, "object")} as the script says` : "Nothing to delete"];
  }
  const failed = outcomes.some(({ status }) => status !== "done");
  const heading = failed ? "Failed" : notReady.length > 0 ? "Not ready" : isApply ? "Applied" : "Deleted";
  const counts = [
    ...pastCounts(outcomes),
    ...(unchanged > 0 ? [`${unchanged} unchanged`] : []),
    ...(notReady.length > 0 ? [`${notReady.length} ${isApply ? "not ready" : "not gone"}`] : []),
  ];
  const color = failed ? "red" : notReady.length > 0 ? "yellow" : "green";
  return [`${options.colors[color](heading)}: ${counts.join(", ")} in ${formatDuration(options.elapsedMs)}`];
}
