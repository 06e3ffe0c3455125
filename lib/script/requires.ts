/**
 * Objects that a script needs without owning them.
 *
 * @module
 */

import type { Requirement } from "../kube/desired_object.ts";
import type { KubeObject } from "../kube/object.ts";
import { formatApiVersion } from "../kube/resource_type.ts";
import type { Kind } from "./kind.ts";
import { parseRef, type Ref } from "../kube/ref.ts";

// Registered globally, as a script may use another copy of the library than the runner.
const REQUIRES: unique symbol = Symbol.for("kubescript.requires");

/** An object that must exist already; stands among the resources of a script. */
export interface RequiredObject {
  /** @ignore What must exist. */
  readonly [REQUIRES]: Omit<Requirement, "origin">;
}

/**
 * Asserts that an object exists. The script does not own it: it is neither changed nor deleted.
 *
 * @typeParam T The object's type.
 * @param kind Its kind.
 * @param ref Its name.
 * @returns The requirement, to be put among the resources.
 * @throws {TypeError} If the name cannot be read, or has a namespace although the kind is cluster-scoped.
 *
 * @example Usage
 * ```ts
 * import { defineKind } from "./kind.ts";
 *
 * const Namespace = defineKind("v1", "Namespace", { plural: "namespaces", namespaced: false });
 * const resources = [requires(Namespace, "shared")];
 * ```
 */
export function requires<T extends KubeObject>(kind: Kind<T>, ref: Ref): RequiredObject {
  const { namespace, name } = parseRef(ref);
  const { type } = kind;
  if (namespace !== undefined && !type.namespaced) {
    throw new TypeError(`Cannot require ${type.kind} "${namespace}/${name}": the kind is cluster-scoped`);
  }
  return {
    [REQUIRES]: { apiVersion: formatApiVersion(type), ref: { group: type.group, kind: type.kind, namespace, name } },
  };
}

/**
 * Tells what {@linkcode requires} asserts.
 *
 * @param value Any value.
 * @returns What must exist, or `undefined` if the value is not a requirement.
 */
export function requirementOf(value: object): Omit<Requirement, "origin"> | undefined {
  return (value as Partial<RequiredObject>)[REQUIRES];
}
