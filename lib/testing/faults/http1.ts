/**
 * As much of HTTP/1.1 (RFC 9112) as a proxy needs that may break off a message at any byte.
 *
 * @module
 */

import { concatenate } from "../../base/bytes.ts";

/** The head of a request or an answer. */
export interface Head {
  /** The first line: the request line, or the status line. */
  readonly line: string;
  /** The header fields in order, with their names as they were sent. */
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/** How the end of a body is told: its length in bytes, chunks, or the end of the connection. */
export type Framing = number | "chunked" | "close";

const NEWLINE = 10;

/** Reads messages from a connection. */
export class MessageReader {
  readonly #connection: Deno.Conn;
  #buffer: Uint8Array = new Uint8Array();
  #filling: Promise<boolean> | undefined;

  /**
   * Makes a reader; nothing is read yet.
   *
   * @param connection The connection.
   */
  constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  /**
   * Reads the next head.
   *
   * @returns The head, or `undefined` if the connection ended before it.
   */
  async readHead(): Promise<Head | undefined> {
    const line = await this.#readLine();
    const fields: [string, string][] = [];
    for (;;) {
      const field = await this.#readLine();
      if (line === undefined || field === undefined) return undefined;
      if (field === "") return { line, fields };
      const colon = field.indexOf(":");
      fields.push([field.slice(0, colon), field.slice(colon + 1).trim()]);
    }
  }

  /**
   * Reads the body after a head.
   *
   * @param framing How its end is told.
   * @yields Its bytes as they come, without the framing.
   * @throws {Deno.errors.UnexpectedEof} If the connection ended before the body.
   */
  async *readBody(framing: Framing): AsyncGenerator<Uint8Array> {
    if (typeof framing === "number") return yield* this.#take(framing);
    if (framing === "close") {
      do {
        if (this.#buffer.length > 0) yield* this.#take(this.#buffer.length);
      } while (await this.fill());
      return;
    }
    for (;;) {
      const size = Number.parseInt(await this.#readLine() ?? "", 16);
      if (Number.isNaN(size)) throw new Deno.errors.UnexpectedEof("the body was cut off");
      let left = size;
      for await (const piece of this.#take(size)) {
        left -= piece.length;
        if (left === 0) await this.#readLine();
        yield piece;
      }
      if (size > 0) continue;
      await this.#readLine();
      return;
    }
  }

  /** Whether bytes were received that were not read yet. */
  get hasMore(): boolean {
    return this.#buffer.length > 0;
  }

  /**
   * Waits for bytes that go beyond what was received so far.
   *
   * @returns Whether there are any; `false` if the other side has closed the connection.
   */
  fill(): Promise<boolean> {
    return this.#filling ??= this.#fill().finally(() => this.#filling = undefined);
  }

  async #fill(): Promise<boolean> {
    const bytes = new Uint8Array(65_536);
    const length = await this.#connection.read(bytes);
    if (length === null) return false;
    this.#buffer = concatenate([this.#buffer, bytes.subarray(0, length)]);
    return true;
  }

  async #readLine(): Promise<string | undefined> {
    let end: number;
    while ((end = this.#buffer.indexOf(NEWLINE)) < 0) {
      if (!await this.fill()) return undefined;
    }
    const line = new TextDecoder().decode(this.#buffer.subarray(0, end)).trimEnd();
    this.#buffer = this.#buffer.subarray(end + 1);
    return line;
  }

  async *#take(length: number): AsyncGenerator<Uint8Array> {
    for (let left = length; left > 0;) {
      if (this.#buffer.length === 0 && !await this.fill()) {
        throw new Deno.errors.UnexpectedEof("the body was cut off");
      }
      const bytes = this.#buffer.subarray(0, left);
      this.#buffer = this.#buffer.subarray(bytes.length);
      left -= bytes.length;
      yield bytes;
    }
  }
}

/**
 * Finds a header field.
 *
 * @param head The head.
 * @param name The field's name in lower case.
 * @returns Its value.
 */
export function fieldOf(head: Head, name: string): string | undefined {
  return head.fields.find(([known]) => known.toLowerCase() === name)?.[1];
}

/**
 * Tells how the end of a body is told.
 *
 * @param head The head of the message.
 * @param byDefault What holds if the head does not say: a request has no body then, an answer lasts until the end of
 * the connection.
 * @returns The framing.
 */
export function framingOf(head: Head, byDefault: Framing): Framing {
  if (fieldOf(head, "transfer-encoding")?.toLowerCase() === "chunked") return "chunked";
  const length = fieldOf(head, "content-length");
  return length === undefined ? byDefault : Number(length);
}

/**
 * Writes a head as it goes over the wire.
 *
 * @param head The head.
 * @returns Its bytes.
 */
export function encodeHead({ line, fields }: Head): Uint8Array {
  const lines = [line, ...fields.map(([name, value]) => `${name}: ${value}`)];
  return encode(`${lines.join("\r\n")}\r\n\r\n`);
}

/**
 * Writes a piece of a body as it goes over the wire.
 *
 * @param piece The bytes; none of them stands for the end of the body.
 * @param framing How the end of the body is told.
 * @returns The bytes with what the framing adds.
 */
export function encodePiece(piece: Uint8Array, framing: Framing): Uint8Array {
  if (framing !== "chunked") return piece;
  return concatenate([encode(`${piece.length.toString(16)}\r\n`), piece, encode("\r\n")]);
}

/**
 * Writes a text in UTF-8.
 *
 * @param text The text.
 * @returns Its bytes.
 */
export function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
