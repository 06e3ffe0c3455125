import { deepStrictEqual, match, rejects, strictEqual } from "node:assert/strict";
import { type Clock, systemClock } from "../../base/clock.ts";
import { htmlAnswer, statusAnswer, textAnswer } from "./answers.ts";
import type { Fault, RequestMatcher } from "./fault.ts";
import { FaultProxy } from "./fault_proxy.ts";

const LINES = "one\ntwo\nthree\nfour\n";

/** An API server, a proxy before it, and a client of the proxy. */
class Lab implements AsyncDisposable {
  /** Methods, paths and bodies of the requests that reached the server. */
  readonly reached: string[] = [];
  /** What the proxy waited for, in milliseconds. */
  readonly slept: number[] = [];
  readonly proxy: FaultProxy;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #client: Deno.HttpClient;

  constructor() {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => this.#serve(request));
    const clock: Clock = { ...systemClock, sleep: (ms) => Promise.resolve(void this.slept.push(ms)) };
    this.proxy = new FaultProxy({ upstream: `http://127.0.0.1:${this.#server.addr.port}`, clock });
    this.#client = Deno.createHttpClient({ caCerts: [this.proxy.ca], http2: false });
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(this.proxy.server + path, { ...init, client: this.#client });
  }

  /** Reads as much of an answer as comes: the text, and the error after it. */
  async read(path: string, init: RequestInit = {}): Promise<string> {
    let text = "";
    try {
      const { body } = await this.fetch(path, init);
      for await (const part of body!.pipeThrough(new TextDecoderStream())) text += part;
      return text;
    } catch (error) {
      return `${text}${(error as Error).name}`;
    }
  }

  socket(path: string): WebSocket {
    // deno-lint-ignore no-explicit-any -- Deno's option is not in the type of WebSocket
    return new WebSocket(this.proxy.server.replace("https", "wss") + path, { client: this.#client } as any);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.close();
    await this.proxy[Symbol.asyncDispose]();
    await this.#server.shutdown();
  }

  async #serve(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    this.reached.push([request.method, pathname, await request.text()].join(" ").trim());
    if (pathname === "/lines") return new Response(ReadableStream.from(LINES.match(/.{1,3}|\n/g)!.map(encode)));
    if (pathname !== "/socket") return new Response(`hello ${request.headers.get("authorization")}`);
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = ({ data }) => socket.send(`${data}!`);
    return response;
  }
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

Deno.test("FaultProxy passes requests, answers and tokens on, and records them", async () => {
  await using lab = new Lab();
  strictEqual(await lab.read("/a?b=c", { headers: { authorization: "Bearer t" } }), "hello Bearer t");
  strictEqual(await lab.read("/d", { method: "POST", body: "text" }), "hello null");
  strictEqual(
    await lab.read("/e", { method: "PUT", body: ReadableStream.from([encode("te"), encode("xt")]) }),
    "hello null",
  );
  strictEqual(await lab.read("/lines"), LINES);
  deepStrictEqual(lab.reached, ["GET /a", "POST /d text", "PUT /e text", "GET /lines"]);
  deepStrictEqual(
    lab.proxy.requests.map(({ method, path, authorization, body, connection }) =>
      [method, path, authorization, body, connection].join()
    ),
    ["GET,/a?b=c,Bearer t,,0", "POST,/d,,text,0", "PUT,/e,,text,0", "GET,/lines,,,0"],
  );
});

Deno.test("FaultProxy passes WebSockets on", async () => {
  await using lab = new Lab();
  const socket = lab.socket("/socket");
  const closed = Promise.withResolvers<CloseEvent>();
  const received: string[] = [];
  socket.onopen = () => socket.send("a");
  socket.onclose = closed.resolve;
  socket.onmessage = ({ data }) => {
    received.push(data);
    if (received.length < 3) socket.send(data);
    else socket.close(1000);
  };
  strictEqual((await closed.promise).code, 1000);
  deepStrictEqual(received, ["a!", "a!!", "a!!!"]);
});

Deno.test("FaultProxy passes on what comes in one piece with an upgrade", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using proxy = new FaultProxy({ upstream: `http://127.0.0.1:${listener.addr.port}` });
  const { hostname, port } = new URL(proxy.server);
  using client = await Deno.connectTls({ hostname, port: Number(port), caCerts: [proxy.ca] });
  await client.write(encode("GET /exec HTTP/1.1\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\nrequest"));
  using server = await listener.accept();
  await server.write(encode("HTTP/1.1 101 Switching Protocols\r\nupgrade: echo\r\n\r\nanswer"));
  match(
    await readUntil(server, "request"),
    /^GET \/exec HTTP\/1.1\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\nrequest$/,
  );
  match(await readUntil(client, "answer"), /^HTTP\/1.1 101 Switching Protocols\r\nupgrade: echo\r\n\r\nanswer$/);
});

async function readUntil(connection: Deno.Conn, end: string): Promise<string> {
  const buffer = new Uint8Array(4_096);
  let text = "";
  while (!text.endsWith(end)) {
    const length = await connection.read(buffer) ?? 0;
    if (length === 0) throw new Error(`Cannot read "${end}": the connection ended after "${text}"`);
    text += new TextDecoder().decode(buffer.subarray(0, length));
  }
  return text;
}

// What a client gets of "/lines", and whether the server got the request.
const faults: [fault: Fault, got: string, reached: number][] = [
  [{ fault: "drop" }, "TypeError", 0],
  [{ fault: "drop", carriedOut: true }, "TypeError", 1],
  [{ fault: "blackHole" }, "TimeoutError", 0],
  [{ fault: "blackHole", carriedOut: true }, "TimeoutError", 1],
  [{ fault: "answer", answer: textAnswer(500, "no") }, "no", 0],
  [{ fault: "answer", answer: textAnswer(500, "no"), carriedOut: true }, "no", 1],
  [{ fault: "cut" }, "TypeError", 1],
  [{ fault: "cut", afterBytes: 5 }, "one\ntTypeError", 1],
  [{ fault: "cut", afterLines: 2 }, "one\ntwo\nTypeError", 1],
  [{ fault: "cut", afterLines: 2, afterBytes: 4 }, "one\ntwo\nthreTypeError", 1],
  [{ fault: "stall", afterLines: 1, afterBytes: 1 }, "one\ntTimeoutError", 1],
  [{ fault: "duplicate" }, "one\none\ntwo\ntwo\nthree\nthree\nfour\nfour\n", 1],
  [{ fault: "insert", line: "zero" }, `zero\n${LINES}`, 1],
  [{ fault: "insert", line: "more", afterLines: 2 }, "one\ntwo\nmore\nthree\nfour\n", 1],
  [{ fault: "delay", ms: 300 }, LINES, 1],
  [{ fault: "throttle", bytesPerSecond: 40 }, LINES, 1],
];
for (const [fault, got, reached] of faults) {
  Deno.test(`FaultProxy lets happen ${JSON.stringify(fault)}`, async () => {
    await using lab = new Lab();
    lab.proxy.inject(fault);
    const signal = got.endsWith("TimeoutError") ? AbortSignal.timeout(200) : null;
    deepStrictEqual([await lab.read("/lines", { signal }), lab.reached.length], [got, reached]);
    strictEqual(lab.proxy.requests[0]!.fault, fault);
    const sleptMs = lab.slept.reduce((sum, ms) => sum + ms, 0);
    strictEqual(sleptMs, fault.fault === "delay" ? 300 : fault.fault === "throttle" ? LINES.length / 40 * 1_000 : 0);
  });
}

Deno.test("FaultProxy answers as API servers and proxies do", async () => {
  await using lab = new Lab();
  const status = { reason: "TooManyRequests", message: "slow down", retryAfterSeconds: 3 };
  const kinds = [statusAnswer(429, status), textAnswer(429, "slow down", status), htmlAnswer(429, status)];
  for (const answer of kinds) {
    lab.proxy.inject({ fault: "answer", answer }, { path: new RegExp(`^/${kinds.indexOf(answer)}`) });
  }
  const answers = await Promise.all(kinds.keys().map((i) => lab.fetch(`/${i}`)));
  deepStrictEqual(
    answers.map((
      answer,
    ) => [answer.status, ...["retry-after", "content-type"].map((name) => answer.headers.get(name))]),
    [
      [429, "3", "application/json"],
      [429, "3", "text/plain; charset=utf-8"],
      [429, "3", "text/html"],
    ],
  );
  const { message, details } = await answers[0]!.json();
  deepStrictEqual([message, details], ["slow down", { retryAfterSeconds: 3 }]);
  strictEqual(await answers[1]!.text(), "slow down");
  match(await answers[2]!.text(), /<h1>429<\/h1>/);
});

const matchers: [matcher: RequestMatcher, struck: string][] = [
  [{}, "GET /a, GET /a?watch=true, POST /a, GET /b, GET /a"],
  [{ method: "POST" }, "POST /a"],
  [{ path: /^\/b/ }, "GET /b"],
  [{ watch: true }, "GET /a?watch=true"],
  [{ method: "GET", watch: false }, "GET /a, GET /b, GET /a"],
  [{ times: 2 }, "GET /a, GET /a?watch=true"],
  [{ method: "GET", skip: 1, times: 2 }, "GET /a?watch=true, GET /b"],
];
for (const [matcher, struck] of matchers) {
  Deno.test(`FaultProxy strikes the requests that match ${JSON.stringify(matcher)}`, async () => {
    await using lab = new Lab();
    const injection = lab.proxy.inject({ fault: "answer", answer: textAnswer(500, "no") }, matcher);
    for (
      const [method, path] of [["GET", "/a"], ["GET", "/a?watch=true"], ["POST", "/a"], ["GET", "/b"], ["GET", "/a"]]
    ) {
      await lab.read(path!, { method: method! });
    }
    const requests = lab.proxy.requests.filter(({ fault }) => fault !== undefined);
    strictEqual(requests.map(({ method, path }) => `${method} ${path}`).join(", "), struck);
    strictEqual(injection.strikes, requests.length);
    injection[Symbol.dispose]();
    await lab.read("/a");
    strictEqual(injection.strikes, requests.length);
  });
}

Deno.test("FaultProxy prefers the fault that was injected last", async () => {
  await using lab = new Lab();
  lab.proxy.inject({ fault: "drop" });
  lab.proxy.inject({ fault: "answer", answer: textAnswer(500, "last") }, { times: 1 });
  strictEqual(await lab.read("/a"), "last");
  strictEqual(await lab.read("/a"), "TypeError");
});

Deno.test("FaultProxy.stop() is the end of all connections, FaultProxy.start() listens on the same port", async () => {
  await using lab = new Lab();
  lab.proxy.inject({ fault: "stall" }, { path: /stalled/ });
  const { body } = await lab.fetch("/stalled");
  await lab.proxy.stop();
  await rejects(new Response(body).text(), TypeError);
  strictEqual(await lab.read("/a"), "TypeError");
  lab.proxy.start();
  strictEqual(await lab.read("/a"), "hello null");
  deepStrictEqual(lab.reached, ["GET /stalled", "GET /a"]);
});

Deno.test("FaultProxy.blackHole() holds back what old and new connections send, until it ends", async () => {
  await using lab = new Lab();
  await lab.read("/old");
  const hole = lab.proxy.blackHole();
  const both = Promise.all([lab.read("/old"), lab.read("/new")]);
  const patience = AbortSignal.timeout(200);
  strictEqual(await lab.read("/never", { signal: patience }), "TimeoutError");
  strictEqual(lab.reached.length, 1);
  hole[Symbol.dispose]();
  deepStrictEqual(await both, ["hello null", "hello null"]);
});

Deno.test("FaultProxy.acceptDelayMs lets new connections wait", async () => {
  await using lab = new Lab();
  lab.proxy.acceptDelayMs = 500;
  await lab.read("/a");
  await lab.read("/b");
  deepStrictEqual(lab.slept, [500]);
});

Deno.test("FaultProxy closes the connection if there is no server", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  await using proxy = new FaultProxy({ upstream: `http://127.0.0.1:${listener.addr.port}` });
  using client = Deno.createHttpClient({ caCerts: [proxy.ca] });
  await rejects(fetch(proxy.server, { client }), TypeError);
});

Deno.test("FaultProxy ends its request if the client gives up", async () => {
  const ended = Promise.withResolvers<void>();
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    return new Response(new ReadableStream({ start: (c) => c.enqueue(encode("a\n")), cancel: () => ended.resolve() }));
  });
  await using proxy = new FaultProxy({ upstream: `http://127.0.0.1:${server.addr.port}` });
  using client = Deno.createHttpClient({ caCerts: [proxy.ca] });
  const { body } = await fetch(proxy.server, { client });
  await body!.cancel();
  await ended.promise;
});
