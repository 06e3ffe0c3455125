/**
 * The versions of the kinds that the tests of field managers and patches write.
 *
 * @module
 */

import { isJsonObject } from "../../base/json.ts";
import { parseYamlDocuments } from "../../base/yaml.ts";
import { loadBuiltInSchemas, loadMetadataSchema, OBJECT_META_SCHEMA } from "../../kinds/schemas.ts";
import { parseApiVersion } from "../../kube/resource_type.ts";
import type { KindSchema, Schema } from "../../kube/schema.ts";
import type { Versions } from "./updater.ts";

/**
 * Loads the schema of a kind.
 *
 * @param apiVersion Group and version.
 * @param kind The kind; `Gadget` is that of the cases.
 * @returns The schema.
 */
export async function loadSchema(apiVersion: string, kind: string): Promise<KindSchema> {
  if (kind !== "Gadget") {
    const { group, version } = parseApiVersion(apiVersion);
    return (await loadBuiltInSchemas(group, version))!(kind)!;
  }
  const text = await Deno.readTextFile(new URL("_cases/gadget.yaml", import.meta.url));
  // deno-lint-ignore no-explicit-any -- the file is a CustomResourceDefinition
  const { openAPIV3Schema } = (parseYamlDocuments(text)[0]!.value as any).spec.versions[0].schema;
  const type: Schema = { type: "string" };
  const properties = {
    apiVersion: type,
    kind: type,
    metadata: { $ref: OBJECT_META_SCHEMA },
    ...openAPIV3Schema.properties,
  };
  return { schema: { type: "object", properties }, find: await loadMetadataSchema() };
}

/**
 * Makes versions of a kind that differ in nothing but their names.
 *
 * @param schema The schema.
 * @param served The versions.
 * @returns The versions.
 */
export function sameVersions(schema: KindSchema, served: readonly string[]): Versions {
  return {
    schema: (apiVersion) => served.includes(apiVersion) ? schema : undefined,
    convert: (object, apiVersion) => ({ ...object, apiVersion }),
  };
}

/**
 * Does to a value what the server does when it stores a Gadget: drops nulls where there can be none, and fills in
 * defaults.
 *
 * @param value The value.
 * @param schema Its schema.
 * @returns The stored value.
 */
export function stored(value: unknown, schema: Schema): unknown {
  if (Array.isArray(value)) return value.map((item) => stored(item, schema.items ?? {}));
  if (!isJsonObject(value)) return value;
  const { properties = {}, additionalProperties } = schema;
  const result: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) {
    const below = properties[name] ?? (isJsonObject(additionalProperties) ? additionalProperties as Schema : undefined);
    if (field !== null || below === undefined || below.nullable) result[name] = stored(field, below ?? {});
  }
  for (const [name, { default: value }] of Object.entries(properties)) {
    if (value !== undefined) result[name] ??= value;
  }
  return result;
}
