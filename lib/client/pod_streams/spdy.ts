/**
 * SPDY/3.1, as far as port-forward needs it: its protocol is the only one that can end one direction of a connection and
 * not the other. It comes through a WebSocket, as bytes (KEP-4006).
 *
 * One connection has two streams: the data, and an error if there is one. Header blocks are written uncompressed, which
 * is a valid form of the compression that SPDY demands; those that come are not needed.
 *
 * @module
 */

import { type ByteReader, concatenate } from "../../base/bytes.ts";

/** The streams of a forwarded connection; a client's streams have odd numbers. */
export const STREAM = { error: 1, data: 3 } as const;

/** What a server tells: data, the end of a stream, or that it was broken off. */
export interface SpdyEvent {
  /** The stream. */
  readonly stream: number;
  /** What came; may be empty. */
  readonly data: Uint8Array;
  /** Whether nothing follows on this stream. */
  readonly end: boolean;
  /** Whether the stream was broken off. */
  readonly reset: boolean;
  /** What has to be sent back. */
  readonly reply?: Uint8Array;
}

const CONTROL = 0x80;
const VERSION = 3;
/** The kinds of control frames. */
export const TYPE = { synStream: 1, synReply: 2, rstStream: 3, ping: 6, goAway: 7 } as const;
const FLAG_FIN = 1;
const NOTHING = new Uint8Array();

/**
 * Makes the frames that begin a forwarded connection.
 *
 * @param port The port of the Pod.
 * @returns The bytes.
 */
export function openStreams(port: number): Uint8Array {
  const headers = (streamtype: string) => ({ streamtype, port: String(port), requestid: "0" });
  return concatenate([
    synStream(STREAM.error, headers("error"), true),
    dataFrame(STREAM.error, NOTHING, true), // only the server writes to it
    synStream(STREAM.data, headers("data"), false),
  ]);
}

/**
 * Makes a frame of data.
 *
 * @param stream The stream.
 * @param data The data, less than 16 MiB.
 * @param end Whether nothing follows.
 * @returns The bytes.
 */
export function dataFrame(stream: number, data: Uint8Array, end: boolean): Uint8Array {
  const frame = new Uint8Array(8 + data.length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, stream);
  view.setUint32(4, data.length);
  view.setUint8(4, end ? FLAG_FIN : 0);
  frame.set(data, 8);
  return frame;
}

/** One frame. */
export interface SpdyFrame {
  /** Its first eight bytes. */
  readonly head: Uint8Array;
  /** What kind of control frame it is; `undefined` for data. */
  readonly type: number | undefined;
  /** The stream; 0 if it is about none. */
  readonly stream: number;
  /** What it carries. */
  readonly payload: Uint8Array;
  /** Whether nothing follows on the stream. */
  readonly end: boolean;
}

/**
 * Reads the next frame.
 *
 * @param reader What the other side sends.
 * @returns The frame, or `undefined` at the end of the connection.
 */
export async function readSpdyFrame(reader: ByteReader): Promise<SpdyFrame | undefined> {
  const head = await reader.take(8);
  if (!head) return undefined;
  const view = new DataView(head.buffer, head.byteOffset);
  const end = (view.getUint8(4) & FLAG_FIN) !== 0;
  const payload = await reader.take(view.getUint32(4) & 0xff_ff_ff);
  if (!payload) return undefined;
  if ((head[0]! & CONTROL) === 0) return { head, type: undefined, stream: view.getUint32(0), payload, end };
  const stream = payload.length < 4 ? 0 : new DataView(payload.buffer, payload.byteOffset).getUint32(0) & 0x7f_ff_ff_ff;
  return { head, type: view.getUint16(2), stream, payload, end };
}

/**
 * Reads what a server tells next.
 *
 * @param reader What the server sends.
 * @returns What it tells, or `undefined` at the end of the connection.
 */
export async function readSpdyEvent(reader: ByteReader): Promise<SpdyEvent | undefined> {
  const frame = await readSpdyFrame(reader);
  if (!frame) return undefined;
  const { head, type, stream, payload, end } = frame;
  if (type === undefined) return { stream, data: payload, end, reset: false };
  if (type === TYPE.ping) return { ...NO_EVENT, reply: concatenate([head, payload]) };
  if (type === TYPE.goAway) return undefined;
  return type === TYPE.rstStream ? { stream, data: NOTHING, end: true, reset: true } : { ...NO_EVENT, stream, end };
}

const NO_EVENT: SpdyEvent = { stream: 0, data: NOTHING, end: false, reset: false };

function synStream(stream: number, headers: Readonly<Record<string, string>>, first: boolean): Uint8Array {
  const compressed = compressHeaders(headers, first);
  const frame = new Uint8Array(18);
  const view = new DataView(frame.buffer);
  view.setUint16(0, CONTROL << 8 | VERSION);
  view.setUint16(2, TYPE.synStream);
  view.setUint32(4, 10 + compressed.length);
  view.setUint32(8, stream);
  return concatenate([frame, compressed]);
}

/**
 * Makes the frame by which a server takes a stream.
 *
 * @param stream The stream.
 * @param first Whether it is the first frame with headers that this side sends.
 * @returns The bytes.
 */
export function acceptStream(stream: number, first: boolean): Uint8Array {
  const compressed = compressHeaders({}, first);
  const frame = new Uint8Array(12);
  const view = new DataView(frame.buffer);
  view.setUint16(0, CONTROL << 8 | VERSION);
  view.setUint16(2, TYPE.synReply);
  view.setUint32(4, 4 + compressed.length);
  view.setUint32(8, stream);
  return concatenate([frame, compressed]);
}

function compressHeaders(headers: Readonly<Record<string, string>>, first: boolean): Uint8Array {
  const block = headerBlock(headers);
  // The zlib stream spans all header blocks: it begins once, each block is stored as it is, and an empty one flushes it.
  const stored = new Uint8Array([0, block.length & 255, block.length >> 8, ~block.length & 255, ~block.length >> 8]);
  const flush = new Uint8Array([0, 0, 0, 0xff, 0xff]);
  return concatenate([...(first ? [new Uint8Array([0x78, 0x01])] : []), stored, block, flush]);
}

function headerBlock(headers: Readonly<Record<string, string>>): Uint8Array {
  const texts = Object.entries(headers).flat().map((text) => new TextEncoder().encode(text));
  return concatenate([uint32(texts.length / 2), ...texts.flatMap((text) => [uint32(text.length), text])]);
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
