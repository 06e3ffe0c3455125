/**
 * Brings the schemas of custom resources into the form of those of built-in kinds.
 *
 * The schema of a custom resource is one tree. Here every object in it that has fields becomes a schema of its own,
 * under its path: `com.example.v1.Widget/spec/template`. What only restricts values is left out.
 *
 * @module
 */

import type { GroupVersionKind } from "../kube/resource_type.ts";
import type { Schema } from "../kube/schema.ts";
import { OBJECT_META } from "./api.ts";

const TEXT: Schema = { type: "string" };
const METADATA: Schema = { $ref: `#/components/schemas/${OBJECT_META}` };

/**
 * Names the schema of a custom resource as API servers do.
 *
 * @param gvk The kind.
 * @returns Its full name.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const name = customSchemaName({ group: "stable.example.com", version: "v1", kind: "Widget" });
 * strictEqual(name, "com.example.stable.v1.Widget");
 * ```
 */
export function customSchemaName({ group, version, kind }: GroupVersionKind): string {
  return [...group.split(".").reverse(), version, kind].join(".");
}

/**
 * Splits the schema of a custom resource into one for each object.
 *
 * @param gvk The kind.
 * @param schema Its schema, as the CustomResourceDefinition or the server states it: both give the same.
 * @returns The schemas by full name. Fields are sorted, as a server does not keep their order.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const spec = { type: "object", properties: { size: { type: "integer" } } };
 * const widget = { group: "example.com", version: "v1", kind: "Widget" };
 * deepStrictEqual(Object.keys(splitCustomSchema(widget, { type: "object", properties: { spec } })).sort(), [
 *   "com.example.v1.Widget",
 *   "com.example.v1.Widget/spec",
 * ]);
 * ```
 */
export function splitCustomSchema(gvk: GroupVersionKind, schema: Schema): Record<string, Schema> {
  const name = customSchemaName(gvk);
  const { apiVersion: _, kind: __, metadata: ___, ...fields } = schema.properties ?? {};
  // Where fields are known, any others would take their types away from everybody who builds the object.
  const isOpen = isOpenObject(schema) && Object.keys(fields).length === 0;
  const root: Schema = {
    ...schema,
    properties: { metadata: METADATA, ...fields },
    "x-kubernetes-group-version-kind": [gvk],
    "x-kubernetes-preserve-unknown-fields": isOpen,
  };
  const parts: [string, Schema][] = [];
  splitObject(root, name, parts);
  return Object.fromEntries(parts);
}

/** Puts an object's schema, and those of the objects in it, among the parts. */
function splitObject(schema: Schema, path: string, parts: [string, Schema][]): void {
  const { required = [] } = schema;
  // What must be there need not have a schema.
  const properties: Readonly<Record<string, Schema>> = {
    ...Object.fromEntries(required.map((field) => [field, {}])),
    ...schema.properties,
  };
  const fields = Object.keys(properties).sort().map((field): [string, Schema] => {
    return [field, splitValue(properties[field]!, `${path}/${encodeURIComponent(field)}`, parts)];
  });
  // The server fills in what has a default before it looks for what is missing.
  const missed = required.filter((field) => properties[field]!.default === undefined);
  parts.push([path, { ...schema, properties: Object.fromEntries(fields), required: missed }]);
}

/** Simplifies a schema: what is left of an object with fields is a reference. */
function splitValue(schema: Schema, path: string, parts: [string, Schema][]): Schema {
  // Alternatives only restrict what the rest of the schema describes.
  const { oneOf: _, ...value } = withEmbedded(schema);
  const { items, additionalProperties: values } = value;
  if (Object.keys(value.properties ?? {}).length > 0) {
    const { description, nullable = false, ...object } = value;
    splitObject(object, path, parts);
    return { ...description !== undefined && { description }, nullable, $ref: `#/components/schemas/${path}` };
  }
  if (items) return { ...value, items: splitValue(items, path, parts) };
  if (typeof values === "object") return { ...value, additionalProperties: splitValue(values, path, parts) };
  const isEmpty = value.type === "object" && values === undefined && !isOpenObject(value);
  return isEmpty ? { ...value, additionalProperties: false } : value;
}

function isOpenObject(schema: Schema): boolean {
  return schema["x-kubernetes-preserve-unknown-fields"] ?? false;
}

/** Adds what an object within an object has: the server adds it, too, when it publishes the schema. */
function withEmbedded(schema: Schema): Schema {
  if (!schema["x-kubernetes-embedded-resource"]) return schema;
  return {
    ...schema,
    properties: { ...schema.properties, apiVersion: TEXT, kind: TEXT, metadata: METADATA },
    required: ["apiVersion", "kind", ...schema.required ?? []],
  };
}
