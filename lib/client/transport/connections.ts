/**
 * A pool of connections to one server, and how requests go over it.
 *
 * @module
 */

import type { ClusterConfig } from "../config/cluster_config.ts";
import type { ClientCertificate } from "../config/credentials.ts";
import { readPermittedEnv } from "../config/env.ts";
import { isVersion1 } from "../config/pem.ts";
import { PROXY_VARIABLES } from "../config/proxy.ts";
import { ConfigError } from "../config_error.ts";

/** How to connect. */
export interface ConnectionsOptions extends Pick<ClusterConfig, "server" | "tls" | "proxyUrl" | "source"> {
  /** The certificate to show to the server. */
  readonly clientCertificate: ClientCertificate | undefined;
  /** How many connections are kept while they are not in use. */
  readonly mostIdle: number;
}

/** One request as HTTP has it. */
export interface HttpRequest {
  /** The method. */
  readonly method: string;
  /** The headers; a name may stand there several times. */
  readonly headers: [name: string, value: string][];
  /** The body; a stream is sent as it comes. */
  readonly body: Blob | ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  /** Ends the request, also while its answer is read. */
  readonly signal: AbortSignal;
}

/** A pool of connections to one server. */
export interface Connections {
  /**
   * Sends a request once.
   *
   * @param url The whole address.
   * @param request The request.
   * @returns The answer; redirections are not followed.
   * @throws {TypeError} If the network fails, with what happened as its cause; also by the answer's body.
   */
  fetch(url: string, request: HttpRequest): Promise<Response>;
  /** Closes the connections that are not in use, and the others when their requests end. */
  close(): void;
}

/**
 * Makes a pool; nothing is opened yet.
 *
 * @param options How to connect.
 * @returns The pool.
 * @throws {ConfigError} If the client certificate or the proxy's address cannot be used.
 */
export async function openConnections(options: ConnectionsOptions): Promise<Connections> {
  if (needsNode(options)) {
    // Few clusters need it, so nobody else waits until it is loaded.
    const { openNodeConnections } = await import("./node_connections.ts");
    return openNodeConnections(options);
  }
  try {
    return openNativeConnections(options);
  } catch (cause) {
    throw new ConfigError(`Cannot use ${options.source}: ${(cause as Error).message}`, { cause });
  }
}

/**
 * Tells whether a connection needs `node:tls`, as the runtime's own TLS looks at every certificate, by the name in the
 * address, and knows only version 3.
 *
 * @param options How to connect.
 * @returns Whether it does.
 */
export function needsNode(options: Pick<ConnectionsOptions, "server" | "tls" | "clientCertificate">): boolean {
  const { server, tls: { insecureSkipTlsVerify, serverName }, clientCertificate } = options;
  return server.startsWith("https:") &&
    (insecureSkipTlsVerify || serverName !== undefined ||
      (clientCertificate !== undefined && isVersion1(clientCertificate.cert)));
}

function openNativeConnections({ tls, proxyUrl, clientCertificate, mostIdle }: ConnectionsOptions): Connections {
  const client = withoutProxyVariables(() =>
    Deno.createHttpClient({
      http1: true,
      http2: false,
      poolMaxIdlePerHost: mostIdle,
      ...(tls.caCerts.length > 0 && { caCerts: [...tls.caCerts] }),
      ...(proxyUrl !== undefined && { proxy: { url: proxyUrl } }),
      ...clientCertificate,
    })
  );
  // The runtime ends a body with the signal of its request only until the answer is collected as garbage (Deno 2.9).
  const answers = new WeakMap<ReadableStream, Response>();
  return {
    async fetch(url, { body, ...rest }) {
      const answer = await fetch(url, { ...rest, ...(body && { body }), client, redirect: "manual" });
      if (answer.body) answers.set(answer.body, answer);
      return answer;
    },
    close: () => client.close(),
  };
}

// The runtime heeds these variables by rules of its own, and NO_PROXY even for a proxy that it is told to use.
function withoutProxyVariables<T>(work: () => T): T {
  const hidden = PROXY_VARIABLES.flatMap((name) => {
    const value = readPermittedEnv(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  for (const [name] of hidden) Deno.env.delete(name);
  try {
    return work();
  } finally {
    for (const [name, value] of hidden) Deno.env.set(name, value);
  }
}
