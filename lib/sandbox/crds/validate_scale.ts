/**
 * Judges what the subresource `scale` of custom resources shows.
 *
 * @module
 */

import { isJsonObject } from "../../base/json.ts";
import { invalidValue } from "../registry/field_error.ts";
import type { FieldError, ScalePaths } from "../registry/served_resource.ts";

/**
 * Judges the numbers of replicas.
 *
 * @param object The object.
 * @param scale Where they are.
 * @returns What is wrong with them.
 */
export function validateScale(object: unknown, scale: ScalePaths | undefined): FieldError[] {
  if (!scale) return [];
  return [scale.specReplicasPath, scale.statusReplicasPath].flatMap((path) => {
    const { value, fault } = find(object, path);
    if (fault) return [invalidValue(path, 0, fault)];
    if (typeof value !== "number" && typeof value !== "bigint") return [];
    if (value < 0) return [invalidValue(path, value, "should be a non-negative integer")];
    return value < 2 ** 31 ? [] : [invalidValue(path, value, `should be less than or equal to ${2 ** 31 - 1}`)];
  });
}

function find(object: unknown, path: string): { readonly value?: unknown; readonly fault?: string } {
  let value = object;
  for (const step of path.slice(1).split(".")) {
    if (!isJsonObject(value)) return { fault: accessorError(path, value, "map[string]interface{}") };
    if (!Object.hasOwn(value, step)) return {};
    value = value[step];
  }
  const isInteger = typeof value === "bigint" || Number.isInteger(value);
  return isInteger ? { value } : { fault: accessorError(path, value, "int64") };
}

function accessorError(path: string, value: unknown, expected: string): string {
  const shown = Array.isArray(value) ? `[${value.join(" ")}]` : value === null ? "<nil>" : String(value);
  return `${path} accessor error: ${shown} is of the type ${goType(value)}, expected ${expected}`;
}

function goType(value: unknown): string {
  if (value === null) return "<nil>";
  if (Array.isArray(value)) return "[]interface {}";
  if (isJsonObject(value)) return "map[string]interface {}";
  if (typeof value === "boolean") return "bool";
  return typeof value === "string" ? "string" : Number.isInteger(value) ? "int64" : "float64";
}
