/**
 * A pool of connections on `node:http`, for what the runtime's own client cannot do, see `node_socket.ts`.
 *
 * @module
 */

import { once } from "node:events";
import { Agent, type ClientRequest, type ClientRequestArgs, type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";
import { pipeline } from "node:stream/promises";
import type { Connections, ConnectionsOptions, HttpRequest } from "./connections.ts";
import { openNodeSocket } from "./node_socket.ts";

/**
 * Makes a pool; nothing is opened yet.
 *
 * @param options How to connect.
 * @returns The pool.
 */
export function openNodeConnections(options: ConnectionsOptions): Connections {
  const agent = new SocketAgent(options);
  return {
    fetch: (url, request) => send(agent, new URL(url), request),
    close() {
      agent.maxFreeSockets = 0;
      for (const idle of Object.values(agent.freeSockets)) idle?.forEach((socket) => socket.destroy());
    },
  };
}

class SocketAgent extends Agent {
  readonly #options: ConnectionsOptions;

  constructor(options: ConnectionsOptions) {
    super({ keepAlive: true, maxFreeSockets: options.mostIdle });
    this.#options = options;
  }

  override createConnection(
    args: ClientRequestArgs,
    callback?: (error: Error | null, socket: Socket) => void,
  ): Socket {
    const { opening: signal } = args as RequestArgs;
    openNodeSocket({ ...this.#options, signal })
      .then((socket) => callback!(null, socket), (error) => callback!(error, null!));
    return null!; // the types do not know that the agent waits for the callback
  }

  override reuseSocket(socket: Socket, outgoing: ClientRequest): void {
    super.reuseSocket(socket, outgoing);
    // Or else the runtime sends the request again, even a POST, if the connection closes before the answer.
    outgoing.reusedSocket = false;
  }
}

interface RequestArgs extends ClientRequestArgs {
  /** Ends the opening of a connection for the request; the agent hands it on. */
  readonly opening: AbortSignal;
}

async function send(agent: Agent, url: URL, { method, headers, body, signal }: HttpRequest): Promise<Response> {
  const bytes = body instanceof Blob ? await body.bytes() : undefined;
  signal.throwIfAborted();
  const args: RequestArgs = { agent, method, path: url.pathname + url.search, opening: signal };
  const outgoing = request(args);
  outgoing.setHeader("host", url.host);
  outgoing.setHeader("accept-encoding", "gzip");
  for (const [name, values] of Map.groupBy(headers, ([name]) => name)) {
    outgoing.setHeader(name, values.map(([, value]) => value));
  }
  if (bytes) outgoing.setHeader("content-length", bytes.length);
  const onAbort = () => outgoing.destroy(signal.reason);
  signal.addEventListener("abort", onAbort);
  outgoing.on("close", () => signal.removeEventListener("abort", onAbort));
  outgoing.on("error", () => {}); // told by `once`, and then by the body
  const explain = (cause: unknown) => signal.aborted ? signal.reason : networkFault(cause);
  try {
    const answered = once(outgoing, "response");
    if (body instanceof ReadableStream) pipeline(body, outgoing).catch(() => {}); // told by `once`
    else outgoing.end(bytes);
    const [incoming] = await answered;
    return toResponse(incoming, explain);
  } catch (cause) {
    throw explain(cause);
  }
}

function toResponse(incoming: IncomingMessage, explain: (cause: unknown) => unknown): Response {
  const { statusCode: status = 0, rawHeaders } = incoming;
  const headers = new Headers();
  for (let i = 0; i < rawHeaders.length; i += 2) headers.append(rawHeaders[i]!, rawHeaders[i + 1]!);
  const body = toStream(incoming, explain);
  if (status === 204 || status === 304) return new Response(null, { status, headers });
  const isGzip = headers.get("content-encoding") === "gzip";
  return new Response(isGzip ? body.pipeThrough(new DecompressionStream("gzip")) : body, { status, headers });
}

// Without backpressure: `node:tls` reads on even if a socket is paused (Deno 2.9).
function toStream(
  incoming: IncomingMessage,
  explain: (cause: unknown) => unknown,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start(controller) {
      incoming.on("data", (chunk) => controller.enqueue(chunk));
      incoming.on("end", () => controller.close());
      incoming.on("error", (cause) => controller.error(explain(cause)));
    },
    cancel: () => void incoming.removeAllListeners("data").removeAllListeners("end").destroy(),
  });
}

// As `fetch` reports them.
function networkFault(fault: unknown): TypeError {
  const isCut = (fault as NodeJS.ErrnoException).code === "ECONNRESET";
  return new TypeError("Cannot reach the server", {
    cause: isCut ? new DOMException("the connection was cut", "NetworkError") : fault,
  });
}
