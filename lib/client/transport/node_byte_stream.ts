/**
 * Connections that need `node:tls`: through a proxy, without a look at the server's certificate, or to a server whose
 * certificate has another name than its address.
 *
 * @module
 */

import type { Socket } from "node:net";
import type { ClientCertificate } from "../config/credentials.ts";
import type { ByteStream, StreamTarget } from "./byte_stream.ts";
import { openNodeSocket } from "./node_socket.ts";

/**
 * Opens a connection.
 *
 * @param target Where to.
 * @param clientCertificate The certificate to show.
 * @param signal Gives up.
 * @returns The connection. What the server sends is read at once, whether it is taken or not.
 */
export async function openNodeByteStream(
  target: StreamTarget,
  clientCertificate: ClientCertificate | undefined,
  signal: AbortSignal,
): Promise<ByteStream> {
  return byteStreamOfSocket(await openNodeSocket({ ...target, clientCertificate, signal }));
}

/**
 * Makes a byte stream of a connection.
 *
 * @param socket The connection.
 * @returns The byte stream.
 */
export function byteStreamOfSocket(socket: Socket): ByteStream {
  socket.on("error", () => {}); // reads and writes tell as well
  return {
    bytes: socket[Symbol.asyncIterator](),
    write: (data) => {
      return new Promise((resolve, reject) => {
        socket.write(data, (error) => error ? reject(error) : resolve());
      });
    },
    closeWrite: () => new Promise((resolve) => socket.end(resolve)),
    close: () => void socket.destroy(),
  };
}
