/**
 * Owners: objects that others depend on, and with which these are garbage-collected.
 *
 * @see {@link https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/ | Owners and dependents}
 *
 * @module
 */

import type { DeepReadonly } from "../base/deep_readonly.ts";
import type { KubeObject, OwnerReference } from "./object.ts";

/** An object that can own others: it was read, so that its uid is known. */
export interface Owner {
  /** Its group and version. */
  readonly apiVersion: string;
  /** Its kind. */
  readonly kind: string;
  /** Its identity. */
  readonly metadata: { readonly name: string; readonly namespace?: string | undefined; readonly uid: string };
}

/** How one object depends on another. */
export interface OwnerReferenceOptions {
  /** Whether the owner is the managing controller; at most one is. @default {false} */
  readonly controller?: boolean;
  /** Whether foreground deletion of the owner waits for the dependent. @default {false} */
  readonly blockOwnerDeletion?: boolean;
}

/**
 * Makes the reference by which an object depends on an owner.
 *
 * The owner must be in the same namespace or cluster-scoped: else the garbage collector deletes the dependent at once.
 *
 * @param owner The owner, as it was read.
 * @param options Whether it is the controller, and whether its deletion waits.
 * @returns An entry for `metadata.ownerReferences`.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const owner = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace: "shop", uid: "1" } };
 * deepStrictEqual(ownerReference(owner), { apiVersion: "v1", kind: "ConfigMap", name: "a", uid: "1" });
 * ```
 */
export function ownerReference(owner: Owner, options: OwnerReferenceOptions = {}): OwnerReference {
  const { apiVersion, kind, metadata: { name, uid } } = owner;
  return { apiVersion, kind, name, uid, ...options };
}

/**
 * Tells whether an object depends on an owner.
 *
 * @param object The object.
 * @param owner The owner; one that was made anew under the same name is another one.
 * @returns Whether it does.
 */
export function isOwnedBy(
  object: DeepReadonly<KubeObject>,
  owner: { readonly metadata: { readonly uid: string } },
): boolean {
  return object.metadata?.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid) ?? false;
}

/**
 * Finds the controller that manages an object.
 *
 * @param object The object.
 * @returns The reference to it, if there is one.
 */
export function controllerOf(object: DeepReadonly<KubeObject>): DeepReadonly<OwnerReference> | undefined {
  return object.metadata?.ownerReferences?.find(({ controller }) => controller === true);
}

/**
 * Tells whether an object is on its way out: nothing new may depend on it, although it can still be read.
 *
 * @param object The object.
 * @returns Whether its deletion was asked for.
 */
export function isTerminating(object: DeepReadonly<KubeObject>): boolean {
  return object.metadata?.deletionTimestamp !== undefined;
}
