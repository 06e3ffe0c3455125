/**
 * The server's side of SPDY/3.1, as far as port-forward needs it: pairs of streams, one for data, one for an error.
 *
 * @module
 */

import { createInflate, type Inflate } from "node:zlib";
import { ByteReader } from "../../base/bytes.ts";
import { acceptStream, dataFrame, readSpdyFrame, TYPE } from "../../client/pod_streams/spdy.ts";
import type { ByteStream } from "../../client/transport/byte_stream.ts";
import { HEADER_DICTIONARY } from "./spdy_dictionary.ts";

/** A connection that a client wants, over its two streams. */
export interface ForwardedConnection {
  /** The port of the Pod. */
  readonly port: number;
  /** The data. */
  readonly data: ByteStream;
  /**
   * Tells that it cannot be, or broke.
   *
   * @param message Why.
   */
  fail(message: string): Promise<void>;
}

interface Pair {
  port: number;
  error?: number;
  data?: number;
}

const HEADERS_AT = 10;

/**
 * Serves connections until the client ends the session.
 *
 * @param messages What the client sends.
 * @param send Sends to the client.
 * @param forward Carries one connection.
 */
export async function serveSpdy(
  messages: AsyncIterator<Uint8Array>,
  send: (data: Uint8Array) => Promise<void>,
  forward: (connection: ForwardedConnection) => Promise<void>,
): Promise<void> {
  const reader = new ByteReader(messages);
  const inflate = createInflate({ dictionary: HEADER_DICTIONARY });
  const pairs = new Map<string, Pair>();
  const uploads = new Map<number, WritableStreamDefaultWriter<Uint8Array>>();
  let isFirst = true;
  try {
    for (;;) {
      const frame = await readSpdyFrame(reader);
      if (!frame || frame.type === TYPE.goAway) return;
      const { type, stream, payload, end, head } = frame;
      const upload = uploads.get(stream);
      if (type === TYPE.ping) await send(new Uint8Array([...head, ...payload]));
      else if (type === TYPE.rstStream) upload?.abort().catch(() => {});
      else if (type === TYPE.synStream) {
        const headers = readHeaders(await inflated(inflate, payload.subarray(HEADERS_AT)));
        await send(acceptStream(stream, isFirst));
        isFirst = false;
        const pair = pairOf(pairs, headers, stream);
        if (pair.data === undefined || pair.error === undefined) continue;
        pairs.delete(headers.get("requestid") ?? "");
        const buffer = new TransformStream<Uint8Array, Uint8Array>();
        uploads.set(pair.data, buffer.writable.getWriter());
        void forward(connectionOf(pair as Required<Pair>, buffer.readable, send)).catch(() => {});
      } else if (type === undefined && upload) {
        // One slow connection must not hold back the others, so nobody waits here.
        if (payload.length > 0) upload.write(payload).catch(() => {});
        if (end) upload.close().catch(() => {});
      }
    }
  } finally {
    inflate.close();
    for (const upload of uploads.values()) upload.abort().catch(() => {});
  }
}

function pairOf(pairs: Map<string, Pair>, headers: ReadonlyMap<string, string>, stream: number): Pair {
  const id = headers.get("requestid") ?? "";
  const pair = pairs.get(id) ?? { port: Number(headers.get("port")) };
  pairs.set(id, pair);
  if (headers.get("streamtype") === "error") pair.error = stream;
  else pair.data = stream;
  return pair;
}

function connectionOf(
  { port, data, error }: Required<Pair>,
  upload: ReadableStream<Uint8Array>,
  send: (data: Uint8Array) => Promise<void>,
): ForwardedConnection {
  const nothing = new Uint8Array();
  let isOpen = true;
  const end = async () => {
    if (!isOpen) return;
    isOpen = false;
    await send(dataFrame(error, nothing, true));
    await send(dataFrame(data, nothing, true));
  };
  return {
    port,
    data: {
      bytes: upload.values() as AsyncIterableIterator<Uint8Array>,
      write: (bytes) => send(dataFrame(data, bytes, false)),
      closeWrite: end,
      close: () => void end().catch(() => {}),
    },
    async fail(message) {
      await send(dataFrame(error, new TextEncoder().encode(message), false));
      await end();
    },
  };
}

function inflated(inflate: Inflate, block: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const parts: Uint8Array[] = [];
    const onData = (part: Uint8Array) => void parts.push(part);
    inflate.on("data", onData);
    inflate.once("error", reject);
    inflate.write(block, () => {
      inflate.off("data", onData);
      inflate.off("error", reject);
      resolve(new Uint8Array(parts.flatMap((part) => [...part])));
    });
  });
}

function readHeaders(block: Uint8Array): Map<string, string> {
  const view = new DataView(block.buffer, block.byteOffset);
  const decoder = new TextDecoder();
  let offset = 4;
  const text = () => {
    const length = view.getUint32(offset);
    const start = offset + 4;
    offset = start + length;
    return decoder.decode(block.subarray(start, offset));
  };
  return new Map(Array.from({ length: view.getUint32(0) }, () => [text(), text()]));
}
