/**
 * Options that stand beside an object: how it is treated, not what it contains.
 *
 * @module
 */

import { isJsonObject } from "../base/json.ts";
import { parseFieldPath } from "../kube/field_path.ts";
import type { KubeObject, LiveObject } from "../kube/object.ts";
import type { DeepReadonly } from "./deep_readonly.ts";
import type { Many } from "./flatten.ts";
import { suggestion } from "./suggestion.ts";

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

// Options live on the object under an enumerable symbol: JSON and `Object.keys` do not see it, so the object stays
// plain, but a spread (`{ ...Deployment(…), metadata }`) keeps the options, which a WeakMap or a hidden property would
// lose without a word. Registered globally, as a script may use another copy of the library than the runner.
const OPTIONS: unique symbol = Symbol.for("kubescript.options");

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

/**
 * Reads the options beside an object and checks them.
 *
 * @param object The object.
 * @param report Receives what is wrong with the options.
 * @returns The options; empty if there are none, without those that are wrong.
 */
export function optionsOf(object: object, report: (problem: string) => void): ObjectOptions {
  const options = (object as { [OPTIONS]?: unknown })[OPTIONS];
  if (options === undefined) return {};
  if (!isJsonObject(options)) {
    report("the options must be an object");
    return {};
  }
  const right = Object.entries(options).filter(([name, value]) => {
    if (value === undefined) return false;
    const check = Object.hasOwn(CHECKS, name) ? CHECKS[name as keyof ObjectOptions] : undefined;
    if (check === undefined) report(`option "${name}" is unknown${suggestion(name, Object.keys(CHECKS))}`);
    else if (!check.test(value)) report(`option "${name}" must be ${check.what}`);
    return check?.test(value);
  });
  return Object.fromEntries(right);
}

const CHECKS: Readonly<Record<keyof ObjectOptions, { what: string; test(value: unknown): boolean }>> = {
  dependsOn: { what: "objects", test: (value) => typeof value === "object" || !value },
  ignore: { what: 'a list of field paths such as "spec.replicas"', test: isListOfPaths },
  keep: { what: "true or false", test: isBoolean },
  adopt: { what: "true or false", test: isBoolean },
  readyWhen: { what: "a function", test: (value) => typeof value === "function" },
};

function isBoolean(value: unknown): boolean {
  return typeof value === "boolean";
}

function isListOfPaths(value: unknown): boolean {
  return Array.isArray(value) && value.every(isPath);
}

function isPath(value: unknown): boolean {
  try {
    return typeof value === "string" && parseFieldPath(value).length > 0;
  } catch {
    return false;
  }
}
