/**
 * A proxy in front of an API server that lets things go wrong when a test says so.
 *
 * Clients speak HTTPS with it (HTTP/1.1, a certificate of its own authority), and it speaks HTTPS or HTTP with the API
 * server. Bytes, headers and WebSockets pass as they are, the client's token among them; a client certificate cannot
 * pass. Faults that strike single requests are {@link FaultProxy.inject | injected}; the others concern connections.
 *
 * @module
 */

import { createAuthority, issueCertificate } from "../../base/certificates.ts";
import { type Clock, systemClock } from "../../base/clock.ts";
import {
  connectRaw,
  listenRaw,
  type RawListener,
  type RawListenerOptions,
} from "../../client/transport/raw_connections.ts";
import { type Fault, type Injection, Injections, type RequestMatcher } from "./fault.ts";
import { ProxiedConnection, type ProxyContext, type RecordedRequest } from "./proxied_connection.ts";

export type { RecordedRequest } from "./proxied_connection.ts";

/** How to start a proxy. */
export interface FaultProxyOptions {
  /** The address of the API server. */
  readonly upstream: string;
  /** The certificate authority of the API server, as PEM, if its address is an https one. */
  readonly upstreamCa?: string;
  /** The clock. @default {systemClock} */
  readonly clock?: Clock;
}

/**
 * A proxy in front of an API server.
 *
 * @example Usage
 * ```ts
 * import { rejects, strictEqual } from "node:assert/strict";
 *
 * await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => new Response("hello"));
 * await using proxy = new FaultProxy({ upstream: `http://127.0.0.1:${server.addr.port}` });
 * using client = Deno.createHttpClient({ caCerts: [proxy.ca] });
 * const get = async () => await (await fetch(proxy.server, { client })).text();
 *
 * using dropped = proxy.inject({ fault: "drop" }, { method: "GET", times: 1 });
 * await rejects(get());
 * strictEqual(await get(), "hello");
 * strictEqual(dropped.strikes, 1);
 * strictEqual(proxy.requests.length, 2);
 * ```
 */
export class FaultProxy implements AsyncDisposable {
  /** The proxy's address, in the place of the API server's. */
  readonly server: string;
  /** The certificate authority of the proxy's certificate, as PEM. */
  readonly ca: string;
  /** All requests that arrived so far. */
  readonly requests: RecordedRequest[] = [];
  /** How long a new connection waits before it is served, in milliseconds. */
  acceptDelayMs = 0;
  readonly #listenOptions: RawListenerOptions;
  readonly #context: ProxyContext;
  readonly #injections = new Injections();
  readonly #connections = new Map<ProxiedConnection, Promise<void>>();
  #connectionCount = 0;
  #listener: RawListener | undefined;
  #hole: PromiseWithResolvers<void> | undefined;

  /**
   * Starts a proxy on a free port of 127.0.0.1.
   *
   * @param options What is behind it.
   */
  constructor({ upstream, upstreamCa, clock = systemClock }: FaultProxyOptions) {
    const authority = createAuthority("fault-proxy-ca");
    const { certificate: cert, key } = issueCertificate(authority, { cn: "fault-proxy", addresses: ["127.0.0.1"] });
    this.#listener = listenRaw({ port: 0, cert, key });
    const { hostname, port } = this.#listener.addr;
    this.#listenOptions = { port, cert, key };
    this.ca = authority.certificate;
    this.server = `https://${hostname}:${port}`;
    this.#context = {
      clock,
      connectUpstream: () => connectRaw(new URL(upstream), upstreamCa),
      chooseFault: (method, path) => this.#injections.choose(method, path),
      onRequest: (request) => this.requests.push(request),
      acceptDelayMs: () => this.acceptDelayMs,
      passable: () => this.#hole?.promise,
    };
    void this.#accept(this.#listener);
  }

  /**
   * Puts a fault in force. Of several that would strike a request, the one that was injected last does.
   *
   * @param fault The fault.
   * @param matcher Which requests it strikes; all by default.
   * @returns The handle that counts them, and ends the fault.
   */
  inject(fault: Fault, matcher?: RequestMatcher): Injection {
    return this.#injections.inject(fault, matcher);
  }

  /**
   * Lets nothing through any more, on all connections and in both directions. Connections stay open, and new ones are
   * taken.
   *
   * @returns The handle that lets through what was held back.
   */
  blackHole(): Disposable {
    const hole = this.#hole = Promise.withResolvers<void>();
    return {
      [Symbol.dispose]: () => {
        hole.resolve();
        if (this.#hole === hole) this.#hole = undefined;
      },
    };
  }

  /** Closes all connections; new ones are taken. */
  async closeConnections(): Promise<void> {
    for (const connection of this.#connections.keys()) connection.close();
    await Promise.all(this.#connections.values());
  }

  /** Closes all connections, and refuses new ones until {@linkcode FaultProxy.start}. */
  async stop(): Promise<void> {
    this.#listener?.close();
    this.#listener = undefined;
    await this.closeConnections();
  }

  /** Takes connections again, on the same port. */
  start(): void {
    this.#listener = listenRaw(this.#listenOptions);
    void this.#accept(this.#listener);
  }

  /** Ends the proxy. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #accept(listener: RawListener): Promise<void> {
    for await (const client of listener) {
      const connection = new ProxiedConnection(client, this.#connectionCount++, this.#context);
      const served = connection.serve().finally(() => this.#connections.delete(connection));
      this.#connections.set(connection, served);
    }
  }
}
