/**
 * The only code that opens connections.
 *
 * HTTP/1.1 on purpose: with HTTP/2 Deno keeps one connection per client, queues silently past the server's stream
 * limit, and one black-holed connection hangs every later request. So requests share a pool under a concurrency cap,
 * each with a deadline, and the pool is thrown away when a connection proved dead. Watches have a pool of their own,
 * as each holds its connection for minutes.
 *
 * @module
 */

import { type Clock, deadline } from "../base/clock.ts";
import { Limiter } from "../base/limiter.ts";
import type { KubeRequest } from "../kube/request.ts";
import { stringifyJson } from "../base/json.ts";
import type { ClusterConfig } from "./config/cluster_config.ts";
import type { Credential } from "./config/credentials.ts";
import { describeFault, TransportError } from "./errors.ts";
import { type Attempt, retryDelayMs } from "./retry.ts";

/** How a {@linkcode Transport} behaves. */
export interface TransportOptions {
  /** The clock for deadlines and waits. */
  readonly clock: Clock;
  /** How many requests may be under way at once. */
  readonly concurrency: number;
  /** How long one attempt of a request may take, in milliseconds. Watches have no such limit. */
  readonly requestTimeoutMs: number;
  /** Told about every repetition. */
  readonly onRetry?: ((message: string) => void) | undefined;
  /** Told about every warning of the server, once for each text. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** An answer with its whole body. */
export interface Answer {
  /** The HTTP status code. */
  readonly code: number;
  /** The headers. */
  readonly headers: Headers;
  /** The body. */
  readonly text: string;
}

/** Settings of a single request. */
export interface SendOptions {
  /** Cancels the request, also while it waits to be repeated. */
  readonly signal?: AbortSignal | undefined;
}

/** Sends requests to one API server. */
export class Transport implements Disposable {
  readonly #config: ClusterConfig;
  readonly #options: TransportOptions;
  readonly #lanes: Limiter;
  readonly #warned = new Set<string>();
  readonly #pools = new Map<Purpose, Pool>();
  // Pools that were replaced stay open until the end, as other requests may still use them.
  readonly #opened: Deno.HttpClient[] = [];
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
  send(request: KubeRequest, options: SendOptions = {}): Promise<Answer> {
    return this.#lanes.run(() => this.#sendUntilSettled(request, options.signal));
  }

  /**
   * Opens a stream, such as a watch.
   *
   * @param request The request.
   * @param options The signal that ends the stream.
   * @returns The status code, the headers, and the body as it comes.
   * @throws {TransportError} If there is no answer.
   */
  async stream(request: KubeRequest, options: SendOptions = {}): Promise<Response> {
    const { credentials } = this.#config;
    const credential = await credentials.get(options);
    // Only the head has a deadline; the body stays tied to the caller's signal.
    using limit = deadline(this.#options.clock, this.#options.requestTimeoutMs, options.signal);
    try {
      const response = await this.#fetch(request, "watch", credential, limit.signal);
      if (response.status !== 401) return response;
      await response.body?.cancel();
      const renewed = await credentials.get({ ...options, rejected: credential });
      return await this.#fetch(request, "watch", renewed, limit.signal);
    } catch (fault) {
      options.signal?.throwIfAborted();
      if (!isNetworkFault(fault)) throw fault;
      throw new TransportError(request, this.#config.server, 1, fault);
    }
  }

  /** Closes all connections. */
  [Symbol.dispose](): void {
    for (const client of this.#opened.splice(0)) client.close();
    this.#pools.clear();
  }

  async #sendUntilSettled(request: KubeRequest, signal: AbortSignal | undefined): Promise<Answer> {
    const { clock, onRetry } = this.#options;
    let credential = await this.#config.credentials.get({ signal });
    let renewed = false;
    for (let attempts = 1;; attempts++) {
      let attempt: Attempt;
      let answer: Answer | undefined;
      try {
        answer = await this.#sendOnce(request, credential, signal);
        // Credentials may have expired since they were read; the server did nothing, so any request can be repeated.
        if (answer.code === 401 && !renewed) {
          renewed = true;
          const other = await this.#config.credentials.get({ rejected: credential, signal });
          if (other !== credential) {
            credential = other;
            continue;
          }
        }
        attempt = {
          kind: "answer",
          code: answer.code,
          retryAfter: answer.headers.get("retry-after"),
          body: answer.text,
        };
      } catch (fault) {
        signal?.throwIfAborted();
        if (!isNetworkFault(fault)) throw fault;
        this.#pools.delete("request");
        attempt = { kind: "fault", fault };
      }
      const delayMs = retryDelayMs(request, attempt, attempts, clock.random());
      if (delayMs === undefined) {
        if (answer) return answer;
        throw new TransportError(request, this.#config.server, attempts, (attempt as { fault: unknown }).fault);
      }
      onRetry?.(
        `Retrying to ${request.what} in ${Math.round(delayMs)} ms: ` +
          (attempt.kind === "answer" ? `the server answered ${attempt.code}` : describeFault(attempt.fault)),
      );
      await clock.sleep(delayMs, signal);
    }
  }

  async #sendOnce(request: KubeRequest, credential: Credential, signal: AbortSignal | undefined): Promise<Answer> {
    using limit = deadline(this.#options.clock, this.#options.requestTimeoutMs, signal);
    const response = await this.#fetch(request, "request", credential, limit.signal);
    return { code: response.status, headers: response.headers, text: await response.text() };
  }

  async #fetch(
    request: KubeRequest,
    purpose: Purpose,
    credential: Credential,
    signal: AbortSignal,
  ): Promise<Response> {
    const headers = new Headers({ "accept": request.accept ?? "application/json", "user-agent": "kubescript" });
    if (credential.authorization !== undefined) headers.set("authorization", credential.authorization);
    // The server compresses watch streams as many gzip members, of which fetch reads only the first.
    if (purpose === "watch" || this.#config.disableCompression) headers.set("accept-encoding", "identity");
    if (request.body !== undefined) headers.set("content-type", request.contentType ?? "application/json");
    const response = await fetch(this.#config.server + request.path, {
      method: request.method,
      headers,
      client: this.#pool(purpose, credential),
      signal,
      redirect: "manual",
      ...(request.body !== undefined && { body: stringifyJson(request.body) }),
    });
    this.#noteHeaders(response.headers);
    return response;
  }

  #pool(purpose: Purpose, { clientCertificate }: Credential): Deno.HttpClient {
    const known = this.#pools.get(purpose);
    if (known && known.clientCertificate === clientCertificate) return known.client;
    const { caCerts } = this.#config.tls;
    const client = Deno.createHttpClient({
      http1: true,
      http2: false,
      poolMaxIdlePerHost: this.#options.concurrency,
      ...(caCerts.length > 0 && { caCerts: [...caCerts] }),
      ...clientCertificate,
    });
    this.#opened.push(client);
    this.#pools.set(purpose, { client, clientCertificate });
    return client;
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

interface Pool {
  readonly client: Deno.HttpClient;
  readonly clientCertificate: Credential["clientCertificate"];
}

// `fetch` reports faults of the network as TypeErrors, and a deadline by the signal's reason.
function isNetworkFault(fault: unknown): boolean {
  return fault instanceof TypeError || (fault instanceof DOMException && fault.name === "TimeoutError");
}
