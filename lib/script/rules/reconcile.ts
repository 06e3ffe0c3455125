/**
 * `reconcile`: for every object that matches, something outside of the cluster is brought in line.
 *
 * @module
 */

import type { KindOf, Live } from "../../kube/live.ts";
import type { KubeObject, LiveObject } from "../../kube/object.ts";
import type { Kinds, ObjectOf, Reads, RuleContext } from "./context.ts";
import { makeRule, type Rule } from "./rule.ts";
import { checkSelect, type Select } from "./select.ts";

/**
 * How a `reconcile` rule works.
 *
 * @typeParam T The type of the objects.
 * @typeParam R The kinds that are read.
 */
export interface ReconcileOptions<T, R extends Kinds> extends Select<T> {
  /** The kinds whose objects the rule may look at. */
  readonly reads?: R;
  /** Runs before a matching object goes, and when it does not match any more; it stays until this has succeeded. */
  readonly finalize?: (object: Live<T>, context: RuleContext) => unknown;
}

/** What a `reconcile` rule consists of. */
export interface ReconcileDefinition {
  /** The type of the rule. */
  readonly type: "reconcile";
  /** The kind. */
  readonly kind: KindOf<KubeObject>;
  /** How it works. */
  readonly options: ReconcileOptions<KubeObject, Kinds>;
  /** Brings things in line. */
  readonly run: (object: LiveObject, context: RuleContext & { readonly read: Reads<never> }) => unknown;
}

/**
 * Makes a rule: the function is called for every object that matches, and again whenever what is wanted of the object, or
 * something that it read, has changed. It must bring about the same as often as it is called.
 *
 * What is wanted are the fields that raise `metadata.generation`, the labels and the annotations; a change of the status
 * or of finalizers alone does not call it, unless `where` answers otherwise because of it. Kinds without a generation
 * call it whatever changes. A deletion always counts, and what the function itself writes never does, unless it has read
 * that by `read`. Whoever needs the status names the kind under `reads` and reads the object.
 *
 * @typeParam T The type of the objects.
 * @typeParam R The kinds that are read.
 * @param kind The kind of the objects.
 * @param options Which of them; the kinds that are read; what to do before one goes.
 * @param run Brings things in line. To be called again later, it throws `retryAfter()`.
 * @returns The rule.
 * @throws {TypeError} If an option is unknown.
 * @throws {RangeError} If a selector or a duration cannot be read.
 */
export function reconcile<T extends KubeObject, const R extends Kinds = []>(
  kind: KindOf<T>,
  options: ReconcileOptions<T, R>,
  run: (object: Live<T>, context: RuleContext & { readonly read: Reads<ObjectOf<R[number]>> }) => unknown,
): Rule {
  checkSelect("reconcile", options as Select<never>, ["reads", "finalize"]);
  return makeRule({ type: "reconcile", kind, options, run } as unknown as ReconcileDefinition);
}
