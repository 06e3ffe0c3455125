/**
 * The types of objects that were read, for everybody who knows their kind.
 *
 * @module
 */

import type { DeepReadonly } from "../base/deep_readonly.ts";
import type { KubeObject, LiveObject, ObjectMeta } from "./object.ts";
import type { ResourceType } from "./resource_type.ts";

/**
 * The identity of a live object. Cluster-scoped kinds, whose metadata says `namespace?: never`, have no namespace.
 *
 * @typeParam T The object's type.
 */
export type Id<T> =
  & {
    /** The name. */
    readonly name: string;
    /** Unique over time and space. */
    readonly uid: string;
  }
  // Absent rather than `undefined`, so that what was read can be sent again under `exactOptionalPropertyTypes`.
  & (T extends { metadata?: { namespace?: never } } ? { readonly namespace?: never } : { readonly namespace: string });

/**
 * An object as it was read from the cluster: its identity is known, and nobody can write to it.
 *
 * @typeParam T The object's type.
 */
export type Live<T> = DeepReadonly<Omit<T, "metadata">> & {
  readonly metadata: DeepReadonly<Omit<ObjectMeta, "namespace">> & Id<T> & { readonly resourceVersion: string };
};

/**
 * A kind whose objects have the type `T`: what kind values such as `Deployment` are to those who only read.
 *
 * @typeParam T The type of its objects.
 */
export interface KindOf<T extends KubeObject> {
  /** @ignore Builds an object; from it the compiler knows `T`. */
  (body: never, options?: never): T;
  /** How the API serves the kind. */
  readonly type: ResourceType;
}

/**
 * What the server stored of an object that was sent.
 *
 * @typeParam T The type of what was sent; of an object of any kind, all fields can be read.
 */
export type Stored<T> = KubeObject extends T ? LiveObject : Live<T>;
