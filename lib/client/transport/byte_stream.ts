/**
 * A connection as bytes in both directions: to the API server for what `fetch` cannot carry, or from a local program.
 *
 * Deno's own TLS is the only one whose reading can be held back: its `WebSocket` and `node:tls` read on, and keep in
 * memory what nobody takes (measured with Deno 2.9). It cannot go through a proxy with a client certificate, nor trust
 * a server for other reasons than its name, so that these connections are made with `node:tls`.
 *
 * @module
 */

import type { ClusterConfig } from "../config/cluster_config.ts";
import type { ClientCertificate } from "../config/credentials.ts";
import { closeQuietly } from "./close_quietly.ts";
import { needsNode } from "./connections.ts";
import type { openNodeByteStream } from "./node_byte_stream.ts";

const BUFFER_BYTES = 65_536;
const RECORD_BYTES = 16_384;

/** A connection. */
export interface ByteStream {
  /** What the other side sends. */
  readonly bytes: AsyncIterableIterator<Uint8Array>;
  /**
   * Sends bytes, after those that were sent before.
   *
   * @param data The bytes.
   * @returns Settles when there is room for more.
   */
  write(data: Uint8Array): Promise<void>;
  /** Tells the other side that nothing follows, once all is sent. */
  closeWrite(): Promise<void>;
  /** Ends the connection in both directions, at once. */
  close(): void;
}

/** Where to connect to. */
export type StreamTarget = Pick<ClusterConfig, "server" | "tls" | "proxyUrl">;

/**
 * Opens a connection.
 *
 * @param target Where to.
 * @param certificate The certificate to show.
 * @param signal Gives up.
 * @returns The connection.
 */
export async function openByteStream(
  target: StreamTarget,
  certificate: ClientCertificate | undefined,
  signal: AbortSignal,
): Promise<ByteStream> {
  signal.throwIfAborted();
  const special = target.proxyUrl !== undefined || needsNode({ ...target, clientCertificate: certificate });
  const opening = special ? openByNode(target, certificate, signal) : openDirectly(target, certificate);
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([opening, aborted.promise]);
  } catch (error) {
    opening.then((late) => late.close(), () => {});
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

async function openDirectly(
  { server, tls: { caCerts } }: StreamTarget,
  certificate: ClientCertificate | undefined,
): Promise<ByteStream> {
  const { secure, hostname, port } = addressOf(server);
  if (!secure) return byteStreamOf(await Deno.connect({ hostname, port }));
  const alpnProtocols = ["http/1.1"];
  const connection = await Deno.connectTls({ hostname, port, caCerts: [...caCerts], alpnProtocols, ...certificate });
  try {
    await connection.handshake();
  } catch (error) {
    connection.close();
    throw error;
  }
  return byteStreamOf(connection);
}

// Few clusters need it, so nobody else waits until it is loaded.
async function openByNode(...args: Parameters<typeof openNodeByteStream>): Promise<ByteStream> {
  const { openNodeByteStream } = await import("./node_byte_stream.ts");
  return await openNodeByteStream(...args);
}

/**
 * Takes an address apart.
 *
 * @param url The address of a server or a proxy.
 * @returns Whether it is spoken to by TLS, the host (an IPv6 address without brackets), and the port.
 */
export function addressOf(url: string): { secure: boolean; hostname: string; port: number } {
  const { protocol, hostname, port } = new URL(url);
  const secure = protocol === "https:";
  return {
    secure,
    hostname: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port) || (secure ? 443 : protocol === "socks5:" ? 1080 : 80),
  };
}

/**
 * Makes a byte stream of a connection.
 *
 * @param connection The connection.
 * @returns The byte stream.
 */
export function byteStreamOf(connection: Deno.Conn): ByteStream {
  let writing = Promise.resolve();
  return {
    bytes: readChunks(connection),
    write(data) {
      const written = writing.then(() => writeAll(connection, data));
      writing = written.catch(() => {});
      return written;
    },
    closeWrite: () => writing.then(() => connection.closeWrite()),
    close: () => closeQuietly(connection),
  };
}

// Neither by `connection.readable` nor by `connection.writable`: when one of them ends or fails, both are closed, and what
// the other side has still said is lost.
async function* readChunks(connection: Deno.Conn): AsyncGenerator<Uint8Array> {
  let free = new Uint8Array();
  for (;;) {
    // TLS gives at most 16 KiB at once.
    if (free.length < RECORD_BYTES) free = new Uint8Array(BUFFER_BYTES);
    const length = await connection.read(free);
    if (length === null) return;
    yield free.subarray(0, length);
    free = free.subarray(length);
  }
}

async function writeAll(connection: Deno.Conn, data: Uint8Array): Promise<void> {
  for (let written = 0; written < data.length;) written += await connection.write(data.subarray(written));
}
