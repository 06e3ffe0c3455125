/**
 * Which objects a rule is about, and how it is run for them.
 *
 * @module
 */

import { parseDuration } from "../../base/duration.ts";
import { type LabelSelectorInput, parseLabelSelector } from "../../kube/label_selector.ts";
import type { Live } from "../../kube/live.ts";
import { suggestion } from "../suggestion.ts";

/** When a run waits for things to settle. */
export interface Debounce {
  /** Runs once nothing has changed for so long. */
  readonly wait: string;
  /** Runs after so long in any case. By default, ten times `wait`. */
  readonly longest?: string;
}

/**
 * Which objects of its kind a rule is about.
 *
 * @typeParam T The type of the objects.
 */
export interface Select<T> {
  /** A label selector, as text or as keys with the value or values that they may have. */
  readonly labels?: LabelSelectorInput | undefined;
  /** A field selector, such as `status.phase=Failed`. */
  readonly fields?: string | undefined;
  /** The namespaces, by name or by their labels; all namespaces if absent. */
  readonly namespaces?: readonly string[] | { readonly labels: LabelSelectorInput } | undefined;
  /** Tells whether the rule is about an object; called for those that the selectors let through. */
  readonly where?: ((object: Live<T>) => boolean) | undefined;
  /** Waits for things to settle, such as `"2s"`. */
  readonly debounce?: string | Debounce | undefined;
  /** For how many objects the rule may run at once. @default {4} */
  readonly concurrency?: number | undefined;
  /** How long one run may take. @default {"60s"} */
  readonly timeout?: string | undefined;
}

/**
 * Checks the options of a rule when it is made, so that a mistake is found where it is written.
 *
 * @param rule The name of the rule's constructor.
 * @param options What was given.
 * @param names The options that the rule has beside those of {@linkcode Select}.
 * @throws {TypeError} If an option is unknown or of a wrong type.
 * @throws {RangeError} If a duration or a selector cannot be read.
 */
export function checkSelect(rule: string, options: Select<never>, names: readonly string[]): void {
  const known = ["labels", "fields", "namespaces", "where", "debounce", "concurrency", "timeout", ...names];
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    throw new TypeError(`Cannot make a rule with ${rule}(): option "${name}" is unknown${suggestion(name, known)}`);
  }
  const { labels, namespaces, debounce, timeout, concurrency } = options;
  if (labels !== undefined) parseLabelSelector(labels);
  if (namespaces !== undefined && "labels" in namespaces) parseLabelSelector(namespaces.labels);
  const durations = typeof debounce === "object" ? [debounce.wait, debounce.longest] : [debounce];
  for (const duration of [...durations, timeout]) if (duration !== undefined) parseDuration(duration);
  if (concurrency !== undefined && !(Number.isInteger(concurrency) && concurrency > 0)) {
    throw new RangeError(`Cannot make a rule with ${rule}(): "concurrency" is ${concurrency}, and must be 1 or more`);
  }
}
