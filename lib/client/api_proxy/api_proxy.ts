/**
 * A server on this machine through which other programs reach the API server, with our credentials: what
 * `kubectl proxy` is.
 *
 * @module
 */

import { KubescriptError } from "../../kube/error.ts";
import type { Status } from "../../kube/status.ts";
import type { ClusterConfig } from "../config/cluster_config.ts";
import { describeFault } from "../errors.ts";
import {
  type HttpServer,
  type IncomingRequest,
  type ListenAddress,
  serveHttp,
  type Upgraded,
} from "../transport/http_server.ts";
import { Forwarder } from "./forwarder.ts";
import { refuseHost, refuseRequest, type RequestFilter } from "./request_filter.ts";
import { readPath, withoutPrefix } from "./request_path.ts";
import { readStaticFile } from "./static_files.ts";

/** How to serve the API. */
export interface ApiProxyOptions {
  /** Where to listen. */
  readonly address: ListenAddress;
  /** What is passed on; everything if absent. */
  readonly filter?: RequestFilter | undefined;
  /** The path under which the API is found. @default {"/"} */
  readonly apiPrefix?: string | undefined;
  /** A folder whose files are served, too, and the path under which they are found. */
  readonly files?: { readonly folder: string; readonly prefix: string } | undefined;
  /** Told about every answer. */
  readonly onAnswer?: ((method: string, target: string, status: number) => void) | undefined;
}

/**
 * Serves the API of a cluster.
 *
 * @param config The cluster, and who asks.
 * @param options Where, and what.
 * @returns The server; disposing it ends all connections.
 * @throws {KubescriptError} If it cannot listen at the address.
 */
export async function serveApi(config: ClusterConfig, options: ApiProxyOptions): Promise<HttpServer> {
  await using undo = new AsyncDisposableStack();
  const proxy = new ApiProxy(undo.use(new Forwarder(config)), options);
  const { address, disconnect } = undo.use(await serveHttp(options.address, (request) => proxy.answer(request)));
  const open = undo.move();
  return { address, disconnect, [Symbol.asyncDispose]: () => open.disposeAsync() };
}

type Answer = Response | Upgraded;

/** Answers requests. */
export class ApiProxy {
  readonly #forwarder: Pick<Forwarder, "forward">;
  readonly #options: Omit<ApiProxyOptions, "address">;
  readonly #apiPrefix: string;

  /**
   * Makes a proxy.
   *
   * @param forwarder Sends requests on.
   * @param options What is served.
   */
  constructor(forwarder: Pick<Forwarder, "forward">, options: Omit<ApiProxyOptions, "address">) {
    this.#forwarder = forwarder;
    this.#options = options;
    this.#apiPrefix = options.apiPrefix ?? "/";
  }

  /**
   * Answers a request.
   *
   * @param request The request.
   * @returns The answer: that of the API server, a file, or a refusal.
   */
  async answer(request: IncomingRequest): Promise<Answer> {
    const answer = await this.#answer(request);
    const status = answer instanceof Response ? answer.status : 101;
    this.#options.onAnswer?.(request.method, request.target, status);
    return answer;
  }

  async #answer(request: IncomingRequest): Promise<Answer> {
    const { filter, files } = this.#options;
    const { method, target } = request;
    const problem = filter && refuseHost(request, filter.acceptHosts);
    if (problem !== undefined) return refusal(403, "Forbidden", problem);
    const found = readPath(target);
    if (!found) return refusal(400, "BadRequest", "its path has empty or relative steps, or cannot be read");
    const { path, query } = found;
    const file = files && withoutPrefix(path, files.prefix);
    const api = withoutPrefix(path, this.#apiPrefix);
    // The longer prefix says more.
    if (files && file !== undefined && (api === undefined || file.length < api.length)) {
      if (method !== "GET" && method !== "HEAD") return refusal(405, "MethodNotAllowed", "files can only be read");
      const found = await readStaticFile(files.folder, decodeURIComponent(file), path);
      return found ?? refusal(404, "NotFound", "there is no such file");
    }
    if (api === undefined) return refusal(404, "NotFound", `the API is found under ${this.#apiPrefix}`);
    return await this.#forward(request, /^\/apis?\//.test(this.#apiPrefix) ? path : api || "/", query);
  }

  async #forward(request: IncomingRequest, path: string, query: string): Promise<Answer> {
    const { filter } = this.#options;
    const problem = filter && refuseRequest(request.method, decodeURIComponent(path), filter);
    if (problem !== undefined) return refusal(403, "Forbidden", problem);
    if (request.headers.some(([name]) => /^impersonate-/i.test(name))) {
      return refusal(403, "Forbidden", "it is to be made as another user; start the proxy with --as for that");
    }
    try {
      return await this.#forwarder.forward(request, path + query);
    } catch (error) {
      request.signal.throwIfAborted();
      if (error instanceof KubescriptError) return refusal(503, "ServiceUnavailable", error.message);
      // What `fetch` cannot send is no fault of the network: a GET with a body, a very long path.
      if ((error as Error).cause === undefined) return refusal(400, "BadRequest", describeFault(error).slice(0, 200));
      return refusal(503, "ServiceUnavailable", `no answer from the API server: ${describeFault(error)}`);
    }
  }
}

function refusal(code: number, reason: string, message: string): Response {
  const status: Status = {
    apiVersion: "v1",
    kind: "Status",
    metadata: {},
    status: "Failure",
    message: `The proxy cannot pass on the request: ${message}`,
    reason,
    code,
  };
  return Response.json(status, { status: code });
}
