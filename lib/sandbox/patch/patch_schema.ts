/**
 * What a schema tells about strategic merge patches.
 *
 * @module
 */

import { isJsonObject } from "../../base/json.ts";
import { dereference, type FindSchema, referenceOf, type Schema, valuesOf } from "../../kube/schema.ts";
import { PatchError } from "./patch_error.ts";

/** The schema of an object or a map that is patched. */
export class MapSchema {
  readonly #schema: Schema;
  readonly #find: FindSchema;
  readonly #name: string;

  /**
   * Makes the schema.
   *
   * @param schema The schema.
   * @param find Finds what it refers to.
   */
  constructor(schema: Schema, find: FindSchema) {
    this.#schema = dereference(schema, find);
    this.#find = find;
    this.#name = referenceOf(schema)?.split(".").at(-1) ?? "";
  }

  /**
   * Finds how a field that is an object or a map is patched.
   *
   * @param name The field.
   * @returns Its strategy and its schema.
   * @throws {PatchError} If there is no such field.
   */
  ofMap(name: string): { strategy: string; below: MapSchema } {
    const field = this.#field(name);
    return { strategy: strategyOf(field), below: new MapSchema(field, this.#find) };
  }

  /**
   * Finds how a field that is a list is patched.
   *
   * @param name The field.
   * @returns Its strategy, the field by which its items are known, and the schema of its items.
   * @throws {PatchError} If there is no such field.
   */
  ofList(name: string): { strategy: string; mergeKey: string; below: MapSchema } {
    const field = this.#field(name);
    const mergeKey = field["x-kubernetes-patch-merge-key"] ?? "";
    return { strategy: strategyOf(field), mergeKey, below: new MapSchema(field.items ?? {}, this.#find) };
  }

  #field(name: string): Schema {
    const { properties } = this.#schema;
    if (properties === undefined) return valuesOf(this.#schema) ?? {};
    if (Object.hasOwn(properties, name)) return properties[name]!;
    throw new PatchError(500, `unable to find api field in struct ${this.#name} for the json field "${name}"`);
  }
}

/**
 * Tells what a value is to a patch.
 *
 * @param value The value.
 * @returns Its shape; scalars are of one shape, as one takes the place of another.
 */
export function shapeOf(value: unknown): "list" | "map" | "scalar" {
  return Array.isArray(value) ? "list" : isJsonObject(value) ? "map" : "scalar";
}

/**
 * Drops the fields that are `null`, which would remove what is not there.
 *
 * @param value A part of a patch.
 * @returns The part without them.
 */
export function discardNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(discardNulls);
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).filter(([, field]) => field !== null);
  return Object.fromEntries(entries.map(([name, field]) => [name, discardNulls(field)]));
}

/**
 * Drops the objects that are directives.
 *
 * @param value A part of a patch.
 * @returns What is left of it; `undefined` if it is a directive itself.
 */
export function removeDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(removeDirectives).filter((item) => item !== undefined);
  if (!isJsonObject(value)) return value;
  if (Object.hasOwn(value, "$patch")) return undefined;
  const entries = Object.entries(value).map(([name, field]) => [name, removeDirectives(field)] as const);
  return Object.fromEntries(entries.filter(([, field]) => field !== undefined));
}

function strategyOf(field: Schema): string {
  const strategies = field["x-kubernetes-patch-strategy"]?.split(",") ?? [];
  return strategies.find((strategy) => strategy !== "retainKeys") ?? "";
}
