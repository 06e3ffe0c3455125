/**
 * Judges the objects within custom resources: what they are, and their metadata.
 *
 * @module
 */

import { isJsonObject } from "../../base/json.ts";
import type { ObjectMeta } from "../../kube/object.ts";
import { pathSegmentFaults } from "../builtin/checks.ts";
import { invalidValue, required } from "../registry/field_error.ts";
import type { FieldError } from "../registry/served_resource.ts";
import { validateMetadata } from "../registry/validate_metadata.ts";
import type { CustomSchema } from "./definition.ts";
import { validateKind } from "./validate_definition.ts";

/**
 * Judges the objects within a value.
 *
 * @param value The value.
 * @param schema Its schema.
 * @param path Where it stands.
 * @returns What is wrong with them.
 */
export function validateEmbedded(value: unknown, schema: CustomSchema, path: string): FieldError[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.flatMap((item, i) => validateEmbedded(item, items, `${path}[${i}]`)) : [];
  }
  if (!isJsonObject(value)) return [];
  const { properties, additionalProperties: values } = schema;
  const below = Object.keys(value).flatMap((name) => {
    const field = properties?.[name];
    if (field) return validateEmbedded(value[name], field, path === "" ? name : `${path}.${name}`);
    return typeof values === "object" ? validateEmbedded(value[name], values, `${path}[${name}]`) : [];
  });
  return schema["x-kubernetes-embedded-resource"] ? [...validateObject(value, path), ...below] : below;
}

function validateObject(object: Readonly<Record<string, unknown>>, path: string): FieldError[] {
  return [
    ...validateText(object, "apiVersion", path, (field, apiVersion) => {
      if (apiVersion.split("/").length <= 2) return [];
      return [invalidValue(field, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)];
    }),
    ...validateText(object, "kind", path, validateKind),
    ...isJsonObject(object.metadata) ? validateOwnMetadata(object.metadata, path) : [],
  ];
}

function validateText(
  object: Readonly<Record<string, unknown>>,
  name: string,
  path: string,
  judge: (field: string, value: string) => FieldError[],
): FieldError[] {
  const field = `${path}.${name}`;
  const value = object[name];
  if (value === undefined) return [required(field)];
  return value === "" ? [invalidValue(field, value, "must not be empty")] : judge(field, value as string);
}

/** The object may be without a name, and anywhere. */
function validateOwnMetadata(metadata: ObjectMeta, path: string): FieldError[] {
  const named = { ...metadata, name: metadata.name ?? "name" };
  return validateMetadata(named, metadata.namespace !== undefined, pathSegmentFaults)
    .map((error) => ({ ...error, field: `${path}.${error.field}` }));
}
