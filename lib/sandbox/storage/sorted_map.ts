/**
 * A map that is read in the order of its keys.
 *
 * @module
 */

/** Values of a {@linkcode SortedMap} that stand beside each other, with their keys. */
export interface SortedEntries<V> extends Iterable<[key: string, value: V]> {
  /** How many there are. */
  readonly size: number;
}

/** Comes after all that keys are made of. */
const LAST = "\uffff";

/**
 * Values by text keys, in byte order of the keys as long as they are ASCII, as etcd orders them.
 *
 * @typeParam V The type of the values.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const map = new SortedMap<number>();
 * map.set("b/x", 1);
 * map.set("a/y", 2);
 * map.set("b-c/z", 3);
 * deepStrictEqual([...map.entries("b")], [["b-c/z", 3], ["b/x", 1]]);
 * ```
 */
export class SortedMap<V> {
  readonly #values = new Map<string, V>();
  readonly #keys: string[] = [];

  /** How many values there are. */
  get size(): number {
    return this.#keys.length;
  }

  /**
   * Finds a value.
   *
   * @param key Its key.
   * @returns The value, if there is one.
   */
  get(key: string): V | undefined {
    return this.#values.get(key);
  }

  /**
   * Puts a value in.
   *
   * @param key Its key.
   * @param value The value.
   */
  set(key: string, value: V): void {
    if (!this.#values.has(key)) this.#keys.splice(this.#position(key), 0, key);
    this.#values.set(key, value);
  }

  /**
   * Takes a value out.
   *
   * @param key Its key.
   */
  delete(key: string): void {
    if (this.#values.delete(key)) this.#keys.splice(this.#position(key), 1);
  }

  /**
   * Finds values that stand beside each other.
   *
   * @param prefix What the keys begin with.
   * @param from The least key; the least that has the prefix by default.
   * @returns Keys and values in order; the map must not change meanwhile.
   */
  entries(prefix = "", from: string = prefix): SortedEntries<V> {
    const [keys, values] = [this.#keys, this.#values];
    const start = this.#position(from);
    const end = prefix === "" ? keys.length : this.#position(`${prefix}${LAST}`);
    return {
      size: Math.max(0, end - start),
      *[Symbol.iterator]() {
        for (let i = start; i < end; i++) yield [keys[i]!, values.get(keys[i]!)!];
      },
    };
  }

  /** Where the key stands, or would stand. */
  #position(key: string): number {
    const keys = this.#keys;
    // Most are added behind all others, as names often count up.
    if (keys.length === 0 || keys.at(-1)! < key) return keys.length;
    let low = 0;
    for (let high = keys.length; low < high;) {
      const middle = (low + high) >> 1;
      if (keys[middle]! < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
