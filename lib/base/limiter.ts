/**
 * A cap on how many things run at once.
 *
 * @module
 */

/** Runs functions with a cap on how many are under way at once; the rest wait in order of arrival. */
export class Limiter {
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /**
   * Makes a limiter.
   *
   * @param limit How many may run at once, 1 or more.
   * @throws {RangeError} If the limit is not a positive integer.
   */
  constructor(limit: number) {
    if (!Number.isInteger(limit) || limit < 1) {
      throw new RangeError(`Cannot limit concurrency as "limit" must be a positive integer: current value is ${limit}`);
    }
    this.#limit = limit;
  }

  /**
   * Runs a function when there is room for it.
   *
   * @typeParam T What the function resolves to.
   * @param work The function.
   * @returns What the function returned.
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#limit) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running++;
    try {
      return await work();
    } finally {
      // The place is handed to the next in line, so that nobody who comes later can take it first.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }
}
