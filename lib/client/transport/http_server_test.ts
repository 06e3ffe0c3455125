import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { createAuthority, issueCertificate } from "../../base/certificates.ts";
import { type HttpServer, type ListenAddress, type RequestHandler, serveHttp } from "./http_server.ts";

const anyPort: ListenAddress = { hostname: "127.0.0.1", port: 0 };

/** Opens a connection and sends a text. */
async function send({ address }: HttpServer, text: string): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(address.split(":")[1]) });
  await connection.write(new TextEncoder().encode(text.replaceAll("\n", "\r\n")));
  return connection;
}

/** Reads until the text has come, or to the end. */
async function receive(connection: Deno.Conn, until?: string): Promise<string> {
  const buffer = new Uint8Array(65_536);
  let text = "";
  while (until === undefined || !text.includes(until)) {
    const length = await connection.read(buffer);
    if (length === null) break;
    text += new TextDecoder().decode(buffer.subarray(0, length));
  }
  return text;
}

Deno.test("serveHttp() gives the handler the whole request, and the client the whole answer", async () => {
  const seen: unknown[] = [];
  await using server = await serveHttp(anyPort, async ({ method, target, headers, body, upgrade }) => {
    const text = body && await new Response(body).text();
    seen.push([method, target, headers.filter(([name]) => /^x-/i.test(name)), text, upgrade]);
    return new Response("abc", { status: 201, headers: [["set-cookie", "a"], ["set-cookie", "b"]] });
  });
  match(server.address, /^127\.0\.0\.1:\d+$/);
  const put = "PUT /a/../%41?b HTTP/1.1\nHost: x\nX-A: 1\nx-a: 2\nTransfer-Encoding: chunked\n\n2\nab\n1\nc\n0\n\n";
  for (const request of [put, "GET / HTTP/1.1\nHost: x\n\n"]) {
    using connection = await send(server, request);
    match(await receive(connection, "abc"), /^HTTP\/1\.1 201 Created\r\n[^]*set-cookie: a\r\nset-cookie: b\r\n[^]*abc/);
  }
  deepStrictEqual(seen, [
    ["PUT", "/a/../%41?b", [["X-A", "1"], ["x-a", "2"]], "abc", undefined],
    ["GET", "/", [], undefined, undefined],
  ]);
});

Deno.test("serveHttp() sends the head of an answer before its body, and each piece of that as it comes", async () => {
  const pieces = new TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>();
  await using server = await serveHttp(anyPort, () => Promise.resolve(new Response(pieces.readable)));
  using connection = await send(server, "GET / HTTP/1.1\nHost: x\n\n");
  await receive(connection, "\r\n\r\n");
  const writer = pieces.writable.getWriter();
  for (const piece of ["one", "two"]) {
    await writer.write(new TextEncoder().encode(piece));
    await receive(connection, piece);
  }
  await writer.close();
  await receive(connection, "0\r\n\r\n");
});

Deno.test("serveHttp() holds an answer back as long as the client does not read it", async () => {
  let pulled = 0;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      controller.enqueue(new Uint8Array(65_536));
      if (++pulled === 1_000) controller.close();
    },
  });
  await using server = await serveHttp(anyPort, () => Promise.resolve(new Response(body)));
  const connection = await send(server, "GET / HTTP/1.1\nHost: x\nConnection: close\n\n");
  await receive(connection, "\r\n\r\n");
  // What goes on beside it tells that there was time.
  for (let i = 0; i < 20; i++) (await send(server, "")).close();
  ok(pulled < 500, `${pulled}`);
  ok((await receive(connection)).length > 60_000_000);
  connection.close();
});

Deno.test("serveHttp() tells when the client does not wait any more", async () => {
  const gone = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  await using server = await serveHttp(anyPort, async ({ signal }) => {
    signal.addEventListener("abort", () => gone.resolve());
    asked.resolve();
    await gone.promise;
    throw signal.reason;
  });
  const connection = await send(server, "GET / HTTP/1.1\nHost: x\n\n");
  await asked.promise;
  connection.close();
  await gone.promise;
});

Deno.test("serveHttp() breaks off an answer that breaks off", async () => {
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      controller.error(new Error("cut"));
    },
  });
  await using server = await serveHttp(anyPort, () => Promise.resolve(new Response(body)));
  using connection = await send(server, "GET / HTTP/1.1\nHost: x\n\n");
  ok(!(await receive(connection)).endsWith("0\r\n\r\n"));
});

Deno.test("serveHttp() takes heads of up to 1 MiB", async () => {
  await using server = await serveHttp(anyPort, ({ target }) => Promise.resolve(new Response(`${target.length}`)));
  using connection = await send(server, `GET /${"x".repeat(1_000_000)} HTTP/1.1\nHost: x\nConnection: close\n\n`);
  match(await receive(connection), /^HTTP\/1\.1 200 [^]*1000001/);
});

const upgrade = "GET /x HTTP/1.1\nHost: x\nConnection: Upgrade\nUpgrade: SPDY/3.1\n\n";

Deno.test("serveHttp() hands a connection over that goes on in another protocol", async () => {
  const echo: RequestHandler = ({ upgrade }) => {
    strictEqual(upgrade, "SPDY/3.1");
    return Promise.resolve({
      headers: new Headers({ "x-protocol": "v4" }),
      async carry(connection) {
        for await (const data of connection.bytes) await connection.write(data);
      },
    });
  };
  await using server = await serveHttp(anyPort, echo);
  using connection = await send(server, `${upgrade}early`);
  match(
    await receive(connection, "early"),
    /^HTTP\/1\.1 101 \r\nx-protocol: v4\r\nconnection: Upgrade\r\nupgrade: SPDY\/3\.1\r\n\r\nearly$/,
  );
  await connection.write(new TextEncoder().encode("late"));
  strictEqual(await receive(connection, "late"), "late");
  await connection.closeWrite();
  strictEqual(await receive(connection), "");
});

Deno.test("serveHttp() hands over even a connection that is gone", async () => {
  const asked = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  const carried = Promise.withResolvers<void>();
  await using server = await serveHttp(anyPort, async () => {
    asked.resolve();
    await gone.promise;
    const carry = async ({ bytes }: { bytes: AsyncIterable<Uint8Array> }) => {
      await Array.fromAsync(bytes).catch(() => {});
      carried.resolve();
    };
    return { headers: new Headers(), carry };
  });
  const connection = await send(server, upgrade);
  await asked.promise;
  connection.close();
  gone.resolve();
  await carried.promise;
});

Deno.test("serveHttp() closes a connection whose upgrade is refused, so that nothing can follow", async () => {
  let asked = 0;
  await using server = await serveHttp(anyPort, () => {
    asked++;
    return Promise.resolve(new Response("no", { status: 403, headers: { "x-a": "1" } }));
  });
  using connection = await send(server, `${upgrade}GET /secret HTTP/1.1\nHost: x\n\n`);
  const answer = await receive(connection);
  match(answer, /^HTTP\/1\.1 403 \r\n[^]*x-a: 1\r\ncontent-length: 2\r\nconnection: close\r\n\r\nno$/);
  strictEqual(asked, 1);
});

Deno.test("serveHttp() does not heed an offer of a protocol that no API server speaks", async () => {
  const seen: (string | undefined)[] = [];
  await using server = await serveHttp(anyPort, ({ upgrade }) => {
    seen.push(upgrade);
    return Promise.resolve(new Response("abc"));
  });
  using connection = await send(server, "GET / HTTP/1.1\nHost: x\nConnection: Upgrade, close\nUpgrade: h2c\n\n");
  match(await receive(connection), /^HTTP\/1\.1 200 [^]*abc/);
  deepStrictEqual(seen, [undefined]);
});

Deno.test(
  "serveHttp() listens at a Unix socket that only its owner can use",
  { ignore: Deno.build.os === "windows" },
  async () => {
    const folder = await Deno.makeTempDir();
    const path = join(folder, "proxy.sock");
    // One that was left over.
    using _old = Deno.listen({ transport: "unix", path });
    const umask = Deno.umask();
    {
      await using server = await serveHttp({ path }, () => Promise.resolve(new Response("abc")));
      strictEqual(server.address, path);
      strictEqual((await Deno.stat(path)).mode! & 0o077, 0);
      strictEqual(Deno.umask(), umask);
      using connection = await Deno.connect({ transport: "unix", path });
      await connection.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
      match(await receive(connection), /abc/);
    }
    await rejects(Deno.stat(path), Deno.errors.NotFound);
    // What is no socket stays.
    await Deno.writeTextFile(path, "mine");
    await rejects(serveHttp({ path }, () => Promise.resolve(new Response())), {
      message: `Cannot listen on ${path}: it is in use`,
    });
    strictEqual(await Deno.readTextFile(path), "mine");
    await Deno.remove(folder, { recursive: true });
  },
);

Deno.test("serveHttp() says why it cannot listen", async () => {
  const handle = () => Promise.resolve(new Response());
  await using server = await serveHttp(anyPort, handle);
  const port = Number(server.address.split(":")[1]);
  await rejects(serveHttp({ hostname: "127.0.0.1", port }, handle), {
    name: "KubescriptError",
    message: `Cannot listen on 127.0.0.1:${port}: it is in use`,
  });
});

Deno.test("serveHttp() ends all connections when it is disposed", async () => {
  const server = await serveHttp(anyPort, ({ upgrade, signal }) => {
    const endless = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => signal.addEventListener("abort", () => controller.error(signal.reason)),
    });
    const carry = async ({ bytes }: { bytes: AsyncIterable<Uint8Array> }) => void await Array.fromAsync(bytes);
    return Promise.resolve(upgrade ? { headers: new Headers(), carry } : new Response(endless));
  });
  using watching = await send(server, "GET / HTTP/1.1\nHost: x\n\n");
  using upgraded = await send(server, upgrade);
  await Promise.all([receive(watching, "\r\n\r\n"), receive(upgraded, "\r\n\r\n")]);
  await server[Symbol.asyncDispose]();
  const ended = (connection: Deno.Conn) => receive(connection).catch(() => "");
  deepStrictEqual(await Promise.all([ended(watching), ended(upgraded)]), ["", ""]);
});

Deno.test("serveHttp() serves HTTPS, and knows the certificates of its own authority only", async () => {
  const [own, foreign] = [createAuthority("own"), createAuthority("foreign")];
  const { certificate: cert, key } = issueCertificate(own, { cn: "server", addresses: ["127.0.0.1"] });
  await using server = await serveHttp(
    { hostname: "127.0.0.1", port: 0 },
    ({ clientCertificate }) => Promise.resolve(Response.json(clientCertificate ?? null)),
    { cert, key, clientCa: own.certificate },
  );
  const ask = async (identity?: { certificate: string; key: string }) => {
    const certificate = identity && { cert: identity.certificate, key: identity.key };
    using client = Deno.createHttpClient({ caCerts: [own.certificate], ...certificate });
    return await (await fetch(`https://${server.address}/`, { client })).json();
  };
  deepStrictEqual(await ask(issueCertificate(own, { cn: "ada", groups: ["dev", "ops"] })), {
    cn: "ada",
    groups: ["dev", "ops"],
  });
  deepStrictEqual(await ask(issueCertificate(own, { cn: "bob" })), { cn: "bob", groups: [] });
  strictEqual(await ask(issueCertificate(foreign, { cn: "ada" })), "unverified");
  strictEqual(await ask(issueCertificate(own, { cn: "ada", notAfter: new Date("2026-01-01") })), "unverified");
  strictEqual(await ask(), null);
});

Deno.test("serveHttp() goes on with a TLS connection after an answer without a body", async () => {
  const authority = createAuthority("own");
  const { certificate: cert, key } = issueCertificate(authority, { cn: "server", addresses: ["127.0.0.1"] });
  const answer = () => Promise.resolve(new Response(null, { status: 304 }));
  await using server = await serveHttp(anyPort, answer, { cert, key, clientCa: authority.certificate });
  const port = Number(server.address.split(":")[1]);
  using connection = await Deno.connectTls({ hostname: "127.0.0.1", port, caCerts: [authority.certificate] });
  for (let i = 0; i < 2; i++) {
    await connection.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
    match(await receive(connection, "\r\n\r\n"), /^HTTP\/1\.1 304 /);
  }
});
