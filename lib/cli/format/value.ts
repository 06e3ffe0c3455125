/**
 * One changed field on one line.
 *
 * @module
 */

import { stringifyJson } from "../../base/json.ts";
import type { FieldChange } from "../../plan/change.ts";

// Text that reads the same with and without quotes, and is neither a number nor another literal.
const PLAIN =
  /^(?!(?:true|false|null|[-+.\d]+(?:[eE][-+]?\d+)?)$)[\w./:@%+*=<>#-](?:[\w ./:@%+*=<>#-]*[\w./:@%+*=<>#-])?$/;
const SHORTEST = 20;

/**
 * Prints a changed field.
 *
 * @param field The field.
 * @param columns The width to keep to; absent if there is no limit.
 * @returns For example `spec.replicas: 1 → 2`, without the note. Of long texts, the first line that differs is shown.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(formatField({ path: "spec.replicas", from: 1, to: 2 }), "spec.replicas: 1 → 2");
 * strictEqual(
 *   formatField({ path: "data.conf", from: "a\nb\n", to: "a\nc\n" }),
 *   "data.conf, line 2: b → c",
 * );
 * ```
 */
export function formatField(field: FieldChange, columns?: number): string {
  const { path, from, to } = field;
  const line = typeof from === "string" && typeof to === "string" ? firstDifference(from, to) : undefined;
  const label = line ? `${path}, line ${line.number}: ` : `${path}: `;
  const values = [line ? line.from : from, line ? line.to : to].map(formatValue);
  if (columns === undefined) return label + values.join(" → ");
  return label + fit(values, Math.max(columns - label.length - " → ".length, 2 * SHORTEST)).join(" → ");
}

function formatValue(value: unknown): string {
  if (value === undefined) return "(none)";
  return typeof value === "string" && PLAIN.test(value) ? value : stringifyJson(value);
}

function firstDifference(from: string, to: string): { number: number; from?: string; to?: string } | undefined {
  const [before, after] = [from.split("\n"), to.split("\n")];
  if (before.length === 1 || after.length === 1) return undefined;
  const index = before.findIndex((text, i) => text !== after[i]);
  const at = index < 0 ? before.length : index;
  return {
    number: at + 1,
    ...(before[at] !== undefined && { from: before[at] }),
    ...(after[at] !== undefined && { to: after[at] }),
  };
}

/** Cuts two values to a common length; what the shorter one leaves goes to the longer one. */
function fit([first = "", second = ""]: readonly string[], length: number): string[] {
  const half = Math.floor(length / 2);
  return [
    cut(first, Math.max(half, length - second.length)),
    cut(second, Math.max(length - half, length - first.length)),
  ];
}

/**
 * Cuts a text.
 *
 * @param text The text.
 * @param length The most characters that it may have.
 * @returns The text, or its beginning and an ellipsis.
 */
export function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, Math.max(length - 1, 0))}…`;
}
