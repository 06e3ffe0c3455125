/**
 * `changed`: something is done when a part of an object changes.
 *
 * @module
 */

import type { Id, KindOf, Live } from "../../kube/live.ts";
import type { KubeObject, LiveObject } from "../../kube/object.ts";
import type { Json, RuleContext } from "./context.ts";
import { makeRule, type Rule } from "./rule.ts";
import { checkSelect, type Select } from "./select.ts";

/**
 * What happened to an object.
 *
 * @typeParam T The type of the object.
 * @typeParam V The type of the part that is looked at.
 */
export type Change<T, V> =
  /** It is new, or matches now. */
  | { readonly event: "appeared"; readonly object: Live<T>; readonly old?: undefined; readonly now: V }
  /**
   * The part has changed; `old` is what was handled last. After a restart, of a value that is longer than 256 characters
   * only a hash is left: then `oldKnown` is false, and there is no `old`.
   */
  | {
    readonly event: "changed";
    readonly object: Live<T>;
    readonly old: V;
    readonly oldKnown: boolean;
    readonly now: V;
  }
  /** It does not match any more. */
  | { readonly event: "left"; readonly object: Live<T>; readonly old: V; readonly now?: undefined }
  /** It is gone; nothing but its identity is known. */
  | {
    readonly event: "deleted";
    readonly object: { readonly metadata: Id<T> };
    readonly old: V;
    readonly now?: undefined;
  };

/** What can happen to an object. */
export type ChangeEvent = "appeared" | "changed" | "left" | "deleted";

/**
 * How a `changed` rule works.
 *
 * @typeParam T The type of the objects.
 * @typeParam V The type of the part that is looked at.
 * @typeParam E The events.
 */
export interface ChangedOptions<T, V extends Json, E extends ChangeEvent> extends Select<T> {
  /** The part of the object that is looked at. */
  readonly of: (object: Live<T>) => V;
  /** What to tell about. @default {["changed"]} */
  readonly on?: readonly E[];
  /** Whether objects that are there when the rule first runs count as having appeared; else they are noted silently. */
  readonly existing?: "include";
}

/** What a `changed` rule consists of. */
export interface ChangedDefinition {
  /** The type of the rule. */
  readonly type: "changed";
  /** The kind. */
  readonly kind: KindOf<KubeObject>;
  /** How it works. */
  readonly options: ChangedOptions<KubeObject, Json, ChangeEvent>;
  /** Does something about a change. */
  readonly run: (change: Change<KubeObject, Json> | { readonly object: LiveObject }, context: RuleContext) => unknown;
}

/**
 * Makes a rule: the function is called when a part of an object has changed.
 *
 * At least once, in order for each object, and coalesced: values in between may be skipped. `old` is the value that was
 * handled last, also across restarts; what changed while the runner was down is told once it is back.
 *
 * @typeParam T The type of the objects.
 * @typeParam V The type of the part that is looked at.
 * @typeParam E The events.
 * @param kind The kind of the objects.
 * @param options Which of them, which part of them, and which events.
 * @param run Does something about it. If it throws, it is called again.
 * @returns The rule.
 * @throws {TypeError} If an option is unknown.
 * @throws {RangeError} If a selector or a duration cannot be read.
 */
export function changed<T extends KubeObject, V extends Json, const E extends ChangeEvent = "changed">(
  kind: KindOf<T>,
  options: ChangedOptions<T, V, E>,
  run: (change: Extract<Change<T, V>, { readonly event: E }>, context: RuleContext) => unknown,
): Rule {
  checkSelect("changed", options as Select<never>, ["of", "on", "existing"]);
  return makeRule({ type: "changed", kind, options, run } as unknown as ChangedDefinition);
}
