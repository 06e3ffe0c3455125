/**
 * Defaults inside the atomic values of custom resources.
 *
 * The server fills them in, and they become part of a value that is compared, and owned, as a whole: a list that lacks
 * them never equals the one that is stored. So they are sent, which makes no difference to what is stored. Defaults
 * elsewhere do not matter, as there only the fields that are sent are compared.
 *
 * @module
 */

import { isJsonObject } from "../base/json.ts";
import type { DesiredObject } from "../kube/desired_object.ts";
import type { KubeObject } from "../kube/object.ts";
import { dereference, type FindSchema, type KindSchema, type Schema, valuesOf } from "../kube/schema.ts";

/**
 * Fills defaults into the atomic values of a custom resource.
 *
 * @param desired The custom resource.
 * @param kindSchema The schema of its kind.
 * @returns The same object, or a changed copy.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const item = { type: "object", properties: { port: { type: "integer", default: 80 } } };
 * const schema = { type: "object", properties: { ports: { type: "array", items: item } } };
 * const object = { apiVersion: "example.com/v1", kind: "Widget", ports: [{}, { port: 81 }] };
 * const desired = { object, initial: [], ignore: [], dependsOn: [], keep: false, adopt: false, origin: {} };
 * deepStrictEqual(fillAtomicDefaults(desired, { schema, find: () => undefined }).object, {
 *   ...object,
 *   ports: [{ port: 80 }, { port: 81 }],
 * });
 * ```
 */
export function fillAtomicDefaults(desired: DesiredObject, { schema, find }: KindSchema): DesiredObject {
  const { metadata: _metadata, ...properties } = schema.properties ?? {};
  return { ...desired, object: fill(desired.object, { ...schema, properties }, find, false) as KubeObject };
}

function fill(value: unknown, reference: Schema, find: FindSchema, isInside: boolean): unknown {
  const schema = dereference(reference, find);
  if (Array.isArray(value)) {
    const isAtomic = isInside || (schema["x-kubernetes-list-type"] ?? "atomic") === "atomic";
    return schema.items ? value.map((item) => fill(item, schema.items!, find, isAtomic)) : value;
  }
  if (!isJsonObject(value)) return value;
  const isAtomic = isInside || schema["x-kubernetes-map-type"] === "atomic";
  const { properties = {} } = schema;
  const values = valuesOf(schema);
  const fields = isAtomic ? { ...value, ...defaultsFor(value, properties) } : value;
  return Object.fromEntries(
    Object.entries(fields).map(([field, inner]) => {
      const fieldSchema = Object.hasOwn(properties, field) ? properties[field] : values;
      return [field, fieldSchema ? fill(inner, fieldSchema, find, isAtomic) : inner];
    }),
  );
}

function defaultsFor(
  object: Readonly<Record<string, unknown>>,
  properties: Readonly<Record<string, Schema>>,
): Record<string, unknown> {
  const missing = Object.entries(properties).filter(([field, schema]) => {
    return schema.default !== undefined &&
      (object[field] === undefined || (object[field] === null && !schema.nullable));
  });
  return Object.fromEntries(missing.map(([field, schema]) => [field, schema.default]));
}
