/**
 * The identity of one object, and how it is printed.
 *
 * @module
 */

import type { DeepReadonly } from "../base/deep_readonly.ts";
import type { KubeObject } from "./object.ts";
import { parseApiVersion } from "./resource_type.ts";

/** The identity of one object, without its version: the same object can be read in several. */
export interface ObjectRef {
  /** The API group; empty for the core group. */
  readonly group: string;
  /** The kind. */
  readonly kind: string;
  /** The namespace; absent for cluster-scoped objects. */
  readonly namespace?: string | undefined;
  /** The name. */
  readonly name: string;
}

/**
 * Tells the identity of an object.
 *
 * @param object The object; a missing name reads as the empty string.
 * @returns Its identity.
 */
export function refOf(object: DeepReadonly<KubeObject>): ObjectRef {
  return {
    group: parseApiVersion(object.apiVersion).group,
    kind: object.kind,
    namespace: object.metadata?.namespace,
    name: object.metadata?.name ?? "",
  };
}

/**
 * Prints an identity for people: `Deployment/shop/web`, or `Namespace/shop` for cluster-scoped objects.
 *
 * @param ref The identity.
 * @returns The text.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(formatRef({ group: "apps", kind: "Deployment", namespace: "shop", name: "web" }), "Deployment/shop/web");
 * ```
 */
export function formatRef(ref: ObjectRef): string {
  return ref.namespace ? `${ref.kind}/${ref.namespace}/${ref.name}` : `${ref.kind}/${ref.name}`;
}

/**
 * Makes the key under which an object is kept in maps: unique per group, kind, namespace and name.
 *
 * @param ref The identity.
 * @returns The key; not for people.
 */
export function refKey(ref: ObjectRef): string {
  return `${ref.kind}.${ref.group}/${ref.namespace ?? ""}/${ref.name}`;
}
