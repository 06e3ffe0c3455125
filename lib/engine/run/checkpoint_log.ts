/**
 * Checkpoints as text: one JSON list on each line, later lines override earlier ones.
 *
 * @module
 */

import { parseJson, stringifyJson } from "../../base/json.ts";
import type { Checkpoint, Checkpoints } from "./checkpoints.ts";

/** A change of what was handled: a rule begins, something was handled, or an object is forgotten. */
export type CheckpointLine =
  | readonly [rule: string]
  | readonly [rule: string, uid: string]
  | readonly [rule: string, uid: string, namespace: string, name: string, value: string, hashed: 0 | 1];

/**
 * Writes what was handled of one object.
 *
 * @param rule The rule.
 * @param checkpoint What was handled.
 * @returns The line, without a line feed.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const line = checkpointLine("images", { uid: "1", namespace: "shop", name: "web", value: "[]" });
 * strictEqual(formatLine(line), '["images","1","shop","web","[]",0]');
 * ```
 */
export function checkpointLine(rule: string, checkpoint: Checkpoint): CheckpointLine {
  const { uid, namespace = "", name, value, hashed } = checkpoint;
  return [rule, uid, namespace, name, value, hashed ? 1 : 0];
}

/**
 * Writes a line.
 *
 * @param line The line.
 * @returns The text, without a line feed.
 */
export function formatLine(line: CheckpointLine): string {
  return stringifyJson(line);
}

/**
 * Takes over the lines of a text.
 *
 * @param text The text.
 * @param into Where to.
 */
export function replay(text: string, into: Pick<Checkpoints, "begin" | "set" | "delete">): void {
  for (const row of text.split("\n")) {
    if (row === "") continue;
    const [rule, uid, namespace, name, value, hashed] = parseJson(row) as [string, ...string[]];
    into.begin(rule);
    if (uid === undefined) continue;
    if (value === undefined) into.delete(rule, uid);
    else {
      const place = namespace === "" ? {} : { namespace };
      into.set(rule, { uid, ...place, name: name!, value, ...(Number(hashed) === 1 && { hashed: true }) });
    }
  }
}
