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
  readonly #entries = new Map<string, Map<string, V>>();

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
    return [...this.#entries.get(key)?.values() ?? []];
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
    for (const key of this.#keys(old)) {
      const entry = this.#entries.get(key);
      entry?.delete(id);
      if (entry?.size === 0) this.#entries.delete(key);
    }
    for (const key of this.#keys(now)) {
      const entry = this.#entries.get(key);
      if (entry) entry.set(id, now!);
      else this.#entries.set(key, new Map([[id, now!]]));
    }
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
