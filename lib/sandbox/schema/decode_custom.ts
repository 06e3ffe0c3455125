/**
 * Reads custom resources as the API server does: without a type in Go, by nothing but their structural schema, which
 * tells what is kept and what is filled in. Values of wrong types are kept, as validation judges them later. Only
 * metadata, theirs and that of the objects within them, is read as that of built-in kinds is.
 *
 * @module
 */

import { copyJson, isJsonObject } from "../../base/json.ts";
import type { Schema } from "../../kube/schema.ts";
import { invalidValue } from "../registry/field_error.ts";
import type { Draft } from "../registry/served_resource.ts";
import type { Decoded } from "./decode.ts";
import { DecodeError } from "./decode_error.ts";

/**
 * Reads a custom resource.
 *
 * @param value The object; it is not changed.
 * @param schema Its schema.
 * @param decodeMetadata Reads metadata.
 * @param isText Whether it is read from text; otherwise it was put together from parts, and `null` is no way to leave
 * out fields.
 * @returns What was read.
 */
export function decodeCustom(
  value: Fields,
  schema: Schema,
  decodeMetadata: (value: unknown) => Decoded,
  isText = true,
): Decoded {
  const decoder = new CustomDecoder(decodeMetadata, isText);
  try {
    const { apiVersion, kind, metadata, ...rest } = value;
    const own = metadata === undefined ? {} : { metadata: decoder.metadata(metadata, "metadata") };
    const unknown = decoder.foreign.splice(0).sort();
    const draft = { apiVersion, kind, ...own, ...decoder.object(rest, schema) } as Draft;
    return { draft, unknown: [...unknown, ...decoder.pruned.sort(), ...decoder.foreign.sort()] };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { draft: {} as Draft, unknown: [], error: error.message };
  }
}

type Fields = Record<string, unknown>;

/** The name of a field, a place in a list, or a key of a map. */
type Step = string | number | { readonly key: string };

class CustomDecoder {
  /** The paths of fields that no schema knows. */
  readonly pruned: string[] = [];
  /** The paths of fields that metadata does not have. */
  readonly foreign: string[] = [];
  readonly #decodeMetadata: (value: unknown) => Decoded;
  readonly #isText: boolean;
  readonly #path: Step[] = [];

  constructor(decodeMetadata: (value: unknown) => Decoded, isText: boolean) {
    this.#decodeMetadata = decodeMetadata;
    this.#isText = isText;
  }

  metadata(value: unknown, path: string, fault = (why: string) => why): unknown {
    const { draft, unknown, error } = this.#decodeMetadata(value ?? {});
    if (error !== undefined) throw new DecodeError(fault(error));
    for (const field of unknown) this.foreign.push(`${path}.${field}`);
    return draft;
  }

  object(value: Fields, schema: Schema, isOpen = keepsUnknown(schema)): Fields {
    const { properties = {}, additionalProperties: values, "x-kubernetes-embedded-resource": isEmbedded } = schema;
    const result: Fields = {};
    for (const name of Object.keys(value)) {
      const part = value[name];
      const isField = Object.hasOwn(properties, name);
      const field = isField ? properties[name] : typeof values === "object" ? values : undefined;
      if (part === null && this.#isText && field && !field.nullable && !hasDefault(field)) continue;
      if (isEmbedded && META_FIELDS.has(name)) result[name] = this.#metaField(name, part);
      else if (isField) result[name] = this.#part(name, part, field);
      else if (values !== undefined) result[name] = this.#part({ key: name }, part, field);
      else if (isOpen) result[name] = copyJson(part);
      else this.pruned.push(unknownPath([...this.#path, name]));
    }
    for (const name in properties) {
      const field = properties[name]!;
      if (hasDefault(field) && !Object.hasOwn(result, name)) result[name] = this.#part(name, field.default, field);
    }
    return result;
  }

  #part(step: Step, value: unknown, schema: Schema | undefined, isInOpen = false): unknown {
    if (typeof value !== "object") return value;
    this.#path.push(step);
    const read = this.#value(value, schema, isInOpen || keepsUnknown(schema));
    this.#path.pop();
    return read;
  }

  #value(value: unknown, schema: Schema | undefined, isOpen: boolean): unknown {
    if (value === null) {
      return schema && !schema.nullable && hasDefault(schema) ? this.#value(schema.default, schema, isOpen) : null;
    }
    if (isJsonObject(value)) return this.object(value, schema ?? {}, isOpen);
    if (!Array.isArray(value)) return value;
    const items = schema?.items;
    if (isOpen && items === undefined) return copyJson(value);
    // What is open is so in lists of lists.
    return value.map((item, index) => this.#part(index, item, items, isOpen));
  }

  /** Reads what objects within objects have in common with all others. */
  #metaField(name: string, value: unknown): unknown {
    const path = fieldPath([...this.#path, name]);
    const fault = (why: string) => `${path}: ${invalidValue(path, value, why).message}`;
    if (name === "metadata") return this.metadata(value, path, fault);
    if (typeof value !== "string") throw new DecodeError(fault("must be a string"));
    return value;
  }
}

const META_FIELDS: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata"]);

function keepsUnknown(schema: Schema | undefined): boolean {
  return schema?.["x-kubernetes-preserve-unknown-fields"] ?? false;
}

function hasDefault({ default: value }: Schema): boolean {
  return value !== undefined && value !== null;
}

/** Unknown fields are named by another path than values that are not valid. */
function unknownPath(path: readonly Step[]): string {
  return fieldPath(path.map((step) => typeof step === "object" ? step.key : step));
}

function fieldPath(path: readonly Step[]): string {
  return path.map((step, place) => {
    if (typeof step === "string") return place === 0 ? step : `.${step}`;
    return `[${typeof step === "object" ? step.key : step}]`;
  }).join("");
}
