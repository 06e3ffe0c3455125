/**
 * How a forward proxy is asked to connect to a server: by HTTP `CONNECT`, or by SOCKS5 (RFC 1928, RFC 1929).
 *
 * @module
 */

import type { Socket } from "node:net";
import { concatenate } from "../../base/bytes.ts";

/**
 * Asks a proxy for a connection. Afterwards the socket is connected to the server.
 *
 * @param socket The connection to the proxy.
 * @param proxy The proxy's address, with user and password if it needs them.
 * @param hostname The server's host.
 * @param port The server's port.
 * @throws {Error} If the proxy refuses.
 */
export async function askProxy(socket: Socket, proxy: URL, hostname: string, port: number): Promise<void> {
  const user = decodeURIComponent(proxy.username);
  const password = decodeURIComponent(proxy.password);
  if (proxy.protocol === "socks5:") await askSocks(socket, user, password, hostname, port);
  else await askHttp(socket, user, password, hostname, port);
}

async function askHttp(socket: Socket, user: string, password: string, hostname: string, port: number): Promise<void> {
  const authority = `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
  const login = user === "" ? "" : `Proxy-Authorization: Basic ${encodeUtf8(`${user}:${password}`).toBase64()}\r\n`;
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${login}\r\n`);
  const head = new TextDecoder().decode(await receive(socket, (bytes) => decodeLatin1(bytes).includes("\r\n\r\n")));
  if (!/^HTTP\/1\.[01] 2\d\d/.test(head)) {
    throw new DOMException(`the proxy answered ${head.split("\r\n")[0]!}`, "NetworkError");
  }
}

async function askSocks(socket: Socket, user: string, password: string, hostname: string, port: number): Promise<void> {
  const method = user === "" ? 0 : 2;
  socket.write(new Uint8Array([5, 1, method]));
  const [version, chosen] = await receive(socket, ({ length }) => length >= 2);
  if (version !== 5 || chosen !== method) {
    throw new DOMException("the proxy does not accept this way to log in", "NetworkError");
  }
  if (method === 2) {
    socket.write(concatenate([new Uint8Array([1]), withLength(user), withLength(password)]));
    const [, refused] = await receive(socket, ({ length }) => length >= 2);
    if (refused) throw new DOMException("the proxy does not accept user and password", "NetworkError");
  }
  // The proxy resolves the name, as only it may see the server's network. It takes an address as a name, too.
  const wanted = [new Uint8Array([5, 1, 0, 3]), withLength(hostname), new Uint8Array([port >> 8, port & 255])];
  socket.write(concatenate(wanted));
  const answer = await receive(socket, (bytes) => bytes.length >= 5 && bytes.length >= socksAnswerLength(bytes));
  if (answer[1] !== 0) {
    throw new DOMException(
      `the proxy cannot connect to ${hostname}:${port} (SOCKS reply ${answer[1]})`,
      "NetworkError",
    );
  }
}

function socksAnswerLength([, , , type, first = 0]: Uint8Array): number {
  return 6 + (type === 1 ? 4 : type === 4 ? 16 : 1 + first);
}

/** Receives until what has come is complete; proxies say no more before they are asked. */
function receive(socket: Socket, isComplete: (bytes: Uint8Array) => boolean): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    let bytes = new Uint8Array() as Uint8Array;
    const onData = (data: Uint8Array) => {
      bytes = concatenate([bytes, data]);
      if (!isComplete(bytes)) return;
      finish();
      resolve(bytes);
    };
    const onEnd = (error?: unknown) => {
      finish();
      reject(error instanceof Error ? error : new DOMException("the proxy closed the connection", "NetworkError"));
    };
    const finish = () => {
      socket.pause().off("data", onData).off("error", onEnd).off("close", onEnd);
    };
    socket.on("data", onData).once("error", onEnd).once("close", onEnd).resume();
  });
}

function withLength(text: string): Uint8Array {
  const bytes = encodeUtf8(text);
  return concatenate([new Uint8Array([bytes.length]), bytes]);
}

function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function decodeLatin1(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}
