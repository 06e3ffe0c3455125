import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { type Clock, systemClock } from "../../base/clock.ts";
import { execRequest } from "../../kube/pod_request.ts";
import type { ClusterConfig } from "../config/cluster_config.ts";
import type { Credential, Credentials } from "../config/credentials.ts";
import type { Channel } from "../sender.ts";
import { Transport } from "../transport.ts";

type Handler = (request: Request) => Response | Promise<Response>;

const REQUEST = execRequest({ namespace: "shop", name: "web" }, { command: ["ls"] });
const ACTION = 'Cannot run "ls" in Pod/shop/web';

/** Connects to a server that answers the upgrade in a certain way. */
async function withServer(
  handler: Handler,
  work: (connect: (protocols?: string[]) => Promise<Channel>) => Promise<void>,
  options: { clock?: Clock; credentials?: Credentials } = {},
): Promise<void> {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  const config: ClusterConfig = {
    name: "test",
    server: `http://127.0.0.1:${server.addr.port}/prefix`,
    namespace: "default",
    tls: { caCerts: [], insecureSkipTlsVerify: false },
    credentials: options.credentials ?? { get: () => Promise.resolve({}) },
    disableCompression: false,
    source: "the test",
  };
  using transport = new Transport(config, {
    clock: options.clock ?? systemClock,
    concurrency: 1,
    requestTimeoutMs: 5_000,
  });
  await work((protocols = ["a"]) => transport.connect(REQUEST, protocols));
}

/** A server that answers each message by one that is the same. */
function echo(request: Request): Response {
  const { socket, response } = Deno.upgradeWebSocket(request, { protocol: "a" });
  socket.binaryType = "arraybuffer";
  socket.onmessage = ({ data }) => {
    if (data.byteLength > 0) return socket.send(data);
    socket.close(1000);
  };
  return response;
}

Deno.test("Transport.connect() sends and receives messages of any size, until the server ends", async () => {
  await withServer(echo, async (connect) => {
    using channel = await connect(["b", "a"]);
    strictEqual(channel.protocol, "a");
    const sent = [1, 125, 126, 65_536, 1_000_000].map((length) => Uint8Array.from({ length }, (_, i) => i * 7));
    for (const message of [...sent, new Uint8Array()]) await channel.send(message);
    deepStrictEqual(await Array.fromAsync(channel), sent);
  });
});

Deno.test("Transport.connect() asks for the path below the server's own", async () => {
  const seen: string[] = [];
  const handler = (request: Request) => {
    const { pathname, search } = new URL(request.url);
    seen.push(pathname + search, request.headers.get("sec-websocket-protocol")!);
    return echo(request);
  };
  await withServer(handler, async (connect) => (await connect())[Symbol.dispose]());
  deepStrictEqual(seen, ["/prefix/api/v1/namespaces/shop/pods/web/exec?command=ls", "a"]);
});

const status = {
  apiVersion: "v1",
  kind: "Status",
  reason: "Forbidden",
  message: "no\nrights".repeat(2_000),
  code: 403,
};
const refusals: { name: string; answer: Handler; error: { name: string; message: RegExp } }[] = [
  {
    name: "by a Status",
    answer: () => Response.json({ ...status, message: "no rights" }, { status: 403 }),
    error: { name: "ApiError", message: /no rights \(403 Forbidden\)$/ },
  },
  {
    name: "by a Status in chunks",
    answer: () =>
      new Response(ReadableStream.from([JSON.stringify(status)]).pipeThrough(new TextEncoderStream()), { status: 403 }),
    error: { name: "ApiError", message: /no\nrightsno/ },
  },
  {
    name: "by a web page",
    answer: () => new Response("<p>log in", { headers: { "content-type": "text/html" } }),
    error: { name: "UnexpectedResponseError", message: /: 200 text\/html that begins with "<p>log in"$/ },
  },
  {
    name: "by a protocol that was not offered",
    answer: (request) => Deno.upgradeWebSocket(request, { protocol: "" }).response,
    error: { name: "TransportError", message: /the server chose the protocol ""/ },
  },
];
for (const { name, answer, error } of refusals) {
  Deno.test(`Transport.connect() tells why it was refused ${name}`, async () => {
    await withServer(answer, async (connect) => {
      const message = new RegExp(`^${ACTION}[^]*${error.message.source}`);
      await rejects(connect(), { name: error.name, message });
    });
  });
}

Deno.test("Transport.connect() asks again with a renewed credential", async () => {
  const [old, renewed]: Credential[] = [{ authorization: "Bearer old" }, { authorization: "Bearer new" }];
  const credentials: Credentials = { get: ({ rejected } = {}) => Promise.resolve(rejected ? renewed! : old!) };
  const seen: (string | null)[] = [];
  const handler = (request: Request) => {
    seen.push(request.headers.get("authorization"));
    return seen.length === 1 ? new Response("", { status: 401 }) : echo(request);
  };
  await withServer(handler, async (connect) => (await connect())[Symbol.dispose](), { credentials });
  deepStrictEqual(seen, ["Bearer old", "Bearer new"]);
});

Deno.test("An open channel fails when its connection is cut", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const cutting = (async () => {
    for await (const connection of listener) {
      const buffer = new Uint8Array(65_536);
      const head = new TextDecoder().decode(buffer.subarray(0, await connection.read(buffer) ?? 0));
      const key = /sec-websocket-key: (\S+)/.exec(head)![1] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
      const accept = new Uint8Array(await crypto.subtle.digest("SHA-1", new TextEncoder().encode(key))).toBase64();
      const answer = `HTTP/1.1 101 X\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: a\r\n\r\n\x82\x01`;
      await connection.write(Uint8Array.from(answer, (character) => character.charCodeAt(0)));
      connection.close();
    }
  })();
  const server = `http://127.0.0.1:${listener.addr.port}`;
  const tls = { caCerts: [], insecureSkipTlsVerify: false };
  const credentials = { get: () => Promise.resolve({}) };
  const config = { name: "", server, namespace: "", tls, credentials, disableCompression: false, source: "" };
  using transport = new Transport(config, { clock: systemClock, concurrency: 1, requestTimeoutMs: 5_000 });
  using channel = await transport.connect(REQUEST, ["a"]);
  await rejects(Array.fromAsync(channel), { name: "TransportError", message: /the connection was cut$/ });
  listener.close();
  await cutting;
});

Deno.test("An open channel pings while it is open", async () => {
  const timers: { ms: number; callback: () => void; stopped: boolean }[] = [];
  const clock: Clock = {
    ...systemClock,
    timer(ms, callback) {
      if (ms !== 30_000) return systemClock.timer(ms, callback);
      const timer = { ms, callback, stopped: false };
      timers.push(timer);
      return () => void (timer.stopped = true);
    },
  };
  await withServer(echo, async (connect) => {
    const channel = await connect();
    timers[0]!.callback();
    // The server's pong is no message.
    await channel.send(new Uint8Array([1]));
    for await (const message of channel) {
      deepStrictEqual(message, new Uint8Array([1]));
      break;
    }
    deepStrictEqual(timers.map(({ stopped }) => stopped), [false, true]);
  }, { clock });
});
