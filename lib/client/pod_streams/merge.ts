/**
 * Several iterables as one, in the order in which their items come.
 *
 * @module
 */

interface Offer<T> {
  readonly item: T;
  readonly taken: () => void;
}

/**
 * Merges iterables, to which more can be added while it is iterated over. No source is read further than one item ahead.
 *
 * @typeParam T The type of the items.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const merge = new Merge<number>();
 * merge.add(ReadableStream.from([1, 2]));
 * merge.add(ReadableStream.from([3]));
 * deepStrictEqual((await Array.fromAsync(merge)).sort(), [1, 2, 3]);
 * ```
 */
export class Merge<T> implements AsyncIterable<T> {
  readonly #offers: Offer<T>[] = [];
  readonly #running = new Set<Promise<void>>();
  #wake: () => void = () => {};
  #failure: { readonly cause: unknown } | undefined;
  #over = false;

  /**
   * Adds a source. If it fails, iterating fails.
   *
   * @param source The source.
   */
  add(source: AsyncIterable<T>): void {
    const work = this.#forward(source).catch((cause) => {
      this.#failure ??= { cause };
    }).finally(() => {
      this.#running.delete(work);
      this.#wake();
    });
    this.#running.add(work);
  }

  /**
   * Iterates over the items of all sources, until all have ended.
   *
   * @yields One item after the other.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    try {
      while (!this.#failure) {
        const offer = this.#offers.shift();
        if (offer) {
          offer.taken();
          yield offer.item;
        } else if (this.#running.size === 0) return;
        else await new Promise<void>((resolve) => this.#wake = resolve);
      }
      throw this.#failure.cause;
    } finally {
      this.#over = true;
      for (const { taken } of this.#offers.splice(0)) taken();
    }
  }

  /** Waits until no source is read any more, after their own end. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #forward(source: AsyncIterable<T>): Promise<void> {
    for await (const item of source) {
      if (!this.#over) await this.#offer(item);
      if (this.#over) return;
    }
  }

  #offer(item: T): Promise<void> {
    return new Promise((taken) => {
      this.#offers.push({ item, taken });
      this.#wake();
    });
  }
}
