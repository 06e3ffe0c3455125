/**
 * A WebSocket (RFC 6455) whose reading can be held back, and whose refusal tells why.
 *
 * The runtime's `WebSocket` can do neither: what nobody takes piles up in memory, and a refused upgrade is an error
 * without the server's answer, so that a command would have to be asked for twice to learn why it cannot run.
 *
 * @module
 */

import { ByteReader, concatenate } from "../../base/bytes.ts";
import type { Clock } from "../../base/clock.ts";
import type { Answer } from "../answer.ts";
import type { ClientCertificate } from "../config/credentials.ts";
import { type ByteStream, openByteStream, type StreamTarget } from "./byte_stream.ts";
import { encodeFrame, OPCODE, readFrame } from "./web_socket_frame.ts";

/** How a WebSocket is asked for. */
export interface UpgradeRequest {
  /** The address, `http:` or `https:`. */
  readonly url: URL;
  /** The headers beside those of the upgrade. */
  readonly headers: readonly (readonly [string, string])[];
  /** The subprotocols that the client speaks, best first. */
  readonly protocols: readonly string[];
}

const PING_MS = 30_000;
const NEWLINE = 10;
const LONGEST_LINE = 65_536;
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** What an open WebSocket needs to know. */
export interface WebSocketOptions extends Pick<OpenWebSocketOptions, "clock" | "explain"> {
  /** The subprotocol that the server chose. */
  readonly protocol: string;
}

/** An open WebSocket. */
export class WebSocketConnection implements AsyncIterable<Uint8Array>, Disposable {
  /** The subprotocol that the server chose. */
  readonly protocol: string;
  readonly #stream: ByteStream;
  readonly #reader: ByteReader;
  readonly #options: WebSocketOptions;

  /**
   * Takes over a connection after the upgrade.
   *
   * @param stream The connection.
   * @param reader What the server sends after its answer.
   * @param options Protocol and clock.
   */
  constructor(stream: ByteStream, reader: ByteReader, options: WebSocketOptions) {
    this.#stream = stream;
    this.#reader = reader;
    this.#options = options;
    this.protocol = options.protocol;
  }

  /**
   * Sends a binary message.
   *
   * @param message The message.
   * @returns Settles when there is room for more.
   */
  async send(message: Uint8Array): Promise<void> {
    try {
      await this.#write(OPCODE.binary, message);
    } catch (fault) {
      throw this.#options.explain(fault);
    }
  }

  /**
   * Reads messages until the server ends the connection; only one can read.
   *
   * @yields One message after the other. As long as none is asked for, the server is held back.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    using _ = this.#keepAlive();
    try {
      let parts: Uint8Array[] = [];
      for (;;) {
        const frame = await readFrame(this.#reader);
        if (!frame) throw new Error("the connection was cut");
        const { opcode, final, payload } = frame;
        if (opcode === OPCODE.close) return await this.#write(OPCODE.close, payload).catch(() => {});
        if (opcode === OPCODE.ping) await this.#write(OPCODE.pong, payload);
        if (opcode > OPCODE.binary) continue;
        parts.push(payload);
        if (!final) continue;
        yield concatenate(parts);
        parts = [];
      }
    } catch (fault) {
      throw this.#options.explain(fault);
    } finally {
      this.#stream.close();
    }
  }

  /** Ends the connection at once. */
  [Symbol.dispose](): void {
    this.#stream.close();
  }

  // A ping keeps whatever is on the way from closing a connection that is silent. That no pong comes proves nothing: the
  // API server does not read it as long as the command does not read its stdin.
  #keepAlive(): Disposable {
    const { clock } = this.#options;
    const ping = () => {
      this.#write(OPCODE.ping, new Uint8Array()).catch(() => {});
      stop = clock.timer(PING_MS, ping);
    };
    let stop = clock.timer(PING_MS, ping);
    return { [Symbol.dispose]: () => stop() };
  }

  #write(opcode: number, payload: Uint8Array): Promise<void> {
    return this.#stream.write(encodeFrame(opcode, payload, crypto.getRandomValues(new Uint8Array(4))));
  }
}

/** What else is needed to open a WebSocket. */
export interface OpenWebSocketOptions {
  /** The clock for signs of life. */
  readonly clock: Clock;
  /** Gives up. */
  readonly signal: AbortSignal;
  /** Makes the error to throw of a fault of the open connection. */
  readonly explain: (fault: unknown) => unknown;
}

/** How the server answered: with the connection if it agrees (status 101), with the reason if it does not. */
export type UpgradeAnswer = Answer & { readonly webSocket?: WebSocketConnection };

/**
 * Connects to a server and asks it to go on by WebSocket.
 *
 * @param target The server.
 * @param certificate The certificate to show.
 * @param request What to ask for.
 * @param options Clock, signal.
 * @returns The server's answer.
 * @throws {TypeError} If there is none, with what happened as its cause, as of `fetch`.
 */
export async function openWebSocket(
  target: StreamTarget,
  certificate: ClientCertificate | undefined,
  request: UpgradeRequest,
  options: OpenWebSocketOptions,
): Promise<UpgradeAnswer> {
  const { signal } = options;
  using undo = new DisposableStack();
  try {
    const stream = undo.adopt(await openByteStream(target, certificate, signal), (stream) => stream.close());
    const onAbort = () => stream.close();
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      const answer = await upgrade(stream, request, options);
      if (answer.webSocket) undo.move();
      return answer;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  } catch (cause) {
    signal.throwIfAborted();
    throw new TypeError(`Cannot connect to ${target.server}`, { cause });
  }
}

async function upgrade(
  stream: ByteStream,
  request: UpgradeRequest,
  { clock, explain }: OpenWebSocketOptions,
): Promise<UpgradeAnswer> {
  const key = crypto.getRandomValues(new Uint8Array(16)).toBase64();
  await stream.write(encodeHead(request, key));
  const reader = new ByteReader(stream.bytes);
  const { status, headers } = await readHead(reader);
  if (status !== 101) return { status, headers, text: await readBody(reader, headers) };
  const digest = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(key + GUID));
  if (headers.get("sec-websocket-accept") !== new Uint8Array(digest).toBase64()) {
    throw new Error("the server did not take the WebSocket's key");
  }
  const protocol = headers.get("sec-websocket-protocol") ?? "";
  if (!request.protocols.includes(protocol)) {
    throw new Error(`the server chose the protocol "${protocol}" instead of one that was offered`);
  }
  const webSocket = new WebSocketConnection(stream, reader, { protocol, clock, explain });
  return { status, headers, text: "", webSocket };
}

function encodeHead({ url, headers, protocols }: UpgradeRequest, key: string): Uint8Array {
  const all = [
    ["host", url.host],
    ...headers,
    ["connection", "Upgrade"],
    ["upgrade", "websocket"],
    ["sec-websocket-version", "13"],
    ["sec-websocket-key", key],
    ["sec-websocket-protocol", protocols.join(", ")],
  ] as const;
  const lines = all.map(([name, value]) => {
    new Headers([[name, value]]); // refuses what would end the line
    return `${name}: ${value}`;
  });
  const text = [`GET ${url.pathname}${url.search} HTTP/1.1`, ...lines, "", ""].join("\r\n");
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

async function readHead(reader: ByteReader): Promise<{ status: number; headers: Headers }> {
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(await readLine(reader))?.[1];
  if (!status) throw new Error("the server does not speak HTTP/1.1");
  const headers = new Headers();
  for (let line = await readLine(reader); line !== ""; line = await readLine(reader)) {
    const colon = line.indexOf(":");
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return { status: Number(status), headers };
}

async function readBody(reader: ByteReader, headers: Headers): Promise<string> {
  const parts: Uint8Array[] = [];
  if (headers.get("transfer-encoding") === "chunked") {
    for (let size = await readSize(reader); size > 0; size = await readSize(reader)) {
      parts.push((await reader.take(size + 2))?.subarray(0, size) ?? new Uint8Array());
    }
  } else {
    let left = Number(headers.get("content-length") ?? Infinity);
    for (let part = await takeSome(reader, left); part; part = await takeSome(reader, left)) {
      parts.push(part);
      left -= part.length;
    }
  }
  return new TextDecoder().decode(concatenate(parts));
}

function takeSome(reader: ByteReader, left: number): Promise<Uint8Array | undefined> | undefined {
  return left > 0 ? reader.takeSome() : undefined;
}

async function readSize(reader: ByteReader): Promise<number> {
  return parseInt(await readLine(reader), 16);
}

async function readLine(reader: ByteReader): Promise<string> {
  const line = await reader.takeThrough(NEWLINE, LONGEST_LINE);
  if (!line) throw new Error("the connection was cut");
  return new TextDecoder("latin1").decode(line).replace(/\r?\n$/, "");
}
