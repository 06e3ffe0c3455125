/**
 * A WebSocket (RFC 6455) whose reading can be held back, and whose refusal tells why.
 *
 * The runtime's `WebSocket` can do neither: what nobody takes piles up in memory, and a refused upgrade is an error
 * without the server's answer, so that a command would have to be asked for twice to learn why it cannot run.
 *
 * @module
 */

import { type ByteReader, concatenate } from "../../base/bytes.ts";
import type { Clock } from "../../base/clock.ts";
import type { Answer } from "../answer.ts";
import type { ClientCertificate } from "../config/credentials.ts";
import type { ByteStream, StreamTarget } from "./byte_stream.ts";
import { requestUpgrade } from "./upgrade.ts";
import { encodeFrame, OPCODE, readFrame } from "./web_socket_frame.ts";

/** How a WebSocket is asked for. */
export interface WebSocketRequest {
  /** The address, `http:` or `https:`. */
  readonly url: URL;
  /** The headers beside those of the upgrade. */
  readonly headers: readonly (readonly [string, string])[];
  /** The subprotocols that the client speaks, best first. */
  readonly protocols: readonly string[];
}

const PING_MS = 30_000;
const NORMAL_CLOSURE = 1000;
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** What an open WebSocket needs to know. */
export interface WebSocketOptions extends Pick<OpenWebSocketOptions, "clock" | "explain"> {
  /** The subprotocol that the server chose. */
  readonly protocol: string;
  /** Whether this side is the server, which neither masks what it sends nor shows that it lives. @default {false} */
  readonly isServer?: boolean;
}

/** An open WebSocket. */
export class WebSocketConnection implements AsyncIterable<Uint8Array>, Disposable {
  /** The subprotocol that the server chose. */
  readonly protocol: string;
  readonly #stream: ByteStream;
  readonly #reader: ByteReader;
  readonly #options: WebSocketOptions;
  // Pings keep whatever is on the way from closing a connection that is silent. That no pong comes proves nothing: the API
  // server does not read it as long as the command does not read its stdin.
  #stopPings: () => void = () => {};

  /**
   * Takes over a connection after the upgrade.
   *
   * @param stream The connection.
   * @param reader What the other side sends from then on.
   * @param options Protocol and clock.
   */
  constructor(stream: ByteStream, reader: ByteReader, options: WebSocketOptions) {
    this.#stream = stream;
    this.#reader = reader;
    this.#options = options;
    this.protocol = options.protocol;
    if (!options.isServer) this.#pingLater();
  }

  /**
   * Sends a message.
   *
   * @param message The message, binary or as text.
   * @returns Settles when there is room for more.
   */
  async send(message: Uint8Array | string): Promise<void> {
    try {
      if (typeof message === "string") await this.#write(OPCODE.text, new TextEncoder().encode(message));
      else await this.#write(OPCODE.binary, message);
    } catch (fault) {
      throw this.#options.explain(fault);
    }
  }

  /**
   * Reads messages until the other side ends the connection; only one can read.
   *
   * @yields One message after the other. As long as none is asked for, the other side is held back.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      let parts: Uint8Array[] = [];
      for (;;) {
        const frame = await readFrame(this.#reader);
        if (!frame) throw new DOMException("the connection was cut", "NetworkError");
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
      this[Symbol.dispose]();
    }
  }

  /** Says that nothing follows; the other side answers by ending the connection. */
  async close(): Promise<void> {
    await this.#write(OPCODE.close, new Uint8Array([NORMAL_CLOSURE >> 8, NORMAL_CLOSURE & 255]));
  }

  /** Ends the connection at once. */
  [Symbol.dispose](): void {
    this.#stopPings();
    this.#stream.close();
  }

  #pingLater(): void {
    this.#stopPings = this.#options.clock.timer(PING_MS, () => {
      this.#write(OPCODE.ping, new Uint8Array()).catch(() => {});
      this.#pingLater();
    });
  }

  #write(opcode: number, payload: Uint8Array): Promise<void> {
    const { isServer, clock } = this.#options;
    return this.#stream.write(encodeFrame(opcode, payload, isServer ? undefined : randomBytes(clock, 4)));
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
export type WebSocketAnswer = Answer & { readonly webSocket?: WebSocketConnection };

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
  { url, headers, protocols }: WebSocketRequest,
  { clock, signal, explain }: OpenWebSocketOptions,
): Promise<WebSocketAnswer> {
  const key = randomBytes(clock, 16).toBase64();
  const request = {
    method: "GET",
    url,
    protocol: "websocket",
    headers: [
      ...headers,
      ["sec-websocket-version", "13"],
      ["sec-websocket-key", key],
      ["sec-websocket-protocol", protocols.join(", ")],
    ] as const,
  };
  const answer = await requestUpgrade(target, certificate, request, signal);
  if (!answer.connection) return answer;
  const { stream, reader } = answer.connection;
  try {
    const protocol = await protocolOf(answer, key, protocols);
    return { ...answer, webSocket: new WebSocketConnection(stream, reader, { protocol, clock, explain }) };
  } catch (cause) {
    stream.close();
    throw new TypeError(`Cannot connect to ${target.server}`, { cause });
  }
}

async function protocolOf({ headers }: Answer, key: string, offered: readonly string[]): Promise<string> {
  if (headers.get("sec-websocket-accept") !== await acceptKey(key)) {
    throw new DOMException("the server did not take the WebSocket's key", "NetworkError");
  }
  const protocol = headers.get("sec-websocket-protocol") ?? "";
  if (!offered.includes(protocol)) {
    throw new DOMException(
      `the server chose the protocol "${protocol}" instead of one that was offered`,
      "NetworkError",
    );
  }
  return protocol;
}

/**
 * Makes the proof that a server has understood the wish for a WebSocket.
 *
 * @param key The key that the client sent.
 * @returns The value of `sec-websocket-accept`.
 */
export async function acceptKey(key: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(key + GUID));
  return new Uint8Array(digest).toBase64();
}

function randomBytes(clock: Clock, length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, () => clock.random() * 256);
}
