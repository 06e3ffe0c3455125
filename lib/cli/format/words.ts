/**
 * The words and signs for actions and their outcomes.
 *
 * @module
 */

import type { Outcome } from "../../engine/result.ts";
import { type Action, ACTIONS, type Change, summarize } from "../../plan/change.ts";
import type { Colors } from "../colors.ts";

/** How an action is shown. */
export interface ActionStyle {
  /** The sign at the beginning of a line. */
  readonly sign: string;
  /** What it is called in counts of what would happen. */
  readonly future: string;
  /** What it is called once it was done. */
  readonly past: string;
  /** Its colour. */
  readonly color: keyof Colors;
}

/** How each action is shown. */
export const ACTION_STYLES: Readonly<Record<Action, ActionStyle>> = {
  create: { sign: "+", future: "to create", past: "created", color: "green" },
  update: { sign: "~", future: "to update", past: "updated", color: "yellow" },
  adopt: { sign: "~", future: "to adopt", past: "adopted", color: "yellow" },
  replace: { sign: "±", future: "to replace", past: "replaced", color: "red" },
  delete: { sign: "-", future: "to delete", past: "deleted", color: "red" },
  release: { sign: "~", future: "to release", past: "released", color: "yellow" },
  unchanged: { sign: "=", future: "unchanged", past: "unchanged", color: "dim" },
  conflict: { sign: "!", future: "in conflict", past: "in conflict", color: "red" },
  blocked: { sign: "!", future: "blocked", past: "blocked", color: "red" },
  unverified: { sign: "?", future: "unverified", past: "applied", color: "yellow" },
};

/**
 * Counts things in words.
 *
 * @param count How many.
 * @param noun What, in the singular.
 * @returns For example `1 object`, `2 objects`.
 */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/**
 * Sums a plan up.
 *
 * @param changes The changes.
 * @returns For example `5 to create, 12 unchanged`, or a sentence that there is nothing to do.
 */
export function planSummary(changes: readonly Change[]): string {
  if (changes.length === 0) return "No changes: the set has no objects";
  if (changes.every((change) => change.action === "unchanged" && !change.drift)) {
    return `No changes: ${countOf(changes.length, "object")} ${changes.length === 1 ? "is" : "are"} as the script says`;
  }
  const summary = summarize(changes);
  return ACTIONS.filter((action) => summary[action] > 0)
    .map((action) => `${summary[action]} ${ACTION_STYLES[action].future}`).join(", ");
}

/**
 * Counts what happened.
 *
 * @param outcomes How each change ended.
 * @returns For example `5 created`, `1 failed`.
 */
export function pastCounts(outcomes: readonly Outcome[]): string[] {
  const done = summarize(outcomes.filter(({ status }) => status === "done").map(({ change }) => change));
  return [
    ...ACTIONS.filter((action) => done[action] > 0).map((action) => `${done[action]} ${ACTION_STYLES[action].past}`),
    ...(["failed", "skipped", "interrupted"] as const).flatMap((status) => {
      const count = outcomes.filter((outcome) => outcome.status === status).length;
      return count === 0 ? [] : [`${count} ${status}`];
    }),
  ];
}
