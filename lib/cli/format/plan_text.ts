/**
 * A plan as people read it.
 *
 * @module
 */

import { formatRef } from "../../kube/object_ref.ts";
import type { Change, Plan } from "../../plan/change.ts";
import type { Colors } from "../colors.ts";
import { formatField } from "./value.ts";
import { ACTION_STYLES, planSummary } from "./words.ts";

/** How to show a plan or a result. */
export interface TextOptions {
  /** The colours. */
  readonly colors: Colors;
  /** Whether to show everything. */
  readonly verbose: boolean;
  /** The width that values are cut to; absent if there is no limit. */
  readonly columns?: number | undefined;
}

/**
 * Prints a plan.
 *
 * @param plan The plan.
 * @param options How to show it.
 * @returns Lines, each with its line feed: a heading, the changes, the counts.
 */
export function formatPlan(plan: Plan, options: TextOptions): string {
  const shown = plan.changes.filter((change) => options.verbose || change.action !== "unchanged" || change.drift);
  const width = Math.max(...shown.map((change) => change.action.length), 0);
  return [
    options.colors.bold(`Plan for set "${plan.script}" in namespace "${plan.namespace}"`),
    "",
    ...shown.flatMap((change) => changeLines(change, width, options)),
    ...(shown.length > 0 ? [""] : []),
    planSummary(plan.changes),
    "",
  ].join("\n");
}

function changeLines(change: Change, width: number, { colors, columns }: TextOptions): string[] {
  const { sign, color } = ACTION_STYLES[change.action];
  const reason = change.reason === undefined ? "" : colors.dim(`: ${change.reason}`);
  return [
    `${colors[color](`${sign} ${change.action.padEnd(width)}`)} ${formatRef(change.ref)}${reason}`,
    ...change.fields.map((field) => {
      const note = field.note === undefined ? "" : colors.dim(` (${field.note})`);
      return `    ${formatField(field, columns && columns - 4)}${note}`;
    }),
    ...(change.hint === undefined ? [] : [`    hint: ${change.hint}`]),
  ];
}
