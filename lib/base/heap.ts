/**
 * A priority queue.
 *
 * @module
 */

/**
 * A binary heap: the least item can be taken at any time.
 *
 * @typeParam T The type of the items.
 */
export class Heap<T> {
  readonly #items: T[] = [];
  readonly #rank: (item: T) => number;

  /**
   * Makes an empty heap.
   *
   * @param rank Tells the rank of an item, which must not change while the item is in the heap.
   *
   * @example Usage
   * ```ts
   * import { strictEqual } from "node:assert/strict";
   *
   * const heap = new Heap<number>((item) => item);
   * for (const item of [3, 1, 2]) heap.push(item);
   * strictEqual(heap.pop(), 1);
   * ```
   */
  constructor(rank: (item: T) => number) {
    this.#rank = rank;
  }

  /** How many items there are. */
  get size(): number {
    return this.#items.length;
  }

  /**
   * Looks at the least item.
   *
   * @returns The item; `undefined` if there is none.
   */
  peek(): T | undefined {
    return this.#items[0];
  }

  /**
   * Adds an item.
   *
   * @param item The item.
   */
  push(item: T): void {
    const items = this.#items;
    let index = items.push(item) - 1;
    const rank = this.#rank(item);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (this.#rank(items[parent]!) <= rank) break;
      items[index] = items[parent]!;
      index = parent;
    }
    items[index] = item;
  }

  /**
   * Takes the least item out.
   *
   * @returns The item; `undefined` if there is none.
   */
  pop(): T | undefined {
    const items = this.#items;
    const [first] = items;
    const last = items.pop();
    if (last === undefined || items.length === 0) return first;
    const rank = this.#rank(last);
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && this.#rank(items[child + 1]!) < this.#rank(items[child]!)) child++;
      if (this.#rank(items[child]!) >= rank) break;
      items[index] = items[child]!;
      index = child;
    }
    items[index] = last;
    return first;
  }
}
