/**
 * `each`: for every object that matches, some children exist and stay so.
 *
 * @module
 */

import type { DeepReadonly } from "../../base/deep_readonly.ts";
import type { KindOf, Live } from "../../kube/live.ts";
import type { KubeObject, LiveObject } from "../../kube/object.ts";
import type { Many } from "../many.ts";
import type { Kinds, ObjectOf, Reads, RuleContext } from "./context.ts";
import type { Extension } from "./extend.ts";
import { makeRule, type Rule } from "./rule.ts";
import { checkSelect, type Select } from "./select.ts";

/**
 * What an `each` rule says about one object, when it is more than the children.
 *
 * @typeParam T The type of the object.
 * @typeParam C The type of the children.
 */
export interface EachResult<T, C> {
  /** The children. */
  readonly children: Many<DeepReadonly<C> | Extension>;
  /** The object's status, as it is to be; written through the subresource `status`. */
  readonly status?: T extends { status?: infer S } ? DeepReadonly<NonNullable<S>> : never;
  /** When to look again, even if nothing changes, such as `"10s"`. */
  readonly again?: string;
}

/**
 * How an `each` rule works.
 *
 * @typeParam T The type of the objects.
 * @typeParam O The kinds of the children.
 * @typeParam R The kinds that are read.
 */
export interface EachOptions<T, O extends Kinds, R extends Kinds> extends Select<T> {
  /** The kinds of the children: all that the rule may return. */
  readonly owns?: O;
  /** The kinds whose objects the rule may look at. */
  readonly reads?: R;
  /** Runs before a matching object goes, and when it does not match any more; it stays until this has succeeded. */
  readonly finalize?: (object: Live<T>, context: RuleContext) => unknown;
}

/** What an `each` rule consists of. */
export interface EachDefinition {
  /** The type of the rule. */
  readonly type: "each";
  /** The kind. */
  readonly kind: KindOf<KubeObject>;
  /** How it works. */
  readonly options: EachOptions<KubeObject, Kinds, Kinds>;
  /** Tells the children. */
  readonly children: (object: LiveObject, context: Reads<never> & Omit<RuleContext, "k">) => unknown;
}

/**
 * Makes a rule: for every object that matches, the children that the function returns exist, and stay as it says.
 *
 * The function is pure: it is called again whenever the object or something that it read has changed, and the children
 * are applied, repaired and pruned by the same engine as the script's resources. When the object leaves the match, is
 * deleted, or the rule vanishes from the script, its children go. A function that throws changes nothing. Among the
 * children there may be single fields of other people's objects, see `extend`.
 *
 * What the rule has made or adopted is its own: `run` takes every field that the rule sets back from whoever took it,
 * unless the script only reports drift. Leave a field to others with `initial(…)`.
 *
 * @typeParam T The type of the objects.
 * @typeParam O The kinds of the children.
 * @typeParam R The kinds that are read.
 * @param kind The kind of the objects.
 * @param options Which of them; the kinds of the children; the kinds that are read.
 * @param children Tells the children of one object.
 * @returns The rule.
 * @throws {TypeError} If an option is unknown.
 * @throws {RangeError} If a selector or a duration cannot be read.
 */
export function each<T extends KubeObject, const O extends Kinds = [], const R extends Kinds = []>(
  kind: KindOf<T>,
  options: EachOptions<T, O, R>,
  children: (
    object: Live<T>,
    context: Reads<ObjectOf<R[number]>> & Omit<RuleContext, "k">,
  ) => Many<DeepReadonly<ObjectOf<O[number]>> | Extension> | EachResult<T, ObjectOf<O[number]>>,
): Rule {
  checkSelect("each", options as Select<never>, ["owns", "reads", "finalize"]);
  return makeRule({ type: "each", kind, options, children } as unknown as EachDefinition);
}
