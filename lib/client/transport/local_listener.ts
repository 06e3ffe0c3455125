/**
 * A port of this machine that only programs on this machine can reach.
 *
 * @module
 */

import { KubescriptError } from "../../kube/error.ts";
import { type ByteStream, byteStreamOf } from "./byte_stream.ts";
import { closeQuietly } from "./close_quietly.ts";

/** An open port. Iterating over it accepts connections until it is disposed. */
export interface LocalListener extends AsyncIterable<ByteStream>, Disposable {
  /** The port's number. */
  readonly port: number;
}

/**
 * Opens a port on 127.0.0.1.
 *
 * @param port Its number; 0 for any that is free.
 * @returns The port.
 * @throws {KubescriptError} If it cannot be opened.
 */
export function listenLocally(port: number): LocalListener {
  const listener = openListener(port);
  return {
    port: listener.addr.port,
    async *[Symbol.asyncIterator]() {
      for await (const connection of listener) yield byteStreamOf(connection);
    },
    [Symbol.dispose]: () => closeQuietly(listener),
  };
}

function openListener(port: number): Deno.TcpListener {
  try {
    return Deno.listen({ hostname: "127.0.0.1", port });
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    const why = cause instanceof Deno.errors.AddrInUse ? "it is in use" : (cause as Error).message;
    throw new KubescriptError(`Cannot listen on 127.0.0.1:${port}: ${why}`, {
      cause,
      hint: `Choose another local port, for example "0:${port}" for any that is free`,
    });
  }
}
