/**
 * Random edits of JSON objects, the same for the same seed.
 *
 * @module
 */
import { isJsonObject } from "../../lib/base/json.ts";
import type { FieldPath } from "../../lib/kube/desired_object.ts";

/** One edit of an object. */
export interface Edit {
  /** What is done, such as `reverse`. */
  readonly what: string;
  /** Where. */
  readonly path: FieldPath;
  /** The new value; the field is removed if there is none. */
  readonly value?: unknown;
}

/** Random choices that are the same for the same seed. */
export class Random {
  #state: number;

  /**
   * Starts a sequence of choices.
   *
   * @param seed Where it starts.
   */
  constructor(seed: number) {
    this.#state = seed;
  }

  /**
   * Chooses a number.
   *
   * @param limit The number that is just too large.
   * @returns A whole number from 0.
   */
  below(limit: number): number {
    // Mulberry32.
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  /**
   * Chooses one of several.
   *
   * @param items What to choose from; not empty.
   * @returns The choice.
   */
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}

const UNTOUCHED: ReadonlySet<string> = new Set(["apiVersion", "kind", "status"]);
const UNTOUCHED_METADATA: ReadonlySet<string> = new Set([
  "creationTimestamp",
  "generation",
  "managedFields",
  "name",
  "namespace",
  "resourceVersion",
  "uid",
]);

/**
 * Makes up an edit of an object. Its type, name and bookkeeping, and its status, stay as they are.
 *
 * @param random Chooses.
 * @param object The object.
 * @returns The edit; it may well break the object.
 */
export function randomEdit(random: Random, object: object): Edit {
  const nodes = [...nodesOf(object, [])];
  // An object without any field of its own can at least get an annotation.
  const { path, value } = nodes.length > 0 ? random.pick(nodes) : { path: ["metadata", "annotations"], value: {} };
  return { path, ...random.pick(editsOf(random, value)) };
}

interface Node {
  readonly path: FieldPath;
  readonly value: unknown;
}

function* nodesOf(value: unknown, path: FieldPath): Generator<Node> {
  if (path.length > 1 || (path.length === 1 && path[0] !== "metadata")) yield { path, value };
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* nodesOf(item, [...path, index]);
  } else if (isJsonObject(value)) {
    for (const key of Object.keys(value)) {
      if (path.length === 0 && UNTOUCHED.has(key)) continue;
      if (path.length === 1 && path[0] === "metadata" && UNTOUCHED_METADATA.has(key)) continue;
      yield* nodesOf(value[key], [...path, key]);
    }
  }
}

function editsOf(random: Random, value: unknown): Omit<Edit, "path">[] {
  const removals = [{ what: "remove" }, { what: "null", value: null }];
  if (Array.isArray(value)) {
    const index = random.below(value.length);
    return [
      ...removals,
      { what: "empty", value: [] },
      { what: "reverse", value: value.toReversed() },
      { what: "remove item", value: value.toSpliced(index, 1) },
      { what: "append", value: [...value, variantOf(value[index])] },
      { what: "prepend", value: [variantOf(value[index]), ...value] },
    ];
  }
  if (isJsonObject(value)) {
    return [...removals, { what: "empty", value: {} }, { what: "add", value: { ...value, extra: "extra" } }];
  }
  const zero = typeof value === "string" ? "" : typeof value === "number" ? 0 : false;
  return [
    ...removals,
    { what: "zero", value: zero },
    { what: "change", value: variantOf(value) },
    { what: "respell", value: respell(value) },
  ];
}

function variantOf(value: unknown): unknown {
  if (typeof value === "number") return value + 1;
  if (typeof value === "boolean") return !value;
  if (typeof value === "string") return `${value}x`;
  if (!isJsonObject(value)) return value ?? "extra";
  // Another name makes it another item of a list.
  const field = ["name", "key", "containerPort", "port", "mountPath", "type"].find((name) => value[name] !== undefined);
  return field === undefined ? value : { ...value, [field]: variantOf(value[field]) };
}

/** Writes a quantity in another way, if it is one. */
function respell(value: unknown): unknown {
  const [, digits, suffix] = /^(\d+)(m|Ki|Mi|Gi|)$/.exec(String(value)) ?? [];
  if (digits === undefined) return value;
  const number = Number(digits);
  switch (suffix) {
    case "m":
      return number / 1000;
    case "":
      return typeof value === "number" ? String(value) : `${number * 1000}m`;
    case "Ki":
      return String(number * 1024);
    default:
      return `${number * 1024}${suffix === "Mi" ? "Ki" : "Mi"}`;
  }
}
