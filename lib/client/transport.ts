/**
 * The only code that opens connections to a cluster.
 *
 * HTTP/1.1 on purpose: with HTTP/2 Deno keeps one connection per client, queues silently past the server's stream
 * limit, and one black-holed connection hangs every later request. So requests share a pool under a concurrency cap,
 * each with a deadline, and the pool is thrown away when a connection proved dead. Watches have a pool of their own,
 * as each holds its connection for minutes.
 *
 * @module
 */

import { type Clock, deadline } from "../base/clock.ts";
import { stringifyJson } from "../base/json.ts";
import { Limiter } from "../base/limiter.ts";
import type { KubeRequest } from "../kube/request.ts";
import { type Answer, refuse } from "./answer.ts";
import type { ClusterConfig, Impersonation } from "./config/cluster_config.ts";
import type { Credential } from "./config/credentials.ts";
import { ConfigError } from "./config_error.ts";
import { describeFault, TransportError } from "./errors.ts";
import { retryDelayMs } from "./retry.ts";
import type { Sender, SendOptions, StreamOptions } from "./sender.ts";
import { type Connections, openConnections } from "./transport/connections.ts";
import { openWebSocket, type WebSocketConnection } from "./transport/web_socket.ts";

/** How a {@linkcode Transport} behaves. */
export interface TransportOptions {
  /** The clock for deadlines and waits. */
  readonly clock: Clock;
  /** How many requests may be under way at once; watches are not counted. */
  readonly concurrency: number;
  /** How long one attempt of a request, or the head of a stream, may take, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** Told about every repetition. */
  readonly onRetry?: ((message: string) => void) | undefined;
  /** Told about every warning of the server, once for each text. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** Sends requests to one API server. */
export class Transport implements Sender {
  readonly #options: TransportOptions;
  readonly #lanes: Limiter;
  readonly #where: string;
  readonly #warned = new Set<string>();
  readonly #pools = new Map<Purpose, Pool>();
  #config: ClusterConfig;
  #serverAheadMs = 0;

  /**
   * Makes a transport; nothing is opened yet.
   *
   * @param config Where the server is, and who asks.
   * @param options How it behaves.
   */
  constructor(config: ClusterConfig, options: TransportOptions) {
    this.#config = config;
    this.#options = options;
    this.#lanes = new Limiter(options.concurrency);
    const { server, proxyUrl, tls, source } = config;
    // Only the host, as the address may hold a password.
    this.#where = proxyUrl === undefined ? server : `${server} through proxy ${new URL(proxyUrl).host}`;
    if (tls.insecureSkipTlsVerify) {
      options.onWarning?.(`The certificate of ${server} is not checked, as ${source} says "insecure-skip-tls-verify"`);
    }
  }

  /** The server's time in milliseconds since the epoch, judged by its last answer; exact to about a second. */
  serverTimeMs(): number {
    return this.#options.clock.now() + this.#serverAheadMs;
  }

  /**
   * Sends a request and reads the whole answer, repeating it where that is safe.
   *
   * @param request The request.
   * @param options The signal that cancels it.
   * @returns The answer, whatever its status code.
   * @throws {TransportError} If there is no answer.
   */
  async send(request: KubeRequest, options: SendOptions = {}): Promise<Answer> {
    const body = bodyOf(request);
    const send: SendOnce<Answer> = async (credential, signal) => {
      const response = await this.#fetch(request, body, "request", credential, signal);
      return { status: response.status, headers: response.headers, text: await response.text() };
    };
    return await this.#lanes.run(() => this.#sendUntilSettled(request, options.signal, send));
  }

  /**
   * Sends a request whose answer is a stream, such as a watch. It is not repeated.
   *
   * @typeParam T What is read from the stream.
   * @param request The request.
   * @param read Reads the answer, whatever its status code.
   * @param options The signal that ends the stream, and its duration.
   * @yields What was read.
   * @throws {TransportError} If there is no answer, or the connection breaks.
   */
  async *stream<T>(
    request: KubeRequest,
    read: (response: Response) => AsyncIterable<T>,
    { signal, durationMs, freshConnection }: StreamOptions = {},
  ): AsyncGenerator<T> {
    const { clock, requestTimeoutMs } = this.#options;
    const body = bodyOf(request);
    if (freshConnection) this.#closePool("watch");
    using end = durationMs === undefined ? undefined : deadline(clock, durationMs + requestTimeoutMs, signal);
    try {
      const response = await this.#authorized(signal, async (credential) => {
        using limit = deadline(clock, requestTimeoutMs, end?.signal ?? signal);
        return await this.#fetch(request, body, "watch", credential, limit.signal);
      });
      yield* read(response);
    } catch (fault) {
      throw new TransportError(request, this.#where, 1, this.#networkFault(fault, "watch", signal));
    }
  }

  /**
   * Opens a WebSocket, such as for a command in a container.
   *
   * @param request The request that is to be upgraded.
   * @param protocols The subprotocols, best first.
   * @param options The signal that cancels the attempt; not the open connection.
   * @returns The connection, which is to be disposed.
   * @throws {ApiError} If the server refuses, for its own reason.
   * @throws {TransportError} If there is no answer.
   */
  async connect(
    request: KubeRequest,
    protocols: readonly string[],
    options: SendOptions = {},
  ): Promise<WebSocketConnection> {
    const { clock } = this.#options;
    const { server } = this.#config;
    const url = new URL(server + request.path);
    const explain = (fault: unknown) => new TransportError(request, this.#where, 1, fault);
    const answer = await this.#sendUntilSettled(request, options.signal, (credential, signal) => {
      const headers = this.#headers(request, "request", credential);
      const upgrade = { url, headers, protocols };
      return openWebSocket(this.#config, credential.clientCertificate, upgrade, { clock, signal, explain });
    });
    return answer.webSocket ?? refuse(request, answer);
  }

  /** Closes all connections that are not in use. */
  [Symbol.dispose](): void {
    for (const purpose of this.#pools.keys()) this.#closePool(purpose);
  }

  async #sendUntilSettled<A extends Answer>(
    request: KubeRequest,
    signal: AbortSignal | undefined,
    send: SendOnce<A>,
  ): Promise<A> {
    const { clock, onRetry } = this.#options;
    for (let attempts = 1;; attempts++) {
      const attempt = await this.#attempt(signal, send);
      const delayMs = retryDelayMs(request, attempt, attempts, clock.random());
      if (delayMs === undefined) {
        if ("answer" in attempt) return attempt.answer;
        throw new TransportError(request, this.#where, attempts, attempt.fault);
      }
      const reason = "answer" in attempt
        ? `the server answered ${attempt.answer.status}`
        : describeFault(attempt.fault);
      onRetry?.(`Retrying to ${request.what} in ${Math.round(delayMs)} ms: ${reason}`);
      await clock.sleep(delayMs, signal);
    }
  }

  async #attempt<A extends Answer>(
    signal: AbortSignal | undefined,
    send: SendOnce<A>,
  ): Promise<{ readonly answer: A } | { readonly fault: unknown }> {
    const { clock, requestTimeoutMs } = this.#options;
    try {
      const answer = await this.#authorized(signal, async (credential) => {
        using limit = deadline(clock, requestTimeoutMs, signal);
        return await send(credential, limit.signal);
      });
      return { answer };
    } catch (fault) {
      return { fault: this.#networkFault(fault, "request", signal) };
    }
  }

  // Credentials may have expired since they were read. The server did nothing, so any request can be repeated.
  async #authorized<T extends Pick<Answer, "status"> & { readonly body?: ReadableStream | null }>(
    signal: AbortSignal | undefined,
    send: (credential: Credential) => Promise<T>,
  ): Promise<T> {
    const { credentials } = this.#config;
    const credential = await credentials.get({ signal });
    const answer = await send(credential);
    if (answer.status !== 401) return answer;
    const renewed = await credentials.get({ rejected: credential, signal });
    if (renewed === credential) return answer;
    await answer.body?.cancel();
    return await send(renewed);
  }

  async #fetch(
    request: KubeRequest,
    body: Blob | undefined,
    purpose: Purpose,
    credential: Credential,
    signal: AbortSignal,
  ): Promise<Response> {
    const headers = this.#headers(request, purpose, credential);
    const connections = await this.#pool(purpose, credential);
    const response = await connections.fetch(this.#config.server + request.path, {
      method: request.method,
      headers,
      body,
      signal,
    });
    this.#noteHeaders(response.headers);
    return response;
  }

  #headers(request: KubeRequest, purpose: Purpose, { authorization }: Credential): [string, string][] {
    const { source, disableCompression, impersonate } = this.#config;
    const { accept = "application/json", contentType = "application/json" } = request;
    const headers: [string, string][] = [["accept", accept], ["user-agent", "kubescript"]];
    if (authorization !== undefined) headers.push(["authorization", authorization]);
    if (impersonate !== undefined) headers.push(...impersonationHeaders(impersonate));
    // The server compresses watch streams as many gzip members, of which fetch reads only the first.
    if (purpose === "watch" || disableCompression) headers.push(["accept-encoding", "identity"]);
    if (hasBody(request)) headers.push(["content-type", contentType]);
    // `fetch` would quote the whole secret.
    if (headers.some(([, value]) => /\p{Cc}/u.test(value))) {
      throw new ConfigError(`Cannot use ${source}: the user has a character that HTTP cannot carry`);
    }
    return headers.map(([name, value]) => [name, encodeHeader(value)]);
  }

  // The pool is given up with the connection that failed, as its other connections may be dead as well.
  #networkFault(fault: unknown, purpose: Purpose, signal: AbortSignal | undefined): unknown {
    signal?.throwIfAborted();
    if (!isNetworkFault(fault)) throw fault;
    this.#closePool(purpose);
    return fault;
  }

  #pool(purpose: Purpose, { clientCertificate }: Credential): Promise<Connections> {
    const known = this.#pools.get(purpose);
    if (known && known.clientCertificate === clientCertificate) return known.connections;
    this.#closePool(purpose);
    const connections = this.#openPool(clientCertificate);
    this.#pools.set(purpose, { connections, clientCertificate });
    return connections;
  }

  // The server's authorities change as well, but seldom, and then connections fail. A file that is being replaced may
  // be missing for a moment.
  async #openPool(clientCertificate: Credential["clientCertificate"]): Promise<Connections> {
    const { tls } = this.#config;
    const caCerts = await tls.readCaCerts?.().catch(() => undefined) ?? tls.caCerts;
    this.#config = { ...this.#config, tls: { ...tls, caCerts } };
    return await openConnections({ ...this.#config, clientCertificate, mostIdle: this.#options.concurrency });
  }

  #closePool(purpose: Purpose): void {
    this.#pools.get(purpose)?.connections.then((connections) => connections.close(), () => {});
    this.#pools.delete(purpose);
  }

  #noteHeaders(headers: Headers): void {
    const date = Date.parse(headers.get("date") ?? "");
    // The header has whole seconds, so the server's clock is on average half a second further.
    if (!Number.isNaN(date)) this.#serverAheadMs = date + 500 - this.#options.clock.now();
    for (const [, text] of (headers.get("warning") ?? "").matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)) {
      if (this.#warned.has(text!)) continue;
      this.#warned.add(text!);
      this.#options.onWarning?.(text!.replace(/\\(.)/g, "$1"));
    }
  }
}

type Purpose = "request" | "watch";

type SendOnce<A> = (credential: Credential, signal: AbortSignal) => Promise<A>;

interface Pool {
  readonly connections: Promise<Connections>;
  readonly clientCertificate: Credential["clientCertificate"];
}

// As Go does it: `fetch` takes a character for a byte, and the API server reads UTF-8.
function encodeHeader(value: string): string {
  return String.fromCharCode(...new TextEncoder().encode(value));
}

// Groups and extra attributes are sent as one header for each value: the server does not split them at commas.
function impersonationHeaders({ user, uid, groups, extra }: Impersonation): [string, string][] {
  const headers: [string, string][] = [["impersonate-user", user]];
  if (uid !== undefined) headers.push(["impersonate-uid", uid]);
  for (const group of groups) headers.push(["impersonate-group", group]);
  for (const [key, values] of Object.entries(extra)) {
    const name = encodeURIComponent(key).replaceAll("(", "%28").replaceAll(")", "%29");
    for (const value of values) headers.push([`impersonate-extra-${name}`, value]);
  }
  return headers;
}

// `fetch` itself sends a request again, whatever it is, if a connection that was used before closes without an answer:
// but not if the body is a Blob. It is made here, so that a body that cannot be written is no fault of the network.
function bodyOf(request: KubeRequest): Blob | undefined {
  if (request.method === "GET") return undefined;
  return new Blob(hasBody(request) ? [request.text ?? stringifyJson(request.body)] : []);
}

function hasBody({ body, text }: KubeRequest): boolean {
  return body !== undefined || text !== undefined;
}

// `fetch` reports faults of the network as TypeErrors, and a deadline by the signal's reason.
function isNetworkFault(fault: unknown): boolean {
  return fault instanceof TypeError || (fault instanceof DOMException && fault.name === "TimeoutError");
}
