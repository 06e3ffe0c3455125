/**
 * Single fields of somebody else's object.
 *
 * @module
 */

import type { DeepReadonly } from "../../base/deep_readonly.ts";
import type { KubeObject } from "../../kube/object.ts";
import type { Patch } from "../../kube/patch.ts";
import { parseRef, type Ref } from "../../kube/ref.ts";
import { formatApiVersion } from "../../kube/resource_type.ts";
import type { Kind } from "../kind.ts";

// Registered globally, as a script may use another copy of the library than the runner.
const EXTENSION: unique symbol = Symbol.for("kubescript.extension");

/** Fields of an object that belongs to somebody else; stands among the children of a rule. */
export interface Extension {
  /** @ignore The object with nothing but the fields. */
  readonly [EXTENSION]: KubeObject;
}

/**
 * Owns single fields of somebody else's object. In the end they are given up; the object is never created or deleted.
 *
 * @typeParam T The object's type.
 * @param kind Its kind.
 * @param ref Its name.
 * @param fields The fields.
 * @returns The extension, to be returned among the children.
 *
 * @example Usage
 * ```ts
 * import { ok } from "node:assert/strict";
 * import { defineKind } from "../kind.ts";
 *
 * const Namespace = defineKind("v1", "Namespace", { plural: "namespaces", namespaced: false });
 * ok(extensionOf(extend(Namespace, "shop", { metadata: { annotations: { "example.com/managed": "true" } } })));
 * ```
 */
export function extend<T extends KubeObject>(
  kind: Kind<T>,
  ref: Ref,
  fields: Omit<Patch<T>, "apiVersion" | "kind" | "status">,
): Extension {
  const { namespace, name } = parseRef(ref);
  const { metadata, ...rest } = fields as { readonly metadata?: object };
  return {
    [EXTENSION]: {
      apiVersion: formatApiVersion(kind.type),
      kind: kind.type.kind,
      metadata: { ...metadata, name, ...(namespace !== undefined && { namespace }) },
      ...rest,
    },
  };
}

/**
 * Tells what {@linkcode extend} owns.
 *
 * @param value Any value.
 * @returns The object with nothing but the fields; `undefined` if the value is no extension.
 */
export function extensionOf(value: object): DeepReadonly<KubeObject> | undefined {
  return (value as Partial<Extension>)[EXTENSION];
}
