/**
 * Asking a server to go on in another protocol over the same connection (RFC 9110, section 7.8): in WebSocket, or SPDY.
 *
 * @module
 */

import { ByteReader, concatenate } from "../../base/bytes.ts";
import type { Answer } from "../answer.ts";
import type { ClientCertificate } from "../config/credentials.ts";
import { type ByteStream, openByteStream, type StreamTarget } from "./byte_stream.ts";

/** A request to go on in another protocol. */
export interface UpgradeRequest {
  /** The method. */
  readonly method: string;
  /** The address, `http:` or `https:`. */
  readonly url: URL;
  /** The protocol. */
  readonly protocol: string;
  /** Further headers. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** A connection after the upgrade. */
export interface UpgradedConnection {
  /** The connection, for writing and closing. */
  readonly stream: ByteStream;
  /** What the server sends after its answer. */
  readonly reader: ByteReader;
}

/** How the server answered: with the connection if it agrees (status 101), with the reason if it does not. */
export type UpgradeAnswer = Answer & { readonly connection?: UpgradedConnection };

const NEWLINE = 10;
const LONGEST_LINE = 65_536;

/**
 * Connects to a server and asks it to go on in another protocol.
 *
 * @param target The server.
 * @param certificate The certificate to show.
 * @param request What to ask for.
 * @param signal Gives up.
 * @returns The server's answer.
 * @throws {TypeError} If there is none, with what happened as its cause, as of `fetch`.
 */
export async function requestUpgrade(
  target: StreamTarget,
  certificate: ClientCertificate | undefined,
  request: UpgradeRequest,
  signal: AbortSignal,
): Promise<UpgradeAnswer> {
  try {
    using undo = new DisposableStack();
    const stream = undo.adopt(await openByteStream(target, certificate, signal), (stream) => stream.close());
    const onAbort = () => stream.close();
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      const answer = await negotiate(stream, request);
      if (answer.connection) undo.move();
      return answer;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  } catch (cause) {
    signal.throwIfAborted();
    throw new TypeError(`Cannot connect to ${target.server}`, { cause });
  }
}

async function negotiate(stream: ByteStream, request: UpgradeRequest): Promise<UpgradeAnswer> {
  await stream.write(encodeHead(request));
  const reader = new ByteReader(stream.bytes);
  const { status, headers } = await readHead(reader);
  if (status !== 101) return { status, headers, text: await readBody(reader, headers) };
  return { status, headers, text: "", connection: { stream, reader } };
}

function encodeHead({ method, url, protocol, headers }: UpgradeRequest): Uint8Array {
  const all = [["host", url.host], ...headers, ["connection", "Upgrade"], ["upgrade", protocol]] as const;
  const lines = all.map(([name, value]) => {
    new Headers([[name, value]]); // refuses what would end the line
    return `${name}: ${value}`;
  });
  const text = [`${method} ${url.pathname}${url.search} HTTP/1.1`, ...lines, "", ""].join("\r\n");
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

async function readHead(reader: ByteReader): Promise<{ status: number; headers: Headers }> {
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(await readLine(reader))?.[1];
  if (!status) throw new DOMException("the server does not speak HTTP/1.1", "NetworkError");
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
  if (!line) throw new DOMException("the connection was cut", "NetworkError");
  return new TextDecoder("latin1").decode(line).replace(/\r?\n$/, "");
}
