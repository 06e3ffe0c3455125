/**
 * `extend`: single fields of somebody else's object.
 *
 * @module
 */

import type { DeepReadonly } from "../../base/deep_readonly.ts";
import type { KubeObject } from "../../kube/object.ts";
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
 * Some fields of an object, at any depth. A list is given as a whole; where the server knows its items by a key, others
 * may have items in it, too.
 *
 * @typeParam T The type of the object.
 */
export type ExtensionFields<T> = T extends string ? T // `string & {}`, which leaves an enum open, passes for an object, too
  : T extends readonly unknown[] ? DeepReadonly<T>
  : T extends object ? { readonly [K in keyof T]?: ExtensionFields<T[K]> }
  : T;

/**
 * Owns single fields of somebody else's object, for as long as the rule returns it: the fields are kept as they are
 * here, and given up when the object that the rule is about leaves, or the rule goes. Nobody else's field is touched, and
 * the object itself is never created or deleted: as long as it does not exist, the rule fails for its object, and tries
 * again.
 *
 * Several rules and objects may extend the same object. A field with another value that somebody else owns is a
 * conflict: it is told with both owners, and nothing is written.
 *
 * @typeParam T The object's type.
 * @param kind Its kind; it need not stand under `owns`.
 * @param ref Its name; without a namespace, the one of the object that the rule is about is meant.
 * @param fields The fields.
 * @returns The extension, to be returned among the children.
 * @throws {RangeError} If the reference is none.
 *
 * @example Usage
 * ```ts
 * import { ok } from "node:assert/strict";
 * import { Namespace, ResourceQuota } from "../../kinds/core/v1.ts";
 * import { definitionOf } from "./rule.ts";
 * import { each } from "./each.ts";
 *
 * const tenants = each(Namespace, { labels: { team: "x" }, owns: [ResourceQuota] }, ({ metadata: { name } }) => [
 *   ResourceQuota({ metadata: { name: "quota", namespace: name }, spec: { hard: { pods: "50" } } }),
 *   extend(Namespace, name, { metadata: { annotations: { "example.com/managed": "true" } } }),
 * ]);
 * ok(definitionOf(tenants));
 * ```
 */
export function extend<T extends KubeObject>(
  kind: Kind<T>,
  ref: Ref,
  fields: ExtensionFields<Omit<T, "apiVersion" | "kind" | "status">>,
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
