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
import type { ClusterConfig } from "./config/cluster_config.ts";
import type { Credential } from "./config/credentials.ts";
import { describeFault, TransportError } from "./errors.ts";
import { retryDelayMs } from "./retry.ts";
import type { AttemptOptions, Sender, StreamOptions } from "./sender.ts";
import { ConnectionPool } from "./transport/connection_pool.ts";
import { identityHeaders, sendAuthorized } from "./transport/identity.ts";
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
  readonly #config: ClusterConfig;
  readonly #options: TransportOptions;
  readonly #lanes: Limiter;
  readonly #where: string;
  readonly #warned = new Set<string>();
  readonly #pools: Readonly<Record<Purpose, ConnectionPool>>;
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
    const openPool = () => new ConnectionPool(config, options.concurrency);
    this.#pools = { request: openPool(), watch: openPool() };
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
   * @param options The signal that cancels it, and what is to be asked before each attempt.
   * @returns The answer, whatever its status code.
   * @throws {TransportError} If there is no answer.
   */
  async send(request: KubeRequest, options: AttemptOptions = {}): Promise<Answer> {
    const body = bodyOf(request);
    const send: SendOnce<Answer> = async (credential, signal) => {
      const response = await this.#fetch(request, body, "request", credential, signal);
      return { status: response.status, headers: response.headers, text: await response.text() };
    };
    return await this.#lanes.run(() => this.#sendUntilSettled(request, options, send));
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
    if (freshConnection) this.#pools.watch.close();
    using end = durationMs === undefined ? undefined : deadline(clock, durationMs + requestTimeoutMs, signal);
    try {
      const response = await sendAuthorized(this.#config.credentials, { signal }, async (credential) => {
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
   * @param options The signal that cancels the attempt, not the open connection; what is to be asked before each attempt.
   * @returns The connection, which is to be disposed.
   * @throws {ApiError} If the server refuses, for its own reason.
   * @throws {TransportError} If there is no answer.
   */
  async connect(
    request: KubeRequest,
    protocols: readonly string[],
    options: AttemptOptions = {},
  ): Promise<WebSocketConnection> {
    const { clock } = this.#options;
    const { server } = this.#config;
    const url = new URL(server + request.path);
    const explain = (fault: unknown) => new TransportError(request, this.#where, 1, fault);
    const answer = await this.#sendUntilSettled(request, options, (credential, signal) => {
      const headers = this.#headers(request, "request", credential);
      const upgrade = { url, headers, protocols };
      return openWebSocket(this.#pools.request.config, credential.clientCertificate, upgrade, {
        clock,
        signal,
        explain,
      });
    });
    return answer.webSocket ?? refuse(request, answer);
  }

  /** Closes all connections that are not in use. */
  [Symbol.dispose](): void {
    for (const pool of Object.values(this.#pools)) pool.close();
  }

  async #sendUntilSettled<A extends Answer>(
    request: KubeRequest,
    options: AttemptOptions,
    send: SendOnce<A>,
  ): Promise<A> {
    const { clock, onRetry } = this.#options;
    for (let attempts = 1;; attempts++) {
      const attempt = await this.#attempt(options, send);
      const delayMs = retryDelayMs(request, attempt, attempts, clock.random());
      if (delayMs === undefined) {
        if ("answer" in attempt) return attempt.answer;
        throw new TransportError(request, this.#where, attempts, attempt.fault);
      }
      const reason = "answer" in attempt
        ? `the server answered ${attempt.answer.status}`
        : describeFault(attempt.fault);
      onRetry?.(`Retrying to ${request.what} in ${Math.round(delayMs)} ms: ${reason}`);
      await clock.sleep(delayMs, options.signal);
    }
  }

  async #attempt<A extends Answer>(
    { signal, beforeAttempt }: AttemptOptions,
    send: SendOnce<A>,
  ): Promise<{ readonly answer: A } | { readonly fault: unknown }> {
    const { clock, requestTimeoutMs } = this.#options;
    try {
      const answer = await sendAuthorized(this.#config.credentials, { signal }, async (credential) => {
        using limit = deadline(clock, Math.min(beforeAttempt?.() ?? Infinity, requestTimeoutMs), signal);
        return await send(credential, limit.signal);
      });
      return { answer };
    } catch (fault) {
      return { fault: this.#networkFault(fault, "request", signal) };
    }
  }

  async #fetch(
    request: KubeRequest,
    body: Blob | undefined,
    purpose: Purpose,
    credential: Credential,
    signal: AbortSignal,
  ): Promise<Response> {
    const headers = this.#headers(request, purpose, credential);
    const connections = await this.#pools[purpose].get(credential);
    const response = await connections.fetch(this.#config.server + request.path, {
      method: request.method,
      headers,
      body,
      signal,
    });
    this.#noteHeaders(response.headers);
    return response;
  }

  #headers(request: KubeRequest, purpose: Purpose, credential: Credential): [string, string][] {
    const { accept = "application/json", contentType = "application/json" } = request;
    const headers = identityHeaders(this.#config, credential);
    headers.push(["accept", accept], ["user-agent", "kubescript"]);
    // The server compresses watch streams as many gzip members, of which fetch reads only the first.
    if (purpose === "watch" || this.#config.disableCompression) headers.push(["accept-encoding", "identity"]);
    if (hasBody(request)) headers.push(["content-type", contentType]);
    return headers;
  }

  // The pool is given up with the connection that failed, as its other connections may be dead as well.
  #networkFault(fault: unknown, purpose: Purpose, signal: AbortSignal | undefined): unknown {
    signal?.throwIfAborted();
    if (!isNetworkFault(fault)) throw fault;
    this.#pools[purpose].close();
    return fault;
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
