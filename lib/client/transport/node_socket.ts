/**
 * Sockets to the API server where only `node:tls` can open them: without a look at the server's certificate, to a
 * server whose certificate has another name than its address, and through a proxy.
 *
 * @module
 */

import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import type { ClusterConfig } from "../config/cluster_config.ts";
import type { ClientCertificate } from "../config/credentials.ts";
import { addressOf } from "./byte_stream.ts";
import { askProxy } from "./proxy_greeting.ts";

/** How to open a socket. */
export interface NodeSocketOptions extends Pick<ClusterConfig, "server" | "tls" | "proxyUrl"> {
  /** The certificate to show to the server. */
  readonly clientCertificate: ClientCertificate | undefined;
  /** Gives up, as long as the socket is not open. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens a socket to the API server.
 *
 * @param options Where to, and how.
 * @returns The socket.
 * @throws {Error} If that fails.
 */
export async function openNodeSocket(options: NodeSocketOptions): Promise<Socket> {
  const { server, tls, proxyUrl, clientCertificate, signal } = options;
  const trust = {
    rejectUnauthorized: !tls.insecureSkipTlsVerify,
    ALPNProtocols: ["http/1.1"],
    ...(tls.caCerts.length > 0 && { ca: [...tls.caCerts] }),
  };
  const { secure, hostname, port } = addressOf(server);
  const first = addressOf(proxyUrl ?? server);
  const plain = connectTcp({ host: first.hostname, port: first.port });
  const onAbort = () => plain.destroy();
  signal?.addEventListener("abort", onAbort);
  try {
    let socket = await opened(plain, "connect");
    if (proxyUrl !== undefined) {
      if (first.secure) socket = await encrypted(socket, first.hostname, trust);
      await askProxy(socket, new URL(proxyUrl), hostname, port);
    }
    return secure ? await encrypted(socket, tls.serverName ?? hostname, { ...trust, ...clientCertificate }) : socket;
  } catch (error) {
    plain.destroy();
    throw error;
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

function encrypted(socket: Socket, host: string, options: ConnectionOptions): Promise<Socket> {
  // TLS has no way to ask for an address.
  const servername = /^[\d.]+$|:/.test(host) ? "" : host;
  return opened(connectTls({ socket, host, servername, ...options }), "secureConnect");
}

function opened(socket: Socket, event: "connect" | "secureConnect"): Promise<Socket> {
  return new Promise((resolve, reject) => {
    // Later errors are told by whoever reads or writes.
    socket.on("error", reject);
    socket.once("close", () => reject(new DOMException("the connection was closed", "NetworkError")));
    socket.once(event, () => resolve(socket));
  });
}
