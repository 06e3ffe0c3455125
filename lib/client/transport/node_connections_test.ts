import { deepStrictEqual, match, rejects, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import type { RequestListener } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import type { TLSSocket } from "node:tls";
import { gzipSync } from "node:zlib";
import { createAuthority, issueCertificate } from "../../base/certificates.ts";
import { startForwardProxy } from "../../../tests/support/forward_proxy.ts";
import { type Connections, type ConnectionsOptions, type HttpRequest, openConnections } from "./connections.ts";

const authority = createAuthority("test-ca");
const identity = issueCertificate(authority, { cn: "server", dnsNames: ["kube.internal", "localhost"] });
const jane = issueCertificate(authority, { cn: "jane" });

interface TestServer extends AsyncDisposable {
  readonly url: string;
  /** How many connections were opened. */
  connections: number;
}

async function serve(listener: RequestListener): Promise<TestServer> {
  const { certificate: cert, key } = identity;
  const options = { cert, key, ca: authority.certificate, requestCert: true, rejectUnauthorized: false };
  const server = createServer(options, listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const testServer = {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: 0,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
  server.on("secureConnection", () => testServer.connections++);
  return testServer;
}

type Pool = Connections & Disposable;

async function open(server: string, options: Partial<ConnectionsOptions> = {}): Promise<Pool> {
  const connections = await openConnections({
    server,
    source: "test",
    tls: { caCerts: [authority.certificate], insecureSkipTlsVerify: false, serverName: "kube.internal" },
    clientCertificate: undefined,
    mostIdle: 4,
    ...options,
  });
  return { ...connections, [Symbol.dispose]: () => connections.close() };
}

function request(options: Partial<HttpRequest> = {}): HttpRequest {
  return { method: "GET", headers: [], body: undefined, signal: new AbortController().signal, ...options };
}

function faultOf(cause: RegExp): (fault: Error) => boolean {
  return (fault) => {
    match((fault.cause as Error).message, cause);
    return fault instanceof TypeError;
  };
}

Deno.test("Connections.fetch() knows a server by the name that it is told", async () => {
  await using server = await serve((_, response) => response.end("hello"));
  using pool = await open(server.url);
  strictEqual(await (await pool.fetch(server.url, request())).text(), "hello");

  const caCerts = [authority.certificate];
  using other = await open(server.url, { tls: { caCerts, insecureSkipTlsVerify: false, serverName: "other" } });
  await rejects(other.fetch(server.url, request()), faultOf(/does not match certificate's altnames/));
  using strange = await open(server.url, {
    tls: { caCerts: [], insecureSkipTlsVerify: false, serverName: "kube.internal" },
  });
  await rejects(strange.fetch(server.url, request()), faultOf(/self-signed certificate/));
  using trusting = await open(server.url, { tls: { caCerts: [], insecureSkipTlsVerify: true } });
  strictEqual((await trusting.fetch(server.url, request())).status, 200);
});

Deno.test("Connections.fetch() sends method, path, headers, body and certificate, and gives the whole answer", async () => {
  await using server = await serve(async (incoming, response) => {
    const { method, url, headers, rawHeaders, socket } = incoming;
    const groups = rawHeaders.filter((_, i) => rawHeaders[i - 1] === "impersonate-group");
    const { length } = Buffer.concat(await incoming.toArray());
    const cn = (socket as TLSSocket).getPeerCertificate().subject.CN;
    response.writeHead(201, { "x-a": ["1", "2"] });
    response.end(JSON.stringify([method, url, headers.host, groups, headers["content-length"], length, cn]));
  });
  const clientCertificate = { cert: jane.certificate, key: jane.key };
  using pool = await open(server.url, { clientCertificate });
  const headers: [string, string][] = [["impersonate-group", "a, b"], ["impersonate-group", "c"]];
  const body = new Blob(["x".repeat(3_000_000)]);
  const response = await pool.fetch(`${server.url}/a?b=c%20d`, request({ method: "POST", headers, body }));
  strictEqual(response.status, 201);
  strictEqual(response.headers.get("x-a"), "1, 2");
  deepStrictEqual(await response.json(), [
    "POST",
    "/a?b=c%20d",
    new URL(server.url).host,
    ["a, b", "c"],
    "3000000",
    3_000_000,
    "jane",
  ]);
});

Deno.test("Connections.fetch() takes compressed answers unless told otherwise, and answers without a body", async () => {
  await using server = await serve(({ headers, url }, response) => {
    if (url === "/none") return void response.writeHead(204).end();
    const encoding = headers["accept-encoding"];
    response.writeHead(200, { "content-encoding": encoding });
    response.end(encoding === "gzip" ? gzipSync("zipped") : "plain");
  });
  using pool = await open(server.url);
  strictEqual(await (await pool.fetch(server.url, request())).text(), "zipped");
  const headers: [string, string][] = [["accept-encoding", "identity"]];
  strictEqual(await (await pool.fetch(server.url, request({ headers }))).text(), "plain");
  strictEqual((await pool.fetch(`${server.url}/none`, request())).body, null);
});

Deno.test("Connections.fetch() uses connections again, as many as there are requests at once", async () => {
  await using server = await serve((_, response) => response.end());
  using pool = await open(server.url);
  for (let i = 0; i < 3; i++) await (await pool.fetch(server.url, request())).text();
  strictEqual(server.connections, 1);
  const all = Array.from({ length: 6 }, async () => await (await pool.fetch(server.url, request())).text());
  await Promise.all(all);
  strictEqual(server.connections, 6);
});

Deno.test("Connections.close() closes idle connections, and the others when their requests end", async () => {
  await using server = await serve(({ url }, response) => {
    if (url === "/") return void response.end();
    response.write("a");
    setTimeout(() => response.end("b"), 20);
  });
  using pool = await open(server.url);
  const [long] = await Promise.all([pool.fetch(`${server.url}/long`, request()), pool.fetch(server.url, request())]);
  strictEqual(server.connections, 2);
  pool.close();
  strictEqual(await long.text(), "ab");
  await (await pool.fetch(server.url, request())).text();
  strictEqual(server.connections, 3);
});

Deno.test("Connections.fetch() sends a request once if a connection that was used before closes", async () => {
  let requests = 0;
  await using server = await serve(({ method, socket }, response) => {
    requests++;
    if (method === "POST") socket.destroy();
    else response.end();
  });
  using pool = await open(server.url);
  await (await pool.fetch(server.url, request())).text();
  const post = request({ method: "POST", body: new Blob(["{}"]) });
  await rejects(pool.fetch(server.url, post), faultOf(/^the connection was cut$/));
  strictEqual(requests, 2);
});

Deno.test("Connections.fetch() ends with its signal, before the answer and in the middle of it", async () => {
  await using server = await serve(({ url }, response) => {
    if (url === "/stream") response.write("a");
    else if (url === "/") response.end();
  });
  using pool = await open(server.url);
  for (const wasUsed of [false, true]) {
    if (wasUsed) await (await pool.fetch(server.url, request())).text();
    const controller = new AbortController();
    const { signal } = controller;
    const silent = pool.fetch(`${server.url}/silent`, request({ signal }));
    setTimeout(() => controller.abort(new DOMException("late", "TimeoutError")), 20);
    await rejects(silent, { name: "TimeoutError", message: "late" });
    await rejects(pool.fetch(server.url, request({ signal })), { message: "late" });
  }
  const controller = new AbortController();
  const response = await pool.fetch(`${server.url}/stream`, request({ signal: controller.signal }));
  const reader = response.body!.getReader();
  strictEqual(new TextDecoder().decode((await reader.read()).value), "a");
  const next = reader.read();
  controller.abort(new DOMException("enough", "AbortError"));
  await rejects(next, { name: "AbortError", message: "enough" });
});

Deno.test("Connections.fetch() closes the connection of an answer that nobody wants", async () => {
  const closed = Promise.withResolvers<void>();
  await using server = await serve((_, response) => {
    response.on("close", () => closed.resolve());
    response.write("a");
  });
  using pool = await open(server.url);
  await (await pool.fetch(server.url, request())).body!.cancel();
  await closed.promise;
});

Deno.test("Connections.fetch() tells that an answer was cut", async () => {
  await using server = await serve((_, response) => {
    response.write("a");
    setTimeout(() => response.destroy(), 20);
  });
  using pool = await open(server.url);
  const response = await pool.fetch(server.url, request());
  await rejects(response.text(), faultOf(/^the connection was cut$/));
});

Deno.test("Connections.fetch() shows certificates of X.509 version 1", async () => {
  await using server = await serve(({ socket }, response) => {
    response.end((socket as TLSSocket).getPeerCertificate().subject.CN);
  });
  // openssl x509 -req -signkey version1.key -days 36500
  const cert = `-----BEGIN CERTIFICATE-----
MIIBGjCBwQIUWIISOgu7W/tvOCDOXD9P7ceIYvYwCgYIKoZIzj0EAwIwDzENMAsG
A1UEAwwEamFuZTAgFw0yNjExMjExNTQ2MDNaGA8yMTI2MTAyODE1NDYwM1owDzEN
MAsGA1UEAwwEamFuZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABENCox9AMADF
V2kghoyIOPdGMT3H3eImvEpAoPeKjy7SyG0AFSWxRLhpWG+rHxY6gW5ITUyOOgMr
01TFKarPPzowCgYIKoZIzj0EAwIDSAAwRQIhAOl7c0vjP/E/T9Np7Lri/gdEiR3B
PKdOoDBC0T2vC3Q8AiBUxZLmLpZY31kBPypa70F7jCOHXATnwU7WLzgVNLpuUg==
-----END CERTIFICATE-----
`;
  const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgdnHwpptodwShNSZM
AjHUlD3ytlSkkm6hhT92heUElf6hRANCAARDQqMfQDAAxVdpIIaMiDj3RjE9x93i
JrxKQKD3io8u0shtABUlsUS4aVhvqx8WOoFuSE1MjjoDK9NUxSmqzz86
-----END PRIVATE KEY-----
`;
  const tls = { caCerts: [authority.certificate], insecureSkipTlsVerify: false };
  const url = server.url.replace("127.0.0.1", "localhost");
  using pool = await open(url, { tls, clientCertificate: { cert, key } });
  strictEqual(await (await pool.fetch(url, request())).text(), "jane");
});

Deno.test("openConnections() says that a client certificate cannot be used", async () => {
  const tls = { caCerts: [], insecureSkipTlsVerify: false };
  const other = issueCertificate(authority, { cn: "eve" });
  const clientCertificate = { cert: jane.certificate, key: other.key };
  await rejects(open("https://k", { tls, clientCertificate, source: 'context "a" of "/b"' }), {
    name: "ConfigError",
    message: /^Cannot use context "a" of "\/b": .*KeyMismatch/,
  });
});

Deno.test("Connections.fetch() goes through a proxy", async () => {
  const proxyIdentity = issueCertificate(authority, { cn: "proxy", addresses: ["127.0.0.1"] });
  await using server = await serve((_, response) => response.end("hello"));
  for (const scheme of ["http", "https", "socks5"] as const) {
    for (const login of ["", "ada:p@ss"]) {
      await using proxy = await startForwardProxy({ scheme, identity: proxyIdentity, login });
      const name = login.replace("p@", "p%40") + (login && "@");
      const url = server.url.replace("127.0.0.1", "kube.internal");
      using pool = await open(url, { proxyUrl: `${scheme}://${name}${proxy.host}` });
      for (let i = 0; i < 2; i++) strictEqual(await (await pool.fetch(url, request())).text(), "hello");
      deepStrictEqual(proxy.connections, [new URL(url).host]);
      if (login === "") continue;
      using stranger = await open(url, { proxyUrl: `${scheme}://ada:s3cret@${proxy.host}` });
      await rejects(stranger.fetch(url, request()), faultOf(/^the proxy (answered|does not accept)/));
      strictEqual(proxy.refused, 1);
    }
  }
});

Deno.test("Connections.fetch() leaves nothing open behind a proxy that is silent", async () => {
  const closed = Promise.withResolvers<void>();
  const proxy = createTcpServer((socket) => socket.on("data", () => {}).on("close", () => closed.resolve()));
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  using pool = await open("https://k", { proxyUrl: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` });
  await rejects(pool.fetch("https://k", request({ signal: AbortSignal.timeout(50) })), { name: "TimeoutError" });
  await closed.promise;
  proxy.close();
  await once(proxy, "close");
});
