/**
 * Colours for text on a terminal.
 *
 * @module
 */

/** Puts colour around text, or leaves it as it is. */
export interface Colors {
  /** For what comes into being. */
  green(text: string): string;
  /** For what changes. */
  yellow(text: string): string;
  /** For what goes, and for what went wrong. */
  red(text: string): string;
  /** For what matters less. */
  dim(text: string): string;
  /** For headings. */
  bold(text: string): string;
}

/** When to use colours: `auto` means on a terminal, unless `NO_COLOR` is set. */
export type ColorMode = "auto" | "always" | "never";

/**
 * Decides whether a stream gets colours.
 *
 * @param mode What the user asked for.
 * @param stream The stream.
 * @param noColor Whether `NO_COLOR` is set.
 * @returns The colours, or stand-ins that change nothing.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(colorsFor("auto", { isTerminal: true }, false).red("x"), "\x1b[31mx\x1b[39m");
 * strictEqual(colorsFor("auto", { isTerminal: true }, true).red("x"), "x");
 * ```
 */
export function colorsFor(mode: ColorMode, stream: { readonly isTerminal: boolean }, noColor: boolean): Colors {
  const enabled = mode === "always" || (mode === "auto" && stream.isTerminal && !noColor);
  const wrap = (start: number, end: number) => (text: string) => enabled ? `\x1b[${start}m${text}\x1b[${end}m` : text;
  return { green: wrap(32, 39), yellow: wrap(33, 39), red: wrap(31, 39), dim: wrap(2, 22), bold: wrap(1, 22) };
}
