/**
 * Connections as bytes, over TCP and TLS, for a proxy that lets things go wrong with them.
 *
 * @module
 */

/** Where to listen on 127.0.0.1, and with which certificate. */
export interface RawListenerOptions {
  /** The port; 0 for any that is free. */
  readonly port: number;
  /** The certificate, as PEM. */
  readonly cert: string;
  /** Its private key, as PEM. */
  readonly key: string;
}

/** Takes connections. */
export type RawListener = Deno.TlsListener;

const HTTP = ["http/1.1"];

/**
 * Listens for TLS connections that speak HTTP/1.1.
 *
 * @param options Where, and with which certificate.
 * @returns The listener.
 */
export function listenRaw({ port, cert, key }: RawListenerOptions): RawListener {
  return Deno.listenTls({ hostname: "127.0.0.1", port, cert, key, alpnProtocols: HTTP });
}

/**
 * Opens a connection that speaks HTTP/1.1.
 *
 * @param address An http or https address.
 * @param ca The authority of an https server, as PEM; by default those of the system.
 * @returns The connection.
 */
export function connectRaw({ protocol, hostname, port }: URL, ca: string | undefined): Promise<Deno.Conn> {
  if (protocol === "http:") return Deno.connect({ hostname, port: Number(port || 80) });
  const options = { hostname, port: Number(port || 443), alpnProtocols: HTTP };
  return Deno.connectTls(ca === undefined ? options : { ...options, caCerts: [ca] });
}
