/**
 * An HTTP server for programs on this machine that passes bodies on as they come, and whole connections, too.
 *
 * It is built on `node:http`, as `Deno.serve` upgrades a connection to WebSocket only: kubectl needs SPDY as well.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { TLSSocket } from "node:tls";
import { KubescriptError } from "../../kube/error.ts";
import type { ByteStream } from "./byte_stream.ts";
import { byteStreamOfSocket } from "./node_byte_stream.ts";

/** A request as it came. */
export interface IncomingRequest {
  /** The method. */
  readonly method: string;
  /** The path with its query. */
  readonly target: string;
  /** The headers; a name may stand there several times. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The body; absent if there is none. */
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  /**
   * Reads the body as a whole, which is much faster than its stream is.
   *
   * @param maxBytes How long it may be.
   * @returns The body; `undefined` if it is longer.
   */
  bytes(maxBytes: number): Promise<Uint8Array | undefined>;
  /** The protocol in which to go on over the same connection; absent if none is asked for. */
  readonly upgrade: string | undefined;
  /** Aborted when the client does not wait any more. */
  readonly signal: AbortSignal;
  /**
   * The subject of the certificate that the client showed; `unverified` if it is expired, or not of the server's authority
   * for clients.
   */
  readonly clientCertificate?: ClientIdentity | "unverified" | undefined;
}

/** Whom a client's certificate names. */
export interface ClientIdentity {
  /** The common name: to Kubernetes, the user. */
  readonly cn: string;
  /** The organizations: to Kubernetes, the groups. */
  readonly groups: readonly string[];
}

/** How a server proves who it is, and whose clients' certificates it believes; all as PEM. */
export interface ServerTls {
  /** The server's certificate. */
  readonly cert: string;
  /** Its private key. */
  readonly key: string;
  /** The authority that issues the certificates of clients. */
  readonly clientCa: string;
}

/** The answer that the connection goes on in another protocol. */
export interface Upgraded {
  /** The headers. */
  readonly headers: Headers;
  /**
   * Carries what follows on the connection, until one of its sides has ended.
   *
   * @param connection The connection.
   */
  carry(connection: ByteStream): Promise<void>;
}

/** Answers requests; it does not throw, unless the client does not wait any more. */
export type RequestHandler = (request: IncomingRequest) => Promise<Response | Upgraded>;

/** Where to listen: at a port (0 for any that is free), or at a Unix socket. */
export type ListenAddress = { readonly hostname: string; readonly port: number } | { readonly path: string };

/** A server that listens; disposing it ends all connections. */
export interface HttpServer extends AsyncDisposable {
  /** Where it listens: host and port, or a path. */
  readonly address: string;
  /** Closes all connections; new ones are taken. */
  disconnect(): void;
}

// The types lack the last one.
const OPTIONS: ServerOptions & { shouldUpgradeCallback(incoming: IncomingMessage): boolean } = {
  // As the API server takes it: a command of `kubectl exec` is a part of the address.
  maxHeaderSize: 1024 * 1024,
  // A client must not meet a connection that is being closed; and a body may take its time.
  keepAliveTimeout: 180_000,
  requestTimeout: 0,
  // Others, such as `h2c`, are offers that a server may pass over.
  shouldUpgradeCallback: ({ headers }) => /^(websocket|spdy\/3\.1)$/i.test(headers.upgrade ?? ""),
};

/**
 * Starts a server.
 *
 * @param listenAddress Where to listen.
 * @param handle Answers requests.
 * @param tls Serves HTTPS with it; a client need not show a certificate.
 * @returns The server.
 * @throws {KubescriptError} If it cannot listen there.
 */
export async function serveHttp(
  listenAddress: ListenAddress,
  handle: RequestHandler,
  tls?: ServerTls,
): Promise<HttpServer> {
  const work = new Set<Promise<void>>();
  const sockets = new Set<Socket>();
  const track = (promise: Promise<void>) => {
    // A client that went away is not waiting for an answer.
    const settled = promise.catch(() => {}).finally(() => work.delete(settled));
    work.add(settled);
  };
  const server = tls ? await createSecureServer(tls) : createServer(OPTIONS);
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("request", (incoming: IncomingMessage, outgoing: ServerResponse) => {
    track(answerRequest(incoming, outgoing, handle).catch(() => void outgoing.destroy()));
  });
  server.on("upgrade", (incoming: IncomingMessage, socket: Socket, head: Uint8Array) => {
    socket.on("error", () => {}); // reads and writes tell as well
    socket.unshift(head);
    track(answerUpgrade(incoming, socket, handle).finally(() => void socket.destroy()));
  });
  await listen(server, listenAddress);
  const disconnect = () => sockets.forEach((socket) => socket.destroy());
  return {
    address: formatAddress(server.address() as AddressInfo | string),
    disconnect,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      disconnect();
      await closed;
      await Promise.all(work);
    },
  };
}

// Few servers need it.
async function createSecureServer({ cert, key, clientCa }: ServerTls): Promise<Server> {
  const https = await import("node:https");
  return https.createServer({ ...OPTIONS, cert, key, ca: clientCa, requestCert: true, rejectUnauthorized: false });
}

function identityOf(socket: Socket | TLSSocket): IncomingRequest["clientCertificate"] {
  if (!("authorized" in socket)) return undefined;
  const { subject } = socket.getPeerCertificate() ?? {};
  if (!subject) return undefined;
  if (!socket.authorized) return "unverified";
  const { CN: cn, O: groups = [] } = subject as { CN?: string; O?: string | string[] };
  return cn === undefined ? undefined : { cn, groups: [groups].flat() };
}

async function answerRequest(incoming: IncomingMessage, outgoing: ServerResponse, handle: RequestHandler) {
  const request = readRequest(incoming, undefined, (callback) => outgoing.on("close", callback));
  const answer = await handle(request) as Response; // as no upgrade was asked for
  outgoing.writeHead(answer.status, [...answer.headers].flat());
  if (!answer.body) return void outgoing.end();
  // What is no stream need not be sent as one.
  if (answer.headers.has("content-length")) return void outgoing.end(await answer.bytes());
  // The events of a watch may be long in coming.
  outgoing.flushHeaders();
  await pipeline(answer.body, outgoing);
}

async function answerUpgrade(incoming: IncomingMessage, socket: Socket, handle: RequestHandler): Promise<void> {
  const { upgrade } = incoming.headers;
  const answer = await handle(readRequest(incoming, upgrade, (callback) => socket.on("close", callback)));
  const connection = byteStreamOfSocket(socket);
  if (answer instanceof Response) {
    const body = await answer.bytes();
    const headers = [...answer.headers].filter(([name]) => name !== "content-length");
    const own = [["content-length", `${body.length}`], ["connection", "close"]] as const;
    await connection.write(encodeHead(answer.status, [...headers, ...own]));
    await connection.write(body);
    return await connection.closeWrite();
  }
  const head = encodeHead(101, [...answer.headers, ["connection", "Upgrade"], ["upgrade", upgrade!]]);
  // At once, as the other side is to be told even if the client is gone.
  await Promise.all([connection.write(head), answer.carry(connection)]);
}

function readRequest(
  incoming: IncomingMessage,
  upgrade: string | undefined,
  onClose: (callback: () => void) => void,
): IncomingRequest {
  const { method = "", url = "", headers, rawHeaders } = incoming;
  const hasBody = Number(headers["content-length"] ?? 0) > 0 || headers["transfer-encoding"] !== undefined;
  // Few answers are long enough to end early, and a signal costs as much as the rest of a short one.
  let gone: AbortController | undefined;
  let isGone = false;
  const abort = () => gone?.abort(new DOMException("the client closed the connection", "AbortError"));
  onClose(() => {
    isGone = true;
    abort();
  });
  return {
    method,
    target: url,
    headers: rawHeaders.flatMap((name, i) => i % 2 === 0 ? [[name, rawHeaders[i + 1]!] as const] : []),
    get body() {
      return hasBody && upgrade === undefined
        ? Readable.toWeb(incoming) as ReadableStream<Uint8Array<ArrayBuffer>>
        : undefined;
    },
    bytes: (maxBytes) => hasBody ? readBytes(incoming, maxBytes) : Promise.resolve(new Uint8Array()),
    upgrade,
    get signal() {
      if (!gone) {
        gone = new AbortController();
        if (isGone) abort();
      }
      return gone.signal;
    },
    get clientCertificate() {
      return identityOf(incoming.socket);
    },
  };
}

function readBytes(incoming: IncomingMessage, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  return new Promise((resolve, reject) => {
    incoming.on("data", (chunk: Uint8Array) => {
      length += chunk.length;
      if (length <= maxBytes) chunks.push(chunk);
      else resolve(undefined);
    });
    incoming.on("end", () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
    incoming.on("error", reject);
  });
}

function encodeHead(status: number, headers: readonly (readonly [name: string, value: string])[]): Uint8Array {
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  return new TextEncoder().encode([`HTTP/1.1 ${status} `, ...lines, "", ""].join("\r\n"));
}

async function listen(server: ReturnType<typeof createServer>, address: ListenAddress): Promise<void> {
  const isSocket = "path" in address;
  const where = isSocket ? address.path : formatAddress({ address: address.hostname, port: address.port });
  try {
    if (isSocket) await removeOldSocket(address.path);
    // Nobody else may use a socket, which stands for our rights in the cluster.
    using _ = isSocket ? withUmask(0o077) : undefined;
    server.listen(isSocket ? { path: address.path } : { host: address.hostname, port: address.port });
    await once(server, "listening");
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new KubescriptError(`Cannot listen on ${where}: ${code === "EADDRINUSE" ? "it is in use" : message}`, {
      cause,
    });
  }
}

async function removeOldSocket(path: string): Promise<void> {
  try {
    if ((await Deno.stat(path)).isSocket) await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function withUmask(mask: number): Disposable | undefined {
  if (Deno.build.os === "windows") return undefined;
  const before = Deno.umask(mask);
  return { [Symbol.dispose]: () => void Deno.umask(before) };
}

function formatAddress(address: Pick<AddressInfo, "address" | "port"> | string): string {
  if (typeof address === "string") return address;
  const { address: host, port } = address;
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
