/**
 * The connections to one server, which are given up when the client certificate is another one, or when one of them
 * proved dead.
 *
 * @module
 */

import type { ClusterConfig } from "../config/cluster_config.ts";
import type { ClientCertificate, Credential } from "../config/credentials.ts";
import { type Connections, openConnections } from "./connections.ts";

/** Connections to one server. */
export class ConnectionPool {
  readonly #mostIdle: number;
  #config: ClusterConfig;
  #open:
    | { readonly connections: Promise<Connections>; readonly certificate: ClientCertificate | undefined }
    | undefined;

  /**
   * Makes a pool; nothing is opened yet.
   *
   * @param config Where the server is.
   * @param mostIdle How many connections are kept while they are not in use.
   */
  constructor(config: ClusterConfig, mostIdle: number) {
    this.#config = config;
    this.#mostIdle = mostIdle;
  }

  /** Where the server is, with the authorities that it was last found to have. */
  get config(): ClusterConfig {
    return this.#config;
  }

  /**
   * Gives the connections for a client.
   *
   * @param credential Who asks.
   * @returns The connections.
   * @throws {ConfigError} If the client certificate or the proxy's address cannot be used.
   */
  get({ clientCertificate: certificate }: Credential): Promise<Connections> {
    if (this.#open && this.#open.certificate === certificate) return this.#open.connections;
    this.close();
    const connections = this.#connect(certificate);
    this.#open = { connections, certificate };
    return connections;
  }

  /** Gives up the connections that there are; requests under way go on. */
  close(): void {
    this.#open?.connections.then((connections) => connections.close(), () => {});
    this.#open = undefined;
  }

  // The server's authorities change as well, but seldom, and then connections fail. A file that is being replaced may
  // be missing for a moment.
  async #connect(clientCertificate: ClientCertificate | undefined): Promise<Connections> {
    const { tls } = this.#config;
    const caCerts = await tls.readCaCerts?.().catch(() => undefined) ?? tls.caCerts;
    this.#config = { ...this.#config, tls: { ...tls, caCerts } };
    return await openConnections({ ...this.#config, clientCertificate, mostIdle: this.#mostIdle });
  }
}
