/**
 * A way to find objects by something else than their names.
 *
 * @module
 */

/**
 * Tells under which keys an object is found: several, one, or none.
 *
 * @typeParam V What is kept of an object.
 */
export type KeysOf<V> = (object: V) => string | readonly string[] | undefined;

/**
 * Objects by keys that are computed from them.
 *
 * @typeParam V What is kept of an object.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const byNode = new Index((pod: { name: string; node?: string }) => pod.node, () => {});
 * byNode.update("shop/a", undefined, { name: "a", node: "node-1" });
 * deepStrictEqual(byNode.get("node-1"), [{ name: "a", node: "node-1" }]);
 * ```
 */
export class Index<V> {
  readonly #keysOf: KeysOf<V>;
  readonly #onError: (error: unknown) => void;
  readonly #entries = new Map<string, One<V> | Map<string, V>>();

  /**
   * Makes an empty index.
   *
   * @param keysOf Tells under which keys an object is found.
   * @param onError Told what it throws; the object is then found under no key.
   */
  constructor(keysOf: KeysOf<V>, onError: (error: unknown) => void) {
    this.#keysOf = keysOf;
    this.#onError = onError;
  }

  /**
   * Finds objects.
   *
   * @param key The key.
   * @returns The objects that are found under it.
   */
  get(key: string): V[] {
    const entry = this.#entries.get(key);
    if (entry === undefined) return [];
    return entry instanceof Map ? [...entry.values()] : [entry.object];
  }

  /** The keys under which something is found. */
  keys(): string[] {
    return [...this.#entries.keys()];
  }

  /**
   * Takes over a change.
   *
   * @param id The key of the object in its store.
   * @param old The object as it was, if it was there.
   * @param now The object as it is, if it is there.
   */
  update(id: string, old: V | undefined, now: V | undefined): void {
    const keys = this.#keys(now);
    for (const key of this.#keys(old)) {
      // Most changes leave an object where it is found.
      if (!keys.includes(key)) this.#remove(key, id);
    }
    for (const key of keys) this.#put(key, id, now!);
  }

  #put(key: string, id: string, object: V): void {
    const entry = this.#entries.get(key);
    if (entry instanceof Map) entry.set(id, object);
    else if (entry === undefined) this.#entries.set(key, { id, object });
    else if (entry.id === id) entry.object = object;
    else this.#entries.set(key, new Map([[entry.id, entry.object], [id, object]]));
  }

  #remove(key: string, id: string): void {
    const entry = this.#entries.get(key);
    if (entry instanceof Map) {
      entry.delete(id);
      if (entry.size === 0) this.#entries.delete(key);
    } else if (entry?.id === id) this.#entries.delete(key);
  }

  #keys(object: V | undefined): readonly string[] {
    if (object === undefined) return [];
    try {
      const keys = this.#keysOf(object) ?? [];
      return typeof keys === "string" ? [keys] : keys;
    } catch (error) {
      this.#onError(error);
      return [];
    }
  }
}

/** The only object under a key: most indexes are by something unique, and a map for each object would cost much more. */
interface One<V> {
  readonly id: string;
  object: V;
}
