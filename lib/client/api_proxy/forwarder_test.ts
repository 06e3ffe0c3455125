import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import type { ClusterConfig } from "../config/cluster_config.ts";
import type { Credential } from "../config/credentials.ts";
import { type ByteStream, byteStreamOf } from "../transport/byte_stream.ts";
import type { IncomingRequest, Upgraded } from "../transport/http_server.ts";
import { Forwarder } from "./forwarder.ts";

/** Credentials of which the second one is given once the first one is refused. */
function makeForwarder(server: string, config: Partial<ClusterConfig> = {}): Forwarder {
  let credential: Credential = { authorization: "Bearer old" };
  const renewed = { authorization: "Bearer new" };
  return new Forwarder({
    name: "test",
    server,
    namespace: "default",
    tls: { caCerts: [], insecureSkipTlsVerify: false },
    credentials: {
      get: ({ rejected } = {}) => Promise.resolve(rejected === credential ? credential = renewed : credential),
    },
    disableCompression: false,
    source: 'context "test"',
    ...config,
  });
}

function request(
  headers: [string, string][] = [],
  { body, ...rest }: Partial<Omit<IncomingRequest, "body">> & { body?: string } = {},
): IncomingRequest {
  return {
    method: "GET",
    target: "/",
    headers: [["Host", "localhost:8001"], ["Accept", "application/json"], ...headers],
    body: body === undefined ? undefined : ReadableStream.from([new TextEncoder().encode(body)]),
    bytes: () => Promise.resolve(new TextEncoder().encode(body)),
    upgrade: undefined,
    signal: new AbortController().signal,
    ...rest,
  };
}

/** Answers the nth request, counted from 0; tells what came. */
function serve(answer: (request: Request, number: number) => Response | Promise<Response>) {
  const seen: { method: string; url: string; headers: Record<string, string>; body: string }[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { method, url, headers } = request;
    const number = seen.length;
    const entry = { method, url, headers: Object.fromEntries(headers), body: "" };
    seen.push(entry);
    entry.body = await request.text();
    return await answer(request, number);
  });
  const { port } = server.addr;
  return { seen, url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** Answers each connection with a text, or hands it over; keeps the heads that came. */
function serveRaw(answer: string, carry: (connection: Deno.TcpConn) => Promise<void> = () => Promise.resolve()) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const heads: string[] = [];
  const accept = async () => {
    for await (const connection of listener) {
      const buffer = new Uint8Array(16_384);
      const length = await connection.read(buffer);
      heads.push(new TextDecoder().decode(buffer.subarray(0, length ?? 0)));
      await connection.write(new TextEncoder().encode(answer.replaceAll("\n", "\r\n")));
      await carry(connection).finally(() => connection.close());
    }
  };
  const done = accept();
  return {
    heads,
    url: `http://127.0.0.1:${listener.addr.port}`,
    async [Symbol.asyncDispose]() {
      listener.close();
      await done;
    },
  };
}

Deno.test("Forwarder.forward() passes on what is the client's, and says itself who asks", async () => {
  await using server = serve(() => new Response("abc", { status: 201, headers: { "x-b": "2", "keep-alive": "x" } }));
  using forwarder = makeForwarder(`${server.url}/k8s`, {
    impersonate: { user: "jane", groups: [], extra: {} },
  });
  const answer = await forwarder.forward(
    request([
      ["Authorization", "Bearer mine"],
      ["Connection", "keep-alive, X-Hop"],
      ["X-Hop", "1"],
      ["Keep-Alive", "timeout=5"],
      ["TE", "trailers"],
      ["Content-Type", "application/yaml"],
      ["X-A", "1"],
      ["x-a", "2"],
    ], { method: "POST", body: "a: 1" }),
    "/api/v1/pods?b=%2F",
  ) as Response;
  deepStrictEqual([answer.status, answer.headers.get("x-b"), await answer.text()], [201, "2", "abc"]);
  strictEqual(answer.headers.has("keep-alive"), false);
  const [{ method, url, headers, body }] = server.seen as [typeof server.seen[0]];
  deepStrictEqual([method, url, body], ["POST", `${server.url}/k8s/api/v1/pods?b=%2F`, "a: 1"]);
  const { host, authorization, accept, "x-a": own, "impersonate-user": user, "content-type": type } = headers;
  deepStrictEqual(
    { host, authorization, accept, own, user, type },
    {
      host: new URL(server.url).host,
      authorization: "Bearer old",
      accept: "application/json",
      own: "1, 2",
      user: "jane",
      type: "application/yaml",
    },
  );
  for (const name of ["x-hop", "te", "keep-alive", "connection"]) strictEqual(headers[name], undefined, name);
});

Deno.test("Forwarder.forward() gives pieces of an answer as they come, and ends with the client", async () => {
  const pieces = new TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>();
  const writer = pieces.writable.getWriter();
  await using server = serve(() => new Response(pieces.readable));
  using forwarder = makeForwarder(server.url);
  const client = new AbortController();
  const answer = await forwarder.forward(request([], { signal: client.signal }), "/api?watch=1") as Response;
  const reader = answer.body!.getReader();
  for (const piece of ["one", "two"]) {
    await writer.write(new TextEncoder().encode(piece));
    strictEqual(new TextDecoder().decode((await reader.read()).value), piece);
  }
  client.abort(new Error("gone"));
  await rejects(reader.read(), { message: "gone" });
  await rejects(writer.closed);
});

Deno.test("Forwarder.forward() renews refused credentials", async () => {
  await using server = serve(({ headers }) => {
    return new Response("", { status: headers.get("authorization") === "Bearer new" ? 200 : 401 });
  });
  const statusOf = async (forwarder: Forwarder, body?: string) => {
    const answer = await forwarder.forward(request([], { method: "POST", ...(body && { body }) }), "/api") as Response;
    await answer.body?.cancel();
    return answer.status;
  };
  using forwarder = makeForwarder(server.url);
  strictEqual(await statusOf(forwarder), 200);
  // What was sent is gone, but the next request is accepted.
  using other = makeForwarder(server.url);
  deepStrictEqual([await statusOf(other, "{}"), await statusOf(other, "{}")], [401, 200]);
});

const compression: [target: string, wanted: string, disabled: boolean, sent: string, encoding: string | null][] = [
  ["/api", "gzip", false, "gzip", null],
  ["/api", "deflate, gzip;q=1.0", false, "gzip", null],
  ["/api", "identity", false, "identity", "gzip"],
  ["/api", "gzip", true, "identity", "gzip"],
  ["/api?watch=true", "gzip", false, "identity", "gzip"],
  ["/api/v1/watch/pods", "gzip", false, "identity", "gzip"],
  ["/api/v1/namespaces/a/pods/b/log?follow=true", "gzip", false, "identity", "gzip"],
];
for (const [target, wanted, disableCompression, sent, encoding] of compression) {
  Deno.test(`Forwarder.forward() asks for ${sent} at ${target}, wanted ${wanted}, ${disableCompression}`, async () => {
    const zip = async () => {
      const stream = new Response("abc").body!.pipeThrough(new CompressionStream("gzip"));
      return await new Response(stream).bytes();
    };
    await using server = serve(async () => new Response(await zip(), { headers: { "content-encoding": "gzip" } }));
    using forwarder = makeForwarder(server.url, { disableCompression });
    const answer = await forwarder.forward(request([["Accept-Encoding", wanted]]), target) as Response;
    strictEqual(server.seen[0]!.headers["accept-encoding"], sent);
    strictEqual(answer.headers.get("content-encoding"), encoding);
    const bytes = await answer.bytes();
    // A server that compresses although it is not asked to is the client's affair.
    if (encoding) deepStrictEqual(bytes, await zip());
    else strictEqual(new TextDecoder().decode(bytes), "abc");
    const length = answer.headers.get("content-length");
    ok(length === null || Number(length) === bytes.length);
  });
}

Deno.test("Forwarder.forward() tells that there is no answer, and goes on when there is one", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  using forwarder = makeForwarder(`http://127.0.0.1:${port}`);
  for (const upgrade of [undefined, "websocket"]) {
    await rejects(forwarder.forward(request([], { upgrade }), "/api"), (error: Error) => {
      match(String((error.cause as Error).message), /refused/i);
      return error instanceof TypeError;
    });
  }
  await using _server = Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, () => new Response("abc"));
  strictEqual(await (await forwarder.forward(request(), "/api") as Response).text(), "abc");
});

/** Both ends of a connection. */
async function connectionPair(): Promise<{ local: ByteStream; program: Deno.TcpConn }> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [accepted, program] = await Promise.all([
    listener.accept(),
    Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port }),
  ]);
  return { local: byteStreamOf(accepted), program };
}

const switched = "HTTP/1.1 101 Switching Protocols\nConnection: Upgrade\nUpgrade: SPDY/3.1\nX-Protocol: v4\n\nearly";

Deno.test("Forwarder.forward() carries an upgraded connection both ways", async () => {
  await using server = serveRaw(switched, async (connection) => {
    const buffer = new Uint8Array(100);
    for (let length = await connection.read(buffer); length !== null; length = await connection.read(buffer)) {
      await connection.write(buffer.subarray(0, length));
    }
  });
  using forwarder = makeForwarder(server.url);
  const incoming = request([["Connection", "Upgrade"], ["Upgrade", "SPDY/3.1"], ["X-Version", "v4"], [
    "X-Version",
    "v3",
  ]], {
    method: "POST",
    upgrade: "SPDY/3.1",
  });
  const { headers, carry } = await forwarder.forward(incoming, "/exec") as Upgraded;
  deepStrictEqual([...headers], [["x-protocol", "v4"]]);
  const { local, program } = await connectionPair();
  using _ = program;
  const carried = carry(local);
  const buffer = new Uint8Array(100);
  const read = async () => new TextDecoder().decode(buffer.subarray(0, await program.read(buffer) ?? 0));
  strictEqual(await read(), "early");
  await program.write(new TextEncoder().encode("late"));
  strictEqual(await read(), "late");
  await program.closeWrite();
  strictEqual(await read(), "");
  await carried;
  const head = server.heads[0]!.split("\r\n");
  strictEqual(head[0], "POST /exec HTTP/1.1");
  deepStrictEqual(head.slice(1).filter((line) => line !== "").sort(), [
    "accept: application/json",
    "authorization: Bearer old",
    "connection: Upgrade",
    `host: ${new URL(server.url).host}`,
    "upgrade: SPDY/3.1",
    "x-version: v3",
    "x-version: v4",
  ]);
});

Deno.test("Forwarder.forward() ends an upgraded connection when the server does", async () => {
  await using server = serveRaw(switched);
  using forwarder = makeForwarder(server.url);
  const { carry } = await forwarder.forward(request([], { upgrade: "SPDY/3.1" }), "/exec") as Upgraded;
  const { local, program } = await connectionPair();
  using _ = program;
  await carry(local);
});

Deno.test("Forwarder.forward() gives the reason why there is no upgrade", async () => {
  const body = '{"kind":"Status"}';
  await using server = serveRaw(
    `HTTP/1.1 403 Forbidden\nContent-Type: application/json\nContent-Length: ${body.length}\n\n${body}`,
  );
  using forwarder = makeForwarder(server.url);
  const answer = await forwarder.forward(request([], { upgrade: "websocket" }), "/exec") as Response;
  deepStrictEqual([answer.status, [...answer.headers], await answer.text()], [
    403,
    [["content-type", "application/json"]],
    body,
  ]);
});
