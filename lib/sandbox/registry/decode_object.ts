/**
 * Reads objects as clients send them: a new object with nothing but the fields of the schema, complete with defaults.
 *
 * @module
 */

import { isJsonObject } from "../../base/json.ts";
import type { KubeObject } from "../../kube/object.ts";
import type { Draft } from "./served_resource.ts";
import type { Shape } from "./shape.ts";

/** What came of an object. */
export interface DecodedObject {
  /** The new object. */
  readonly draft: Draft;
  /** The fields that the schema does not know, such as `spec.containers[0].imagee`; they are not in the object. */
  readonly unknown: readonly string[];
  /** Why it cannot be read, in Go's words. */
  readonly error?: string;
}

/** A value of a wrong type, in the words of Go. */
class WrongType extends Error {}

/**
 * Reads an object.
 *
 * @param value The object as it was sent; it is not changed.
 * @param shape What its schema allows.
 * @param isCustom Whether a CustomResourceDefinition defines the schema: then values of wrong types are kept, as they
 * are judged later, and `null` and empty values stay what they are.
 * @param isApplied Whether it comes from an apply: then `null` is no way to leave out fields of custom resources.
 * @returns The new object and what was found out.
 */
export function decodeObject(value: KubeObject, shape: Shape, isCustom: boolean, isApplied = false): DecodedObject {
  const decoder = new Decoder(isCustom, isApplied);
  const { unknown } = decoder;
  try {
    return { draft: decoder.object(value as Draft, shape) as Draft, unknown };
  } catch (error) {
    if (!(error instanceof WrongType)) throw error;
    return { draft: value as Draft, unknown, error: error.message };
  }
}

/** What is as good as not there. */
const DROPPED: unique symbol = Symbol("dropped");

class Decoder {
  readonly unknown: string[] = [];
  readonly #isCustom: boolean;
  readonly #isApplied: boolean;
  /** Where we are: fields, keys and indexes. */
  readonly #path: (string | number)[] = [];
  /** The structs around, and the fields of them that led here. */
  readonly #structs: Shape[] = [];
  readonly #fields: string[] = [];

  constructor(isCustom: boolean, isApplied: boolean) {
    this.#isCustom = isCustom;
    this.#isApplied = isApplied;
  }

  object(value: Record<string, unknown>, shape: Shape): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    this.#structs.push(shape);
    for (const name of Object.keys(value)) {
      this.#path.push(name);
      this.#fields.push(name);
      const decoded = this.#field(value[name], shape, name);
      if (decoded !== DROPPED) object[name] = decoded;
      this.#fields.pop();
      this.#path.pop();
    }
    for (const [name, field] of shape.defaulted) {
      if (!Object.hasOwn(object, name)) object[name] = this.#value(field.default, field);
    }
    this.#structs.pop();
    return object;
  }

  #field(value: unknown, shape: Shape, name: string): unknown {
    const field = shape.fields.get(name);
    if (field !== undefined) {
      const decoded = this.#value(value, field);
      return this.#isGo() && !shape.required.has(name) && isEmpty(decoded, field) ? DROPPED : decoded;
    }
    if (shape.keepsUnknown) return copyJson(value);
    this.unknown.push(formatPath(this.#path));
    return DROPPED;
  }

  #value(value: unknown, shape: Shape): unknown {
    if (value === null) return this.#null(shape);
    switch (shape.type) {
      case "any":
        return copyJson(value);
      case "object":
        return isJsonObject(value) ? this.object(value, shape) : this.#wrong(value, shape);
      case "map":
        return isJsonObject(value) ? this.#map(value, shape.items) : this.#wrong(value, shape);
      case "array":
        return Array.isArray(value)
          ? value.map((item, i) => {
            const decoded = this.#item(item, i, shape.items);
            return decoded === DROPPED ? null : decoded;
          })
          : this.#wrong(value, shape);
      case "integer":
        return isInteger(value, shape.format) ? value : this.#wrong(value, shape);
      case "number":
        return typeof value === "number" || typeof value === "bigint" ? value : this.#wrong(value, shape);
      case "string":
        return typeof value === "string" ? value : this.#wrong(value, shape);
      case "boolean":
        return typeof value === "boolean" ? value : this.#wrong(value, shape);
    }
  }

  #map(value: Record<string, unknown>, items: Shape): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    for (const key of Object.keys(value)) {
      const item = this.#item(value[key], key, items);
      if (item !== DROPPED) map[key] = item;
    }
    return map;
  }

  #item(value: unknown, key: string | number, shape: Shape): unknown {
    this.#path.push(key);
    const decoded = this.#value(value, shape);
    this.#path.pop();
    if (decoded !== DROPPED) return decoded;
    return this.#isGo() ? zeroOf(shape) : shape.default === undefined ? DROPPED : this.#value(shape.default, shape);
  }

  #null(shape: Shape): unknown {
    if (this.#isGo()) return shape.type === "any" && shape.keepsUnknown ? null : DROPPED;
    return shape.nullable || this.#isApplied && shape.default === undefined ? null : DROPPED;
  }

  #wrong(value: unknown, shape: Shape): unknown {
    if (!this.#isGo()) return copyJson(value);
    const field = `${this.#structs.at(-1)!.goStruct}.${this.#fields.join(".")}`;
    throw new WrongType(
      `json: cannot unmarshal ${nameOf(value, shape)} into Go struct field ${field} of type ${shape.goType}`,
    );
  }

  /** Whether the server reads this part into Go's structs; of custom resources only the metadata. */
  #isGo(): boolean {
    return !this.#isCustom || this.#path[0] === "metadata";
  }
}

/**
 * Copies a JSON value.
 *
 * @param value The value.
 * @returns A value of its own.
 */
export function copyJson<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copyJson) as T;
  if (!isJsonObject(value)) return value;
  const object: Record<string, unknown> = {};
  for (const name of Object.keys(value)) object[name] = copyJson(value[name]);
  return object as T;
}

/** Whether Go leaves it out when it writes JSON, unless the field must be there. */
function isEmpty(value: unknown, { type }: Shape): boolean {
  if (type === "array") return Array.isArray(value) && value.length === 0;
  return type === "map" && isJsonObject(value) && Object.keys(value).length === 0;
}

function isInteger(value: unknown, format: string | undefined): boolean {
  if (typeof value === "bigint") return format !== "int32" && BigInt.asIntN(64, value) === value;
  return Number.isInteger(value) && (format !== "int32" || (value as number | 0) === value);
}

function zeroOf({ type }: Shape): unknown {
  const zeros: Partial<Record<Shape["type"], unknown>> = {
    string: "",
    integer: 0,
    number: 0,
    boolean: false,
    object: {},
  };
  return zeros[type] ?? null;
}

function nameOf(value: unknown, { type }: Shape): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  if (typeof value !== "number" && typeof value !== "bigint") return typeof value;
  return type === "integer" ? `number ${value}` : "number";
}

function formatPath(path: readonly (string | number)[]): string {
  return path.map((part, i) => typeof part === "number" ? `[${part}]` : i === 0 ? part : `.${part}`).join("");
}
