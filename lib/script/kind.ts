/**
 * Kinds as values: they build objects, name the resource in the API, and carry the object's type to every reader.
 *
 * @module
 */

import type { DeepReadonly } from "../base/deep_readonly.ts";
import type { Live } from "../kube/live.ts";
import type { KubeObject } from "../kube/object.ts";
import { parseApiVersion, type ResourceType } from "../kube/resource_type.ts";
import { type ObjectOptions, withOptions } from "./object_options.ts";

/**
 * What has to be written to build an object: everything but `apiVersion`, `kind` and `status`.
 *
 * Read-only input is welcome, so that parts of an object that was read can be passed on. The metadata of reviews, which
 * are never stored and whose type says `name?: never`, may be left out.
 *
 * @typeParam T The object's type.
 */
export type Body<T extends KubeObject> =
  & DeepReadonly<Omit<T, "apiVersion" | "kind" | "status" | "metadata">>
  & (T["metadata"] extends { name?: never } | undefined
    ? { readonly metadata?: DeepReadonly<NonNullable<T["metadata"]>> }
    : {
      readonly metadata:
        & DeepReadonly<NonNullable<T["metadata"]>>
        & ({ readonly name: string } | { readonly generateName: string });
    });

/**
 * A kind: call it to build an object.
 *
 * @typeParam T The type of its objects.
 */
export interface Kind<T extends KubeObject> {
  /**
   * Builds an object.
   *
   * @param body The fields of the object.
   * @param options How the object is treated.
   * @returns The object, plain JSON.
   */
  (body: Body<T>, options?: ObjectOptions<Live<T>>): T;
  /** How the API serves the kind. */
  readonly type: ResourceType & { readonly kind: T["kind"] };
}

/** Details of a kind for {@linkcode defineKind}. */
export interface DefineKindOptions {
  /** The name in URLs, such as `widgets`. */
  plural: string;
  /** Whether its objects live in namespaces. @default {true} */
  namespaced?: boolean;
  /** The singular name, such as `widget`. */
  singular?: string;
  /** Short names, such as `wd`. */
  shortNames?: readonly string[];
  /** The subresources that the server offers, such as `status`. */
  subresources?: readonly string[];
}

/**
 * Makes a kind value for a kind that the library does not ship, such as a custom resource.
 *
 * @typeParam T The type of its objects; for cluster-scoped kinds with `metadata?: ObjectMeta & { namespace?: never }`.
 * @param apiVersion Group and version, such as `example.com/v1`.
 * @param kind The kind, such as `Widget`.
 * @param options Its names, and how it is served.
 * @returns The kind.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import type { ObjectMeta } from "../kube/object.ts";
 *
 * interface Widget {
 *   apiVersion: "example.com/v1";
 *   kind: "Widget";
 *   metadata?: ObjectMeta;
 *   spec: { size: number };
 * }
 * const Widget = defineKind<Widget>("example.com/v1", "Widget", { plural: "widgets" });
 *
 * deepStrictEqual(Widget({ metadata: { name: "a" }, spec: { size: 3 } }), {
 *   apiVersion: "example.com/v1",
 *   kind: "Widget",
 *   metadata: { name: "a" },
 *   spec: { size: 3 },
 * });
 * ```
 */
export function defineKind<T extends KubeObject>(
  apiVersion: T["apiVersion"],
  kind: T["kind"],
  options: DefineKindOptions,
): Kind<T> {
  function build(body: Body<T>, objectOptions?: ObjectOptions<Live<T>>): T {
    const object = { apiVersion, kind, ...(body as object) } as unknown as T;
    return objectOptions === undefined ? object : withOptions(object, objectOptions);
  }
  return Object.assign(build, { type: { ...parseApiVersion(apiVersion), kind, namespaced: true, ...options } });
}
