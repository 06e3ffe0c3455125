/**
 * The older protocol of port-forward, which client libraries speak: the ports of a Pod as channels of a WebSocket.
 *
 * Each port that the address names has two channels: data, and the text of an error. First the server sends the number of
 * the port on both, and nobody can end one direction alone.
 *
 * @module
 */

import { dataMessage } from "../../client/pod_streams/channels.ts";
import type { WebSocketConnection } from "../../client/transport/web_socket.ts";
import { badRequest } from "../registry/status_error.ts";
import type { ForwardedConnection } from "./spdy_session.ts";

/** The name of the protocol. */
export const PORT_CHANNEL_PROTOCOL = "v4.channel.k8s.io";

/**
 * Reads which ports are to be forwarded.
 *
 * @param query The query of the address.
 * @returns The ports.
 * @throws {StatusError} If one of them is no port.
 */
export function portsOf(query: URLSearchParams): readonly number[] {
  const texts = query.getAll("ports").flatMap((text) => text.split(","));
  return texts.map((text) => {
    const port = Number(text);
    if (/^\d+$/.test(text) && port > 0 && port < 65_536) return port;
    throw badRequest(`unable to parse "${text}" as a port`);
  });
}

/**
 * Serves connections to ports until they all have ended.
 *
 * @param connection The WebSocket.
 * @param ports The ports.
 * @param forward Carries one connection.
 */
export async function servePortChannels(
  connection: WebSocketConnection,
  ports: readonly number[],
  forward: (connection: ForwardedConnection) => Promise<void>,
): Promise<void> {
  const buffers = ports.map(() => new TransformStream<Uint8Array, Uint8Array>());
  const uploads = buffers.map(({ writable }) => writable.getWriter());
  const ended = Promise.all(ports.map(async (port, i) => {
    const number = new Uint8Array([port & 0xff, port >> 8]);
    await connection.send(dataMessage(2 * i, number));
    await connection.send(dataMessage(2 * i + 1, number));
    await forward(channelOf(connection, port, i, buffers[i]!.readable));
  })).then(() => connection.close());
  try {
    // One slow connection must not hold back the others, so nobody waits here.
    for await (const message of connection) uploads[message[0]! / 2]?.write(message.subarray(1)).catch(() => {});
  } finally {
    for (const upload of uploads) upload.close().catch(() => {});
    await ended.catch(() => {});
  }
}

function channelOf(
  connection: WebSocketConnection,
  port: number,
  index: number,
  upload: ReadableStream<Uint8Array>,
): ForwardedConnection {
  return {
    port,
    data: {
      bytes: upload.values() as AsyncIterableIterator<Uint8Array>,
      write: (bytes) => connection.send(dataMessage(2 * index, bytes)),
      closeWrite: () => Promise.resolve(),
      close() {},
    },
    fail: (message) => connection.send(dataMessage(2 * index + 1, new TextEncoder().encode(message))),
  };
}
