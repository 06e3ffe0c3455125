/**
 * Reads the messages of built-in kinds as what the same clients would have written in JSON.
 *
 * @module
 */

import { parseJson } from "../../base/json.ts";
import type { FindSchema } from "../../kube/schema.ts";
import type { ObjectPlan, ValuePlan } from "../schema/go_types.ts";
import type { Plans } from "../schema/plans.ts";
import { bytesOf, findField, malformed, numberOf, readFields, type WireValue } from "./wire.ts";

type Fields = Record<string, unknown>;

/** What a value is. */
interface Shape {
  readonly kind: ValuePlan["kind"] | "either";
  readonly go?: string;
  readonly type?: string;
  readonly item?: Shape;
  /** Of `either`, the two things that it can be; the second one counts if there are both. */
  readonly parts?: readonly [Shape, Shape];
  readonly omitZero?: boolean;
}

/** A field of a message, or the fields of another message that stand in its place in JSON. */
type Member = { readonly name: string; readonly shape: Shape } | Members;
type Members = ReadonlyMap<number, Member>;

/** The fields of all types in the order of their numbers, as `protobuf_fields.json` lists them. */
export type FieldNumbers = Readonly<Record<string, string>>;

/** Reads messages. */
export class MessageDecoder {
  readonly #plans: Plans;
  readonly #numbers: FieldNumbers;
  readonly #members = new Map<string, Members>();
  readonly #text = new TextDecoder();

  /**
   * @param plans How the types are read.
   * @param numbers The numbers of their fields.
   */
  constructor(plans: Plans, numbers: FieldNumbers) {
    this.#plans = plans;
    this.#numbers = numbers;
  }

  /**
   * Reads a message.
   *
   * @param message The message.
   * @param type The name of its schema, such as `apps/v1.Deployment`.
   * @param find Finds schemas.
   * @returns The object, without `apiVersion` and `kind`.
   * @throws {DecodeError} If the message is none of this type.
   */
  decode(message: Uint8Array, type: string, find: FindSchema): Fields {
    let members = this.#members.get(type);
    if (members === undefined) {
      members = membersOf(type, type, this.#plans.objectPlan(type, find), this.#numbers);
      this.#members.set(type, members);
    }
    return this.#read(message, members, find, {});
  }

  #read(message: Uint8Array, members: Members, find: FindSchema, result: Fields): Fields {
    for (const [number, value] of readFields(message)) {
      const member = members.get(number);
      if (member === undefined) continue;
      if ("name" in member) this.#readField(result, member.name, value, member.shape, find);
      else this.#read(bytesOf(value), member, find, result);
    }
    return result;
  }

  #readField(result: Fields, name: string, value: WireValue, shape: Shape, find: FindSchema): void {
    if (shape.kind === "list") {
      ((result[name] ??= []) as unknown[]).push(this.#value(value, shape.item!, find));
    } else if (shape.kind === "map") {
      const entry = bytesOf(value);
      const map = (result[name] ??= {}) as Fields;
      map[this.#textOf(findField(entry, 1))] = this.#value(findField(entry, 2) ?? EMPTY, shape.item!, find);
    } else {
      const read = this.#value(value, shape, find);
      // Other messages than those of JSON say of each field that is no pointer that it is zero.
      if (read !== null && !(shape.omitZero && (read === "" || read === 0 || read === false))) result[name] = read;
    }
  }

  #value(value: WireValue, shape: Shape, find: FindSchema): unknown {
    switch (shape.kind) {
      case "bool":
        return numberOf(value) !== 0;
      case "int":
      case "number":
        return numberOf(value);
      case "string":
        return this.#textOf(value);
      case "bytes":
        return bytesOf(value).toBase64();
      case "quantity":
        return this.#textOf(findField(bytesOf(value), 1)) || "0";
      case "intOrString":
        return this.#intOrString(bytesOf(value));
      case "time":
      case "microTime":
        return timeOf(bytesOf(value), shape.kind === "microTime");
      case "any": {
        const json = this.#textOf(findField(bytesOf(value), 1));
        if (json !== "") return parseJson(json);
        // An empty message is that of a type without fields, or of any value that is not there.
        return shape.go === "map[string]interface {}" ? {} : null;
      }
      case "object":
        return this.decode(bytesOf(value), shape.type!, find);
      case "either": {
        const members = new Map(shape.parts!.map((shape, index) => [index + 1, { name: `${index}`, shape }]));
        return Object.values(this.#read(bytesOf(value), members, find, {})).at(-1) ?? null;
      }
      default: {
        // A list in a map is a message.
        const { list = [] } = this.#read(bytesOf(value), new Map([[1, { name: "list", shape }]]), find, {});
        return list;
      }
    }
  }

  #intOrString(message: Uint8Array): unknown {
    const isText = numberOf(findField(message, 1) ?? 0) === 1;
    return isText ? this.#textOf(findField(message, 3)) : numberOf(findField(message, 2) ?? 0);
  }

  #textOf(value: WireValue | undefined): string {
    return value === undefined ? "" : this.#text.decode(bytesOf(value));
  }
}

const EMPTY: Uint8Array = new Uint8Array();

const JSON_SCHEMA_TYPE = "apiextensions/v1.JSONSchemaProps";
const JSON_SCHEMA: Shape = { kind: "object", type: JSON_SCHEMA_TYPE };
const SCHEMA_OR_BOOL: Shape = { kind: "either", parts: [{ kind: "bool" }, JSON_SCHEMA] };

/** Fields of which schemas do not tell what they are. */
const SHAPES: Readonly<Record<string, Shape>> = {
  additionalItems: SCHEMA_OR_BOOL,
  additionalProperties: SCHEMA_OR_BOOL,
  items: { kind: "either", parts: [JSON_SCHEMA, { kind: "list", item: JSON_SCHEMA }] },
  dependencies: {
    kind: "map",
    item: { kind: "either", parts: [JSON_SCHEMA, { kind: "list", item: { kind: "string" } }] },
  },
};

/** Lists the fields of a message, which may be a part of the object of another type. */
function membersOf(message: string, type: string, plan: ObjectPlan, numbers: FieldNumbers): Members {
  const members = new Map<number, Member>();
  let number = 0;
  for (const word of numbers[message]?.split(" ") ?? []) {
    if (/^\d/.test(word)) {
      number = Number(word) - 1;
      continue;
    }
    number++;
    const shape: Shape | undefined = (type === JSON_SCHEMA_TYPE && SHAPES[word]) || plan.fields.get(word);
    if (word.startsWith("*")) members.set(number, membersOf(word.slice(1), type, plan, numbers));
    else if (shape !== undefined) members.set(number, { name: word, shape });
  }
  return members;
}

/** An empty timestamp is no time. */
function timeOf(message: Uint8Array, isMicro: boolean): string | null {
  if (message.length === 0) return null;
  const date = new Date(Number(numberOf(findField(message, 1) ?? 0)) * 1_000);
  if (Number.isNaN(date.getTime())) malformed("proto: time is out of range");
  const seconds = date.toISOString().slice(0, 19);
  if (!isMicro) return `${seconds}Z`;
  const micros = Math.trunc(Number(numberOf(findField(message, 2) ?? 0)) / 1_000);
  return `${seconds}.${String(micros).padStart(6, "0")}Z`;
}
