/**
 * Protocol buffers on the wire: a message is a row of numbered fields.
 *
 * @see {@link https://protobuf.dev/programming-guides/encoding/ | Encoding}
 * @module
 */

import { DecodeError } from "../schema/decode_error.ts";

/** What a field holds: an integer, a double, or the bytes of a text or message. */
export type WireValue = number | bigint | Uint8Array;

/**
 * Reads the fields of a message.
 *
 * @param message The message.
 * @returns The fields in their order, each a number and a value.
 * @throws {DecodeError} If it is none.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual([...readFields(Uint8Array.of(0x08, 0x96, 0x01))], [[1, 150]]);
 * ```
 */
export function* readFields(message: Uint8Array): Generator<[number: number, value: WireValue]> {
  const cursor = { message, place: 0 };
  while (cursor.place < message.length) {
    const tag = Number(readVarint(cursor));
    yield [tag >>> 3, readValue(cursor, tag & 7)];
  }
}

/**
 * Finds one field of a message.
 *
 * @param message The message.
 * @param number The number of the field.
 * @returns Its value, the last one if there are several; `undefined` if there is none.
 * @throws {DecodeError} If it is no message.
 */
export function findField(message: Uint8Array, number: number): WireValue | undefined {
  let found: WireValue | undefined;
  for (const [key, value] of readFields(message)) if (key === number) found = value;
  return found;
}

/**
 * Takes an integer or a double for what it is.
 *
 * @param value The value.
 * @returns The number.
 * @throws {DecodeError} If it is something else.
 */
export function numberOf(value: WireValue): number | bigint {
  return value instanceof Uint8Array ? malformed("proto: wrong wireType = 2") : value;
}

/**
 * Takes bytes for what they are.
 *
 * @param value The value.
 * @returns The bytes.
 * @throws {DecodeError} If it is something else.
 */
export function bytesOf(value: WireValue): Uint8Array {
  return value instanceof Uint8Array ? value : malformed("proto: wrong wireType = 0");
}

/**
 * Refuses a message.
 *
 * @param why What is wrong with it, in Go's words.
 * @throws {DecodeError} Always.
 */
export function malformed(why: string): never {
  throw new DecodeError(why);
}

interface Cursor {
  readonly message: Uint8Array;
  place: number;
}

function readValue(cursor: Cursor, wireType: number): WireValue {
  switch (wireType) {
    case 0:
      return readVarint(cursor);
    case 1: {
      const bytes = readBytes(cursor, 8);
      return new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0, true);
    }
    case 2:
      return readBytes(cursor, Number(readVarint(cursor)));
    case 5:
      return readBytes(cursor, 4);
    default:
      return malformed(`proto: illegal wireType ${wireType}`);
  }
}

function readVarint(cursor: Cursor): number | bigint {
  let low = 0;
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = readByte(cursor);
    low |= (byte & 0x7f) << shift;
    if (byte < 0x80) return low;
  }
  let value = BigInt(low);
  for (let shift = 28n; shift < 64n; shift += 7n) {
    const byte = readByte(cursor);
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) {
      // Negative numbers are as long as the longest.
      const signed = BigInt.asIntN(64, value);
      return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
    }
  }
  return malformed("proto: integer overflow");
}

function readByte(cursor: Cursor): number {
  const byte = cursor.message[cursor.place++];
  if (byte === undefined) return malformed("unexpected EOF");
  return byte;
}

function readBytes(cursor: Cursor, length: number): Uint8Array {
  const { message, place } = cursor;
  if (length < 0) return malformed("proto: negative length found during unmarshaling");
  if (length > message.length - place) return malformed("unexpected EOF");
  cursor.place += length;
  return message.subarray(place, cursor.place);
}
