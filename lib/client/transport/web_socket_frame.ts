/**
 * The frames of a WebSocket connection (RFC 6455, section 5).
 *
 * @module
 */

import type { ByteReader } from "../../base/bytes.ts";

/** What a frame is. */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

const MASKED = 0x80;

/** One frame. */
export interface Frame {
  /** What it is, see {@linkcode OPCODE}. */
  readonly opcode: number;
  /** Whether its message ends with it. */
  readonly final: boolean;
  /** What it carries. */
  readonly payload: Uint8Array;
}

/**
 * Makes a frame that is a whole message.
 *
 * @param opcode What it is.
 * @param payload What it carries.
 * @param mask Four random bytes, as a client has to send them; a server sends none.
 * @returns Its bytes.
 */
export function encodeFrame(opcode: number, payload: Uint8Array, mask?: Uint8Array): Uint8Array {
  const { length } = payload;
  const size = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const start = 2 + size + (mask ? 4 : 0);
  const frame = new Uint8Array(start + length);
  const view = new DataView(frame.buffer);
  frame[0] = 0x80 | opcode;
  frame[1] = (mask ? MASKED : 0) | (size === 0 ? length : size === 2 ? 126 : 127);
  if (size === 2) view.setUint16(2, length);
  if (size === 8) view.setBigUint64(2, BigInt(length));
  if (mask) frame.set(mask, 2 + size);
  frame.set(mask ? masked(payload, mask) : payload, start);
  return frame;
}

/**
 * Reads the next frame.
 *
 * @param reader What the other side sends.
 * @returns The frame, or `undefined` if the connection ends before the end of one.
 */
export async function readFrame(reader: ByteReader): Promise<Frame | undefined> {
  const head = await reader.take(2);
  if (!head) return undefined;
  const [first, second] = [head[0]!, head[1]!];
  const short = second & ~MASKED;
  const size = short === 126 ? 2 : short === 127 ? 8 : 0;
  const extension = await reader.take(size);
  if (!extension) return undefined;
  const view = new DataView(extension.buffer, extension.byteOffset);
  const length = size === 2 ? view.getUint16(0) : size === 8 ? Number(view.getBigUint64(0)) : short;
  const mask = (second & MASKED) === 0 ? undefined : await reader.take(4);
  const data = await reader.take(length);
  return data && { opcode: first & 15, final: (first & 0x80) !== 0, payload: mask ? masked(data, mask) : data };
}

function masked(data: Uint8Array, mask: Uint8Array): Uint8Array {
  return data.map((byte, i) => byte ^ mask[i & 3]!);
}
