/**
 * Bytes in pieces.
 *
 * @module
 */

/**
 * Joins pieces of bytes.
 *
 * @param parts The pieces.
 * @returns All of them as one; a single piece is returned as it is.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(concatenate([new Uint8Array([1]), new Uint8Array([2, 3])]), new Uint8Array([1, 2, 3]));
 * ```
 */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** Takes bytes from a source in other portions than they come. */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  /**
   * Makes a reader.
   *
   * @param source Where the bytes come from; it is asked only for what is needed.
   */
  constructor(source: AsyncIterator<Uint8Array>) {
    this.#source = source;
  }

  /**
   * Takes a number of bytes.
   *
   * @param length How many.
   * @returns The bytes, or `undefined` if the source ends before.
   */
  async take(length: number): Promise<Uint8Array | undefined> {
    if (this.#rest.length < length && !await this.#fill(length)) return undefined;
    const taken = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return taken;
  }

  /**
   * Takes all bytes up to a byte.
   *
   * @param byte The byte where to stop.
   * @param limit How many bytes to look at.
   * @returns The bytes with that byte, or `undefined` if it does not come.
   */
  async takeThrough(byte: number, limit: number): Promise<Uint8Array | undefined> {
    for (;;) {
      const end = this.#rest.indexOf(byte);
      if (end >= 0) return await this.take(end + 1);
      if (this.#rest.length > limit || !await this.#fill(this.#rest.length + 1)) return undefined;
    }
  }

  /**
   * Takes what is there now, or what comes next.
   *
   * @returns The bytes, or `undefined` at the end.
   */
  async takeSome(): Promise<Uint8Array | undefined> {
    if (this.#rest.length === 0 && !await this.#fill(1)) return undefined;
    return await this.take(this.#rest.length);
  }

  async #fill(length: number): Promise<boolean> {
    const parts = [this.#rest];
    let size = this.#rest.length;
    while (size < length) {
      const { done, value } = await this.#source.next();
      if (done) break;
      parts.push(value);
      size += value.length;
    }
    this.#rest = concatenate(parts.filter((part) => part.length > 0));
    return size >= length;
  }
}
