/**
 * Finds items of custom resources that are there twice, in lists that are sets or maps.
 *
 * @module
 */

import { isJsonObject, stringifyJson } from "../../base/json.ts";
import { duplicate, invalidValue } from "../registry/field_error.ts";
import type { FieldError } from "../registry/served_resource.ts";
import type { CustomSchema } from "./definition.ts";

/**
 * Finds what is there twice.
 *
 * @param value The value.
 * @param schema Its schema.
 * @param path Where it stands.
 * @returns What is there twice.
 */
export function validateLists(value: unknown, schema: CustomSchema, path: string): FieldError[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    const below = items ? value.flatMap((item, i) => validateLists(item, items, `${path}[${i}]`)) : [];
    return [...duplicatesIn(value, schema, path), ...below];
  }
  if (!isJsonObject(value)) return [];
  return Object.keys(value).flatMap((name) => {
    const field = schema.properties?.[name];
    if (field) return validateLists(value[name], field, path === "" ? name : `${path}.${name}`);
    const { additionalProperties: values } = schema;
    return typeof values === "object" ? validateLists(value[name], values, `${path}[${name}]`) : [];
  });
}

function duplicatesIn(list: readonly unknown[], schema: CustomSchema, path: string): FieldError[] {
  const type = schema["x-kubernetes-list-type"];
  if (type !== "set" && type !== "map") return [];
  const names = schema["x-kubernetes-list-map-keys"] ?? [];
  const odd = type === "map" ? list.findIndex((item) => item !== null && !isJsonObject(item)) : -1;
  if (odd >= 0) return [invalidValue(`${path}[${odd}]`, list[odd], "must be an object for an array of list-type map")];
  const seen = new Map<string, number>();
  return list.flatMap((item, i) => {
    const key = type === "set" ? item : keyOf(item, names);
    const text = stringifyJson(key);
    const times = seen.get(text) ?? 0;
    seen.set(text, times + 1);
    return times === 1 ? [duplicate(`${path}[${i}]`, key)] : [];
  });
}

function keyOf(item: unknown, names: readonly string[]): unknown {
  if (!isJsonObject(item)) return {};
  return Object.fromEntries(names.filter((name) => Object.hasOwn(item, name)).map((name) => [name, item[name]]));
}
