/**
 * Reads objects of the built-in kinds, and what all kinds have in common, as the API server does: into Go structs, and
 * back. `decode_custom.ts` reads the rest of custom resources, which have no structs.
 *
 * @module
 */

import { isJsonObject } from "../../base/json.ts";
import type { KindSchema } from "../../kube/schema.ts";
import { typeName } from "../patch/go_text.ts";
import type { Draft } from "../registry/served_resource.ts";
import { DecodeError } from "./decode_error.ts";
import type { FieldPlan, ObjectPlan, ValuePlan } from "./go_types.ts";
import type { Plans } from "./plans.ts";
import { decodeScalar } from "./scalar.ts";

/** An object that was read. */
export interface Decoded {
  /** The object, new, with what its Go type and the defaults of its schema add. */
  readonly draft: Draft;
  /** The paths of fields that its kind does not have; they are not in the draft. */
  readonly unknown: readonly string[];
  /** Why it cannot be read, in Go's words; then the draft is of no use. */
  readonly error?: string;
}

/** The type of what is read. */
export interface DecodedType {
  /** The name of its schema, such as `apps/v1.Deployment`. */
  readonly name: string;
  /** Its schema. */
  readonly schema: KindSchema;
}

/**
 * Reads an object.
 *
 * @param value The object, as JSON.
 * @param type Its type.
 * @param plans How types are read.
 * @param isText Whether it is read from text; otherwise it was put together from parts.
 * @returns What was read.
 */
export function decodeTyped(
  value: unknown,
  { name, schema: { schema, find } }: DecodedType,
  plans: Plans,
  isText = true,
): Decoded {
  const decoder = new Decoder(plans, find, isText);
  const unknown = decoder.unknown;
  try {
    if (!isJsonObject(value)) {
      const message = `json: ${cannot(value, "object")} Go value of type ${afterSlash(name)}`;
      throw new DecodeError(message);
    }
    return { draft: decoder.object(value, plans.objectPlan(name, find, schema)) as Draft, unknown };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { draft: {} as Draft, unknown, error: error.message };
  }
}

type Fields = Record<string, unknown>;

class Decoder {
  readonly unknown: string[] = [];
  readonly #plans: Plans;
  readonly #find: KindSchema["find"];
  readonly #isText: boolean;
  /** Where the value is: fields, keys and places in lists. */
  readonly #path: (string | number)[] = [];
  /** The fields alone: so Go names it in its errors. */
  readonly #fields: string[] = [];
  #struct = "";

  constructor(plans: Plans, find: KindSchema["find"], isText: boolean) {
    this.#plans = plans;
    this.#find = find;
    this.#isText = isText;
  }

  object(value: Fields, plan: ObjectPlan): Fields {
    const outer = this.#struct;
    this.#struct = plan.go;
    const result: Fields = {};
    for (const name in value) {
      const field = plan.fields.get(name);
      if (field === undefined) this.unknown.push(formatPath([...this.#path, name]));
      else if (value[name] !== null && value[name] !== undefined) this.#field(result, name, value[name], field);
    }
    for (const [name, { kind, absent, type }] of plan.filled) {
      if (result[name] !== undefined) continue;
      result[name] = kind === "object" && absent !== null ? this.#empty(type!) : absent;
    }
    this.#struct = outer;
    return result;
  }

  #field(result: Fields, name: string, value: unknown, field: FieldPlan): void {
    this.#fields.push(name);
    const read = this.#part(name, value, field);
    this.#fields.pop();
    // Objects are stored as protocol buffers, which do not tell an empty list from none.
    if (!isZero(read, field.kind)) result[name] = read;
    else if (!field.omitZero && typeof read !== "object") result[name] = read;
  }

  #part(key: string | number, value: unknown, plan: ValuePlan): unknown {
    this.#path.push(key);
    const read = this.#value(value, plan);
    this.#path.pop();
    return read;
  }

  #value(value: unknown, plan: ValuePlan): unknown {
    switch (plan.kind) {
      case "any":
        return value;
      case "object":
        if (value === null) return this.#empty(plan.type!);
        if (!isJsonObject(value)) return this.#refuse(value, plan);
        return this.object(value, this.#plans.objectPlan(plan.type!, this.#find));
      case "list":
        if (!Array.isArray(value)) return value === null ? null : this.#refuse(value, plan);
        return value.map((item, index) => this.#part(index, item, plan.item!));
      case "map":
        if (!isJsonObject(value)) return value === null ? null : this.#refuse(value, plan);
        return this.#map(value, plan.item!);
      default: {
        const read = this.#scalar(value, plan) ?? this.#cut(value, plan);
        return read === undefined ? this.#refuse(value, plan) : read;
      }
    }
  }

  #scalar(value: unknown, { kind, go }: ValuePlan): unknown {
    try {
      return decodeScalar(value, kind, go);
    } catch (error) {
      // Bytes are the one type that the converter leaves to the decoder of texts.
      if (!(error instanceof DecodeError) || this.#isText || kind !== "bytes") throw error;
      // deno-lint-ignore kubescript/error-message -- as the API server says it
      throw new DecodeError(`error decoding from json: ${error.message}`);
    }
  }

  /** The converter of maps to structs does not ask whether an integer fits. */
  #cut(value: unknown, { kind, go }: ValuePlan): number | undefined {
    const isCut = !this.#isText && kind === "int" && go === "int32" && Number.isInteger(value);
    return isCut ? Number(BigInt.asIntN(32, BigInt(value as number))) : undefined;
  }

  #map(value: Fields, item: ValuePlan): Fields {
    const result: Fields = {};
    for (const key in value) result[key] = this.#part(key, value[key], item);
    return result;
  }

  #empty(type: string): Fields {
    return this.object({}, this.#plans.objectPlan(type, this.#find));
  }

  #refuse(value: unknown, plan: ValuePlan): never {
    if (!this.#isText) throw new DecodeError(cannotConvert(value, plan));
    const path = [this.#struct, ...this.#fields].join(".");
    const type = plan.kind === "time" || plan.kind === "microTime" ? "string" : plan.go;
    const message = `json: ${cannot(value, plan.kind)} Go struct field ${path} of type ${type}`;
    throw new DecodeError(message);
  }
}

function formatPath(path: readonly (string | number)[]): string {
  return path.map((part, place) => typeof part === "number" ? `[${part}]` : place === 0 ? part : `.${part}`).join("");
}

function cannot(value: unknown, kind: ValuePlan["kind"]): string {
  const isTold = typeof value === "number" && (kind === "int" || kind === "intOrString") || typeof value === "bigint";
  if (isTold) return `cannot unmarshal number ${value} into`;
  const type = Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;
  return `cannot unmarshal ${type} into`;
}

/** What Go's converter of maps to structs says of a value of another type. */
function cannotConvert(value: unknown, { kind, go }: ValuePlan): string {
  const type = typeName(value);
  const goKind = Array.isArray(value) ? "slice" : typeof value === "object" ? "map" : type;
  switch (kind) {
    case "object":
      return `cannot restore struct from: ${goKind}`;
    case "list":
    case "bytes":
      return `cannot restore slice from ${goKind}`;
    case "map":
      return `cannot restore map from ${goKind}`;
    case "string":
      return type === "int64" ? `cannot convert int64 to ${go}` : "unrecognized type: string";
    case "int":
      return type === "float64" ? `cannot convert float64 to ${go}` : `unrecognized type: ${go}`;
    case "bool":
    case "number":
      return `unrecognized type: ${go}`;
    default:
      return `json: ${cannot(value, kind)} Go value of type ${go}`;
  }
}

function isZero(value: unknown, kind: ValuePlan["kind"]): boolean {
  if (typeof value === "object") {
    if (kind === "object" || kind === "any") return false;
    return value === null || (Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0);
  }
  return value === "" || value === 0 || value === false;
}

function afterSlash(text: string): string {
  return text.slice(text.indexOf("/") + 1);
}
