/**
 * Lines of the log of a runner.
 *
 * @module
 */

import { stringifyJson } from "../../base/json.ts";
import type { LogLine } from "../../engine/run/rule_call.ts";
import type { TextOptions } from "./plan_text.ts";

/** How to write a line. */
export interface LogLineOptions extends Pick<TextOptions, "colors"> {
  /** Text for people, or one JSON object on each line. */
  readonly format: "text" | "json";
}

/**
 * Writes a line of the log. As JSON it has `time`, `level` (`info`, `warn`, `error`), `rule` (empty if the line is about
 * the run), `object` if it is about one, `message`, and what the function added; what of that is named like one of
 * these begins with `fields.`.
 *
 * @param line The line.
 * @param nowMs When it was written, in milliseconds since the epoch.
 * @param options How to write it.
 * @returns The line with its line feed.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { colorsFor } from "../colors.ts";
 *
 * const colors = colorsFor("never", { isTerminal: false }, false);
 * const line = { level: "info", rule: "tenants", object: "Namespace/shop", message: "Seen", fields: { n: 1 } } as const;
 * strictEqual(
 *   formatLogLine(line, 0, { colors, format: "text" }),
 *   "1970-01-01T00:00:00.000Z info  tenants Namespace/shop: Seen n=1\n",
 * );
 * ```
 */
export function formatLogLine(line: LogLine, nowMs: number, { colors, format }: LogLineOptions): string {
  const time = new Date(nowMs).toISOString();
  const { level, rule, object, message, fields = {} } = line;
  if (format === "json") {
    const keys = { time, level, rule, object, message };
    const own = Object.entries(fields).map((
      [name, value],
    ) => [Object.hasOwn(keys, name) ? `fields.${name}` : name, value]);
    return `${stringifyJson({ ...keys, ...Object.fromEntries(own) })}\n`;
  }
  const color = { info: colors.dim, warn: colors.yellow, error: colors.red }[level];
  const who = [rule, object].filter((part) => part).join(" ");
  const about = who === "" ? "" : `${who}: `;
  const values = Object.entries(fields).map(([name, value]) => ` ${colors.dim(`${name}=`)}${stringifyJson(value)}`);
  return `${colors.dim(time)} ${color(level.padEnd(5))} ${about}${message}${values.join("")}\n`;
}
