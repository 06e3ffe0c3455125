/**
 * How a flag is written, by what it takes.
 *
 * @module
 */

import type { CommandContext, FlagParametersForType } from "@stricli/core";
import { parseDuration } from "../base/duration.ts";

/**
 * The flags of a command.
 *
 * @typeParam F Their values.
 */
export type Specs<F> = FlagParametersForType<F, CommandContext>;

/** Takes a text that may be given several times. */
export function texts(placeholder: string, brief: string) {
  return { ...text(placeholder, brief), variadic: true } as const;
}

/** Takes a text that may be left out. */
export function text(placeholder: string, brief: string) {
  return { kind: "parsed", parse: String, optional: true, placeholder, brief } as const;
}

/** Takes a text with a default. */
export function textOr(byDefault: string, placeholder: string, brief: string) {
  return { kind: "parsed", parse: String, default: byDefault, placeholder, brief } as const;
}

/** Takes what is on or off. */
export function flag(brief: string) {
  return { kind: "boolean", optional: true, withNegated: false, brief } as const;
}

/** Takes a time. */
export function duration(byDefault: string, brief: string) {
  return { kind: "parsed", parse: parseDuration, default: byDefault, placeholder: "DURATION", brief } as const;
}
