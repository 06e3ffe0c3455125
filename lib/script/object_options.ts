/**
 * Options that stand beside an object: how it is treated, not what it contains.
 *
 * @module
 */

import type { KubeObject, LiveObject } from "../kube/object.ts";
import type { DeepReadonly } from "../base/deep_readonly.ts";
import type { Many } from "./many.ts";

/**
 * How one object is treated.
 *
 * @typeParam L The object as it is read from the cluster.
 */
export interface ObjectOptions<L = LiveObject> {
  /** Objects that must be there and ready first, besides those that the object itself names. */
  dependsOn?: Many<DeepReadonly<KubeObject>>;
  /** Paths of fields that are never sent, such as `spec.replicas`. */
  ignore?: readonly string[];
  /** Whether the object outlives the script: it is released instead of deleted. @default {false} */
  keep?: boolean;
  /** Whether an existing object is taken over even where somebody else owns its fields. @default {false} */
  adopt?: boolean;
  /** Tells when the object is ready: `true`, or `false` or the reason why not yet. By default, its conditions tell. */
  readyWhen?: (object: L) => boolean | string;
}

/**
 * Where the options of an object are.
 *
 * They live on the object under an enumerable symbol: JSON and `Object.keys` do not see it, so the object stays plain, but
 * a spread (`{ ...Deployment(…), metadata }`) keeps the options, which a WeakMap or a hidden property would lose without
 * a word. Registered globally, as a script may use another copy of the library than the runner.
 */
export const OPTIONS: unique symbol = Symbol.for("kubescript.options");

/**
 * Puts options beside an object that no kind value built, for example one from a YAML file.
 *
 * @typeParam T The object's type.
 * @typeParam L The object as it is read from the cluster.
 * @param object The object; it is not changed.
 * @param options The options; they add to those that the object has already.
 * @returns A shallow copy with the options.
 *
 * @example Usage
 * ```ts
 * const quota = withOptions(
 *   { apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "quota" } },
 *   { keep: true },
 * );
 * ```
 */
export function withOptions<T extends DeepReadonly<KubeObject>, L = LiveObject>(
  object: T,
  options: ObjectOptions<L>,
): T {
  const before = (object as { [OPTIONS]?: ObjectOptions<L> })[OPTIONS];
  return { ...object, [OPTIONS]: { ...before, ...options } };
}
