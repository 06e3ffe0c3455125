/**
 * JSON patches (RFC 6902) as the API server applies them: an index may be negative and count from the end, and `replace`
 * adds a field that is not there.
 *
 * @module
 */

import { isJsonObject, jsonEquals } from "../../base/json.ts";
import type { PatchOperation } from "../../kube/patch.ts";
import { cannotDecode, PatchError, rejected } from "./patch_error.ts";

const MAX_OPERATIONS = 10_000;

type Holder = Record<string, unknown> | unknown[];

/**
 * Applies a JSON patch.
 *
 * @param document The document; it is not changed.
 * @param operations The operations.
 * @returns The patched document, which shares what the patch does not touch.
 * @throws {PatchError} If the patch is none, or an operation does not apply.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual, throws } from "node:assert/strict";
 *
 * deepStrictEqual(applyJsonPatch({ a: [1, 2] }, [{ op: "add", path: "/a/-", value: 3 }]), { a: [1, 2, 3] });
 * throws(() => applyJsonPatch({ a: 1 }, [{ op: "test", path: "/a", value: 2 }]), /the server rejected our request/);
 * ```
 */
export function applyJsonPatch(document: unknown, operations: unknown): unknown {
  if (operations === null) return document;
  if (!Array.isArray(operations)) throw cannotDecode(operations, "[]handlers.jsonPatchOp", "error decoding patch: ");
  const other = operations.find((operation) => !isJsonObject(operation));
  if (other !== undefined) throw cannotDecode(other, "handlers.jsonPatchOp", "error decoding patch: ");
  if (operations.length > MAX_OPERATIONS) {
    const limit = `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${operations.length}`;
    throw new PatchError(413, limit);
  }
  const patched = new JsonDocument(document);
  for (const operation of operations) patched.apply(operation);
  return patched.root;
}

class JsonDocument {
  root: unknown;
  // What was copied already belongs to this document and can be changed in place.
  readonly #own = new Set<object>();

  constructor(root: unknown) {
    this.root = root;
  }

  apply({ op, path, from, value = null }: Partial<PatchOperation>): void {
    switch (op) {
      case "add":
        return insert(...this.#find(path), value);
      case "remove":
        return remove(...this.#find(path));
      case "replace":
        return this.#replace(path, value);
      case "move": {
        const source = this.#find(from);
        const moved = read(...source);
        remove(...source);
        return insert(...this.#find(path), moved ?? null);
      }
      case "copy": {
        const copied = read(...this.#find(from));
        // The value is in two places from now on, neither of which may be changed in place.
        this.#own.clear();
        return insert(...this.#find(path), copied ?? null);
      }
      case "test": {
        const tested = path === "" ? this.root : read(...this.#find(path));
        if (!jsonEquals(tested ?? null, value)) throw rejected();
        return;
      }
      default:
        throw rejected();
    }
  }

  #replace(path: string | undefined, value: unknown): void {
    if (path === "") {
      this.root = value;
      return;
    }
    const [holder, key] = this.#find(path);
    if (Array.isArray(holder)) holder[indexOf(holder, key)] = value;
    else holder[key] = value;
  }

  /** Finds what holds the value of a path, and the key there; copies what leads to it. */
  #find(path: string | undefined): [holder: Holder, key: string] {
    if (!path) throw rejected();
    const keys = path.split("/").slice(1).map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
    const last = keys.pop();
    if (last === undefined) throw rejected();
    let holder = this.root = this.#owned(this.root);
    for (const key of keys) {
      const below = this.#owned(read(holder, key));
      if (Array.isArray(holder)) holder[indexOf(holder, key)] = below;
      else holder[key] = below;
      holder = below;
    }
    return [holder, last];
  }

  #owned(value: unknown): Holder {
    if (!Array.isArray(value) && !isJsonObject(value)) throw rejected();
    if (this.#own.has(value)) return value;
    const copy = Array.isArray(value) ? [...value] : { ...value };
    this.#own.add(copy);
    return copy;
  }
}

function read(holder: Holder, key: string): unknown {
  if (Array.isArray(holder)) return holder[indexOf(holder, key)];
  return Object.hasOwn(holder, key) ? holder[key] : undefined;
}

function insert(holder: Holder, key: string, value: unknown): void {
  if (!Array.isArray(holder)) holder[key] = value;
  else if (key === "-") holder.push(value);
  else holder.splice(indexOf(holder, key, holder.length + 1), 0, value);
}

function remove(holder: Holder, key: string): void {
  if (Array.isArray(holder)) holder.splice(indexOf(holder, key), 1);
  else if (!Object.hasOwn(holder, key)) throw rejected();
  else delete holder[key];
}

function indexOf(list: readonly unknown[], key: string, length: number = list.length): number {
  const number = /^[+-]?\d+$/.test(key) ? Number(key) : NaN;
  const index = number < 0 ? number + length : number;
  if (!(index >= 0 && index < length)) throw rejected();
  return index;
}
