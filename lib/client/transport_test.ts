import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { createAuthority, issueCertificate } from "../base/certificates.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import type { KubeRequest } from "../kube/request.ts";
import type { ClusterConfig } from "./config/cluster_config.ts";
import { type Credentials, fixedCredentials } from "./config/credentials.ts";
import { Transport, type TransportOptions } from "./transport.ts";

const get: KubeRequest = { method: "GET", verb: "get", path: "/api/a", what: "get Pod/a", idempotent: true };
const post: KubeRequest = {
  method: "POST",
  verb: "create",
  path: "/api/a",
  what: "create Pod/a",
  body: { n: 9007199254740993n },
  idempotent: false,
};

/** A clock that never waits, and whose deadlines pass when a test says so. */
class TestClock implements Clock {
  readonly slept: number[] = [];
  readonly #timers = new Set<() => void>();
  nowMs = 0;

  now(): number {
    return this.nowMs;
  }
  monotonic(): number {
    return this.nowMs;
  }
  random(): number {
    return 0;
  }
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.slept.push(ms);
    return Promise.resolve();
  }
  timer(_ms: number, callback: () => void): () => void {
    this.#timers.add(callback);
    return () => this.#timers.delete(callback);
  }
  passDeadlines(): void {
    for (const callback of this.#timers) callback();
  }
}

function makeTransport(
  server: string,
  options: Partial<TransportOptions> = {},
  config: Partial<ClusterConfig> = {},
): Transport {
  return new Transport({
    name: "test",
    server,
    namespace: "default",
    tls: { caCerts: [], insecureSkipTlsVerify: false },
    credentials: fixedCredentials({}),
    disableCompression: false,
    source: 'context "test" of "/config"',
    ...config,
  }, { clock: new TestClock(), concurrency: 4, requestTimeoutMs: 30_000, ...options });
}

interface TestServer extends AsyncDisposable {
  readonly url: string;
  /** The heads of the requests, or their methods and paths. */
  readonly requests: string[];
}

/** Serves answers, one after the other; the last one for ever. */
function serve(...answers: (() => Response)[]): TestServer {
  const requests: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ method, url }) => {
    requests.push(`${method} ${new URL(url).pathname}`);
    return (answers.length > 1 ? answers.shift()! : answers[0]!)();
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const success = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";

/**
 * Serves bytes.
 *
 * @param answer Gives what is sent for the nth request, counted from 0, on the nth connection; the connection is closed
 * after `close`, and kept open without an answer for `undefined`.
 */
function serveBytes(
  answer: (request: number, connection: number) => string | void | Promise<string | void>,
): TestServer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections: Deno.Conn[] = [];
  const requests: string[] = [];
  const serveConnection = async (connection: Deno.Conn, number: number) => {
    const buffer = new Uint8Array(16_384);
    for (;;) {
      const length = await connection.read(buffer).catch(() => null);
      if (length === null) break;
      requests.push(new TextDecoder().decode(buffer.subarray(0, length)));
      const bytes = await answer(requests.length - 1, number);
      if (!bytes) continue;
      await connection.write(new TextEncoder().encode(bytes.replace("close", "")));
      if (bytes.endsWith("close")) break;
    }
    connection.close();
  };
  const accept = async () => {
    const served: Promise<void>[] = [];
    for await (const connection of listener) {
      connections.push(connection);
      served.push(serveConnection(connection, connections.length - 1));
    }
    await Promise.all(served);
  };
  const accepted = accept();
  return {
    url: `http://127.0.0.1:${listener.addr.port}`,
    requests,
    async [Symbol.asyncDispose]() {
      listener.close();
      // What the client keeps open would never end by itself.
      for (const connection of connections) await connection.closeWrite().catch(() => {});
      await accepted;
    },
  };
}

function answer(status: number, headers: Record<string, string> = {}): () => Response {
  return () => new Response("{}", { status, headers });
}

Deno.test("Transport.send() returns any answer", async () => {
  await using server = serve(answer(200, { "x-a": "b" }), answer(404));
  using transport = makeTransport(server.url);
  const { status, headers, text } = await transport.send(get);
  deepStrictEqual([status, headers.get("x-a"), text], [200, "b", "{}"]);
  strictEqual((await transport.send(get)).status, 404);
});

Deno.test("Transport.send() waits as long as the server asks, whatever the verb", async () => {
  for (const request of [get, post]) {
    await using server = serve(answer(429, { "retry-after": "2" }), answer(503, { "retry-after": "1" }), answer(201));
    const clock = new TestClock();
    const retries: string[] = [];
    using transport = makeTransport(server.url, { clock, onRetry: (message) => retries.push(message) });
    strictEqual((await transport.send(request)).status, 201);
    deepStrictEqual(clock.slept, [2_000, 1_000]);
    deepStrictEqual(retries, [
      `Retrying to ${request.what} in 2000 ms: the server answered 429`,
      `Retrying to ${request.what} in 1000 ms: the server answered 503`,
    ]);
  }
});

Deno.test("Transport.send() repeats after 500 what may be repeated, up to 5 attempts", async () => {
  for (const [request, attempts] of [[get, 5], [post, 1]] as const) {
    await using server = serve(answer(500));
    using transport = makeTransport(server.url);
    strictEqual((await transport.send(request)).status, 500);
    strictEqual(server.requests.length, attempts);
  }
});

const faults: [what: string, bytes: string, reason: string][] = [
  ["closes", "close", "connection closed before message completed"],
  ["is cut in a body", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}close", "error reading a body from connection"],
  [
    "is cut in a chunked body",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\nclose",
    "error reading a body from connection",
  ],
];
for (const [what, bytes, reason] of faults) {
  Deno.test(`Transport.send() repeats after a connection that ${what} what may be repeated`, async () => {
    await using server = serveBytes((request) => request < 2 ? bytes : success);
    const clock = new TestClock();
    using transport = makeTransport(server.url, { clock });
    strictEqual((await transport.send(get)).text, "{}");
    deepStrictEqual([server.requests.length, clock.slept], [3, [100, 200]]);
  });

  Deno.test(`Transport.send() sends a POST once if the connection ${what}`, async () => {
    await using server = serveBytes(() => bytes);
    using transport = makeTransport(server.url);
    await rejects(transport.send(post), {
      name: "TransportError",
      attempts: 1,
      message: `Cannot create Pod/a: no answer from ${server.url}: ${reason}`,
    });
    strictEqual(server.requests.length, 1);
  });
}

Deno.test("Transport.send() sends a POST once if a connection that was used before closes", async (t) => {
  const { body: _, ...bare } = post;
  for (const [what, request] of [["a body", post], ["no body", bare]] as const) {
    await t.step(what, async () => {
      await using server = serveBytes((request) => request === 0 ? success : "close");
      using transport = makeTransport(server.url);
      await transport.send(get);
      await rejects(transport.send(request), { name: "TransportError", attempts: 1 });
      deepStrictEqual(server.requests.map((request) => request.slice(0, 4)), ["GET ", "POST"]);
    });
  }
});

Deno.test("Transport.send() does not take a body that is no JSON for a fault of the network", async () => {
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  await using server = serve(answer(200));
  using transport = makeTransport(server.url);
  await rejects(transport.send({ ...post, body: circle, idempotent: true }), {
    name: "TypeError",
    message: /circular structure/,
  });
  strictEqual(server.requests.length, 0);
});

Deno.test("Transport.send() gives up if nobody listens", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  using transport = makeTransport(`http://127.0.0.1:${listener.addr.port}`);
  await rejects(transport.send(get), {
    attempts: 5,
    message: /: tcp connect error: Connection refused \(5 attempts\)$/,
  });
});

Deno.test("Transport.send() ends an attempt without an answer at its deadline", async () => {
  const clock = new TestClock();
  const deaf = () => clock.passDeadlines();
  await using server = serveBytes((request) => request === 0 ? deaf() : success);
  using transport = makeTransport(server.url, { clock });
  strictEqual((await transport.send(get)).text, "{}");
  strictEqual(server.requests.length, 2);

  await using deafServer = serveBytes(deaf);
  using other = makeTransport(deafServer.url, { clock });
  await rejects(other.send(post), {
    message: `Cannot create Pod/a: no answer from ${deafServer.url}: no answer within 30 s`,
  });
  strictEqual(deafServer.requests.length, 1);
});

Deno.test("Transport.send() ends an attempt at its deadline in the middle of a body", async () => {
  const clock = new TestClock();
  await using server = serveBytes((request) => {
    if (request > 0) return success;
    setTimeout(() => clock.passDeadlines());
    return "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}";
  });
  using transport = makeTransport(server.url, { clock });
  strictEqual((await transport.send(get)).text, "{}");
  strictEqual(server.requests.length, 2);
});

Deno.test("Transport.send() uses no old connection after one proved dead", async () => {
  const clock = new TestClock();
  const both = Promise.withResolvers<void>();
  const used: number[] = [];
  await using server = serveBytes(async (request, connection) => {
    used.push(connection);
    if (request === 1) both.resolve();
    // Both connections are kept, and then nothing is heard of them any more.
    if (request < 2) await both.promise;
    else if (connection < 2) return clock.passDeadlines();
    return success;
  });
  using transport = makeTransport(server.url, { clock });
  await Promise.all([transport.send(get), transport.send(get)]);
  await transport.send(get);
  deepStrictEqual([used.length, used[3]], [4, 2]);
});

Deno.test("Transport.send() is cancelled during a request, a wait, and in the queue", async () => {
  const reason = new DOMException("stopped", "AbortError");
  let controller = new AbortController();
  await using deaf = serveBytes(() => controller.abort(reason));
  using transport = makeTransport(deaf.url, { concurrency: 1 });
  const sent = transport.send(get, { signal: controller.signal });
  const queued = transport.send(get, { signal: controller.signal });
  await rejects(sent, reason);
  await rejects(queued, reason);
  strictEqual(deaf.requests.length, 1);

  controller = new AbortController();
  await using busy = serve(answer(429, { "retry-after": "60" }));
  using waiting = makeTransport(busy.url, { clock: systemClock, onRetry: () => controller.abort(reason) });
  await rejects(waiting.send(post, { signal: controller.signal }), reason);
  strictEqual(busy.requests.length, 1);
});

Deno.test("Transport.send() has no more requests under way than allowed", async () => {
  let underWay = 0;
  let most = 0;
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async () => {
    most = Math.max(most, ++underWay);
    await new Promise((resolve) => setTimeout(resolve));
    underWay--;
    return new Response("{}");
  });
  using transport = makeTransport(`http://127.0.0.1:${server.addr.port}`, { concurrency: 3 });
  await Promise.all(Array.from({ length: 30 }, () => transport.send(get)));
  strictEqual(most, 3);
});

/** Credentials `a`, `b`, … of which each is used until it is refused. */
function letters(last: string): Credentials & { asked: number } {
  let current = { authorization: "a" };
  return {
    asked: 0,
    get({ rejected } = {}) {
      if (rejected === current && current.authorization < last) {
        current = { authorization: String.fromCharCode(current.authorization.charCodeAt(0) + 1) };
      }
      this.asked++;
      return Promise.resolve(current);
    },
  };
}

Deno.test("Transport.send() renews refused credentials once", async (t) => {
  const serveFor = (accepted: string) => {
    const seen: (string | null)[] = [];
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ headers }) => {
      seen.push(headers.get("authorization"));
      return new Response("{}", { status: seen.at(-1) === accepted ? 200 : 401 });
    });
    return { server, seen, url: `http://127.0.0.1:${server.addr.port}` };
  };
  const cases: [what: string, last: string, accepted: string, status: number, seen: string[]][] = [
    ["the new one is accepted", "b", "b", 200, ["a", "b"]],
    ["the new one is refused as well", "z", "none", 401, ["a", "b"]],
    ["there is no other", "a", "b", 401, ["a"]],
  ];
  for (const [what, last, accepted, status, expected] of cases) {
    await t.step(what, async () => {
      const { server, seen, url } = serveFor(accepted);
      await using _ = server;
      using transport = makeTransport(url, {}, { credentials: letters(last) });
      strictEqual((await transport.send(post)).status, status);
      deepStrictEqual(seen, expected);
    });
    await t.step(`${what}, for a stream`, async () => {
      const { server, seen, url } = serveFor(accepted);
      await using _ = server;
      using transport = makeTransport(url, {}, { credentials: letters(last) });
      const statuses = transport.stream(get, async function* (response) {
        await response.text();
        yield response.status;
      });
      deepStrictEqual(await Array.fromAsync(statuses), [status]);
      deepStrictEqual(seen, expected);
    });
  }
});

Deno.test("Transport.send() asks before each attempt, after all waiting", async (t) => {
  const refusal = new Error("no longer");
  await t.step("for its turn", async () => {
    const first = Promise.withResolvers<string>();
    await using server = serveBytes(() => first.promise);
    using transport = makeTransport(server.url, { concurrency: 1 });
    const sent = transport.send(get);
    let allowed = true;
    const beforeAttempt = () => {
      if (!allowed) throw refusal;
      return 30_000;
    };
    const queued = transport.send(get, { beforeAttempt });
    allowed = false;
    first.resolve(success);
    await sent;
    await rejects(queued, refusal);
    strictEqual(server.requests.length, 1);
  });
  const repeated: [what: string, status: number, credentials: Credentials][] = [
    ["to repeat it", 429, fixedCredentials({})],
    ["for other credentials", 401, letters("z")],
  ];
  for (const [what, status, credentials] of repeated) {
    await t.step(what, async () => {
      await using server = serve(answer(status, { "retry-after": "1" }));
      using transport = makeTransport(server.url, {}, { credentials });
      let asked = 0;
      const beforeAttempt = () => {
        if (++asked > 1) throw refusal;
        return 30_000;
      };
      await rejects(transport.send(post, { beforeAttempt }), refusal);
      deepStrictEqual([asked, server.requests.length], [2, 1]);
    });
  }
});

Deno.test("Transport.send() gives an attempt no more time than it is told", async () => {
  for (const [limitMs, message] of [[4_000, /no answer within 4 s$/], [60_000, /no answer within 30 s$/]] as const) {
    const clock = new TestClock();
    await using server = serveBytes(() => clock.passDeadlines());
    using transport = makeTransport(server.url, { clock });
    await rejects(transport.send(post, { beforeAttempt: () => limitMs }), { name: "TransportError", message });
  }
});

Deno.test("Transport.send() tells each warning once", async () => {
  const headers = new Headers();
  headers.append("warning", '299 - "v1 Endpoints is deprecated, use v1 EndpointSlice"');
  headers.append("warning", '299 - "unknown field \\"spec.a\\""');
  headers.append("warning", '199 - "something else"');
  await using server = serve(() => new Response("{}", { headers }));
  const warnings: string[] = [];
  using transport = makeTransport(server.url, { onWarning: (message) => warnings.push(message) });
  await transport.send(get);
  await transport.send(get);
  deepStrictEqual(warnings, ["v1 Endpoints is deprecated, use v1 EndpointSlice", 'unknown field "spec.a"']);
});

Deno.test("Transport.serverTimeMs() follows the Date header", async () => {
  await using server = serve(answer(200, { date: "Thu, 01 Jan 2026 00:00:10 GMT" }));
  const clock = new TestClock();
  using transport = makeTransport(server.url, { clock });
  clock.nowMs = 1_000;
  strictEqual(transport.serverTimeMs(), 1_000);
  await transport.send(get);
  clock.nowMs = 3_000;
  strictEqual(transport.serverTimeMs(), Date.UTC(2026, 0, 1, 0, 0, 12, 500));
});

/** The header lines of a request. */
function headersOf(request: string): string[] {
  return request.split("\r\n\r\n")[0]!.split("\r\n").slice(1);
}

Deno.test("Transport.send() says what it sends, who asks, and as whom", async () => {
  await using server = serveBytes(() => success);
  const impersonate = {
    user: "jane",
    uid: "7",
    groups: ["dev, ops", "all"],
    extra: { "example.com/team": ["a", "b"] },
  };
  using transport = makeTransport(server.url, {}, {
    credentials: fixedCredentials({ authorization: "Bearer t" }),
    impersonate,
  });
  await transport.send({ ...post, contentType: "application/merge-patch+json", accept: "text/plain" });
  const [request] = server.requests;
  ok(request!.endsWith('\r\n\r\n{"n":9007199254740993}'));
  deepStrictEqual(headersOf(request!).filter((line) => !/^(host|accept-language|content-length):/.test(line)).sort(), [
    "accept-encoding: gzip,br",
    "accept: text/plain",
    "authorization: Bearer t",
    "content-type: application/merge-patch+json",
    "impersonate-extra-example.com%2fteam: a",
    "impersonate-extra-example.com%2fteam: b",
    "impersonate-group: all",
    "impersonate-group: dev, ops",
    "impersonate-uid: 7",
    "impersonate-user: jane",
    "user-agent: kubescript",
  ]);
});

Deno.test("Transport asks for no compression of streams, and of anything if so configured", async () => {
  await using server = serveBytes(() => success);
  using transport = makeTransport(server.url);
  await Array.fromAsync(transport.stream(get, (response) => response.body!));
  using plain = makeTransport(server.url, {}, { disableCompression: true });
  await plain.send(get);
  for (const request of server.requests) ok(headersOf(request).includes("accept-encoding: identity"));
});

Deno.test("Transport.send() goes through the proxy of the cluster", async () => {
  await using server = serveBytes(() => success);
  using transport = makeTransport("http://kubernetes.invalid", {}, { proxyUrl: server.url });
  await transport.send(get);
  ok(server.requests[0]!.startsWith("GET http://kubernetes.invalid/api/a HTTP/1.1\r\n"));
});

Deno.test("Transport.stream() gives what is read until the server ends the stream", async () => {
  await using server = serve(() => new Response("abc"));
  using transport = makeTransport(server.url);
  const chunks = await Array.fromAsync(transport.stream(get, (response) => response.body!));
  strictEqual(new TextDecoder().decode(chunks[0]), "abc");
});

Deno.test("Transport.stream() opens a new connection if so wanted, and leaves the others alone", async () => {
  const ports: number[] = [];
  const bodies: ReadableStreamDefaultController<Uint8Array>[] = [];
  const letter = new TextEncoder().encode("a");
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (_request, { remoteAddr }) => {
    ports.push((remoteAddr as Deno.NetAddr).port);
    return new Response(
      new ReadableStream({
        start(body) {
          body.enqueue(letter);
          bodies.push(body);
        },
      }),
    );
  });
  using transport = makeTransport(`http://127.0.0.1:${server.addr.port}`);
  const open = async (freshConnection?: boolean) => {
    const chunks = transport.stream(get, (response) => response.body!, { freshConnection });
    await chunks.next();
    return chunks;
  };
  const long = await open();
  for (const freshConnection of [false, false, true]) {
    const chunks = await open(freshConnection);
    bodies.at(-1)!.close();
    await chunks.next();
  }
  strictEqual(ports[1], ports[2]);
  strictEqual(new Set(ports).size, 3);
  bodies[0]!.enqueue(letter);
  deepStrictEqual((await long.next()).value, letter);
  bodies[0]!.close();
  await long.next();
});

/** Reads a stream, calling a function after each chunk. */
function follow(transport: Transport, onChunk: () => void, signal?: AbortSignal): Promise<void> {
  const read = async () => {
    const chunks = transport.stream(get, (response) => response.body!, { signal, durationMs: 60_000 });
    for await (const _ of chunks) onChunk();
  };
  return read();
}

Deno.test("Transport.stream() ends by fault, signal and duration", async (t) => {
  const begin = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n";
  await t.step("fault", async () => {
    await using server = serveBytes(() => `${begin}close`);
    using transport = makeTransport(server.url);
    await rejects(follow(transport, () => {}), {
      message: `Cannot get Pod/a: no answer from ${server.url}: error reading a body from connection`,
    });
  });
  await t.step("signal", async () => {
    const controller = new AbortController();
    const reason = new DOMException("stopped", "AbortError");
    await using server = serveBytes(() => begin);
    using transport = makeTransport(server.url);
    await rejects(follow(transport, () => controller.abort(reason), controller.signal), reason);
  });
  await t.step("duration", async () => {
    const clock = new TestClock();
    await using server = serveBytes(() => begin);
    using transport = makeTransport(server.url, { clock });
    await rejects(follow(transport, () => clock.passDeadlines()), {
      name: "TransportError",
      message: /: no answer within 90 s$/,
    });
  });
  await t.step("no head", async () => {
    const clock = new TestClock();
    await using server = serveBytes(() => clock.passDeadlines());
    using transport = makeTransport(server.url, { clock });
    await rejects(Array.fromAsync(transport.stream(get, (response) => response.body!)), {
      message: /: no answer within 30 s$/,
    });
  });
  await t.step("the caller's error", async () => {
    await using server = serve(answer(200));
    using transport = makeTransport(server.url);
    const error = new Error("mine");
    await rejects(
      follow(transport, () => {
        throw error;
      }),
      error,
    );
  });
});

Deno.test("Transport warns when it does not know whom it talks to", () => {
  const warnings: string[] = [];
  const options = { onWarning: (message: string) => warnings.push(message) };
  using _ = makeTransport("https://a", options, { tls: { caCerts: [], insecureSkipTlsVerify: true } });
  deepStrictEqual(warnings, [
    'The certificate of https://a is not checked, as context "test" of "/config" says "insecure-skip-tls-verify"',
  ]);
});

Deno.test("Transport trusts the authorities of the moment when it connects anew", async () => {
  const [old, young] = [createAuthority("old"), createAuthority("young")];
  let current = old;
  const serveAs = (port: number) => {
    const { certificate: cert, key } = issueCertificate(current, { cn: "server", dnsNames: ["localhost"] });
    return Deno.serve({ hostname: "127.0.0.1", port, cert, key, onListen() {} }, () => new Response("{}"));
  };
  const first = serveAs(0);
  const { port } = first.addr;
  let isMissing = false;
  const readCaCerts = () => isMissing ? Promise.reject(new Error("missing")) : Promise.resolve([current.certificate]);
  const tls = { caCerts: [old.certificate], readCaCerts, insecureSkipTlsVerify: false };
  using transport = makeTransport(`https://localhost:${port}`, {}, { tls });
  strictEqual((await transport.send(get)).status, 200);
  await first.shutdown();

  current = young;
  await using _ = serveAs(port);
  isMissing = true;
  await rejects(transport.send(get), { name: "TransportError", message: /UnknownIssuer/ });
  isMissing = false;
  strictEqual((await transport.send(get)).status, 200);
});

Deno.test("Transport does not send what HTTP cannot carry", async () => {
  using transport = makeTransport("http://127.0.0.1:1", {}, {
    credentials: fixedCredentials({ authorization: "Bearer s3cret\nx" }),
  });
  await rejects(transport.send(get), {
    name: "ConfigError",
    message: 'Cannot use context "test" of "/config": the user has a character that HTTP cannot carry',
  });
});
