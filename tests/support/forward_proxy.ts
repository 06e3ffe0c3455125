/**
 * Forward proxies as companies run them between their people and the rest of the world: HTTP (`CONNECT`), the same over
 * TLS, and SOCKS5.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import type { CertificateAndKey } from "../../lib/base/certificates.ts";

/** How a {@linkcode ForwardProxy} works. */
export interface ForwardProxyOptions {
  /** What it speaks. */
  readonly scheme: "http" | "https" | "socks5";
  /** Its certificate, for `https`. */
  readonly identity?: CertificateAndKey;
  /** The `user:password` that it demands; none if it is empty. */
  readonly login?: string;
}

/**
 * A proxy that finds every server on this machine, whatever its name. It is gone with its variable:
 * `await using proxy = …`.
 */
export interface ForwardProxy extends AsyncDisposable {
  /** Its host and port. */
  readonly host: string;
  /** Where it connected its clients to, as `host:port`, one entry for each connection. */
  readonly connections: string[];
  /** How many clients it turned away as they did not log in. */
  refused: number;
}

/**
 * Starts a proxy.
 *
 * @param options How it works.
 * @returns The proxy.
 */
export async function startForwardProxy(options: ForwardProxyOptions): Promise<ForwardProxy> {
  const server = options.scheme === "socks5" ? createServer() : createConnectServer(options);
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const proxy: ForwardProxy = {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: [],
    refused: 0,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
  const tunnel: Tunnel = (client, target, head, accepted) => {
    proxy.connections.push(target);
    const upstream = connect(Number(target.replace(/.*:/, "")), "127.0.0.1");
    sockets.add(upstream);
    client.on("error", () => upstream.destroy()).on("close", () => upstream.destroy());
    upstream.on("error", () => client.destroy()).on("close", () => client.destroy());
    upstream.on("connect", () => {
      client.write(accepted);
      upstream.write(head);
      client.pipe(upstream).pipe(client);
    });
  };
  const refuse: Refuse = (client, answer) => {
    proxy.refused++;
    client.end(answer);
  };
  if (options.scheme === "socks5") serveSocks(server, options, tunnel, refuse);
  else serveConnect(server, options, tunnel, refuse);
  return proxy;
}

type Tunnel = (client: Socket, target: string, head: Buffer, accepted: Buffer) => void;
type Refuse = (client: Socket, answer: Buffer) => void;

function createConnectServer({ scheme, identity }: ForwardProxyOptions): Server {
  if (scheme === "http") return createHttpServer();
  return createHttpsServer({ cert: identity!.certificate, key: identity!.key });
}

function serveConnect(server: Server, { login }: ForwardProxyOptions, tunnel: Tunnel, refuse: Refuse): void {
  const wanted = login && `Basic ${Buffer.from(login).toString("base64")}`;
  server.on("connect", ({ url, headers }, client: Socket, head: Buffer) => {
    if (wanted && headers["proxy-authorization"] !== wanted) {
      return refuse(client, Buffer.from("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"));
    }
    tunnel(client, url, head, Buffer.from("HTTP/1.1 200 Connection established\r\n\r\n"));
  });
}

/** SOCKS5 (RFC 1928), with a user name and a password (RFC 1929). */
function serveSocks(server: Server, { login }: ForwardProxyOptions, tunnel: Tunnel, refuse: Refuse): void {
  const method = login ? 2 : 0;
  server.on("connection", async (client: Socket) => {
    const [, , ...methods] = await next(client);
    if (!methods.includes(method)) return refuse(client, Buffer.of(5, 0xff));
    client.write(Buffer.of(5, method));
    if (login) {
      const message = await next(client);
      const user = message.subarray(2, 2 + message[1]!).toString();
      const password = message.subarray(3 + message[1]!).toString();
      if (`${user}:${password}` !== login) return refuse(client, Buffer.of(1, 1));
      client.write(Buffer.of(1, 0));
    }
    const request = await next(client);
    const host = hostOf(request[3]!, request.subarray(4, -2));
    tunnel(
      client,
      `${host}:${request.readUInt16BE(request.length - 2)}`,
      Buffer.of(),
      Buffer.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0),
    );
  });
}

function hostOf(type: number, address: Buffer): string {
  if (type === 1) return address.join(".");
  if (type === 3) return address.subarray(1).toString();
  return `[${address.toString("hex").match(/.{4}/g)!.join(":")}]`;
}

async function next(client: Socket): Promise<Buffer> {
  const [bytes] = await once(client, "data");
  return bytes;
}
