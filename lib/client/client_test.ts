import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert/strict";
import { type Clock, systemClock } from "../base/clock.ts";
import { Client } from "./client.ts";
import { fixedCredentials } from "./config/credentials.ts";
import { KindFinder } from "./kind_finder.ts";
import { Transport } from "./transport.ts";

const pods = { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true };
const clock: Clock = { ...systemClock, sleep: () => Promise.resolve() };

interface TestServer extends AsyncDisposable {
  readonly client: Client;
  /** Methods, paths and bodies of the requests. */
  readonly requests: string[];
}

/** Serves what a function gives for a path, and makes a client for it. */
function serve(answer: (path: string) => unknown): TestServer {
  const requests: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const path = request.url.replace(/^http:\/\/[^/]+/, "");
    requests.push([request.method, path, await request.text()].join(" ").trim());
    const body = await answer(path);
    return Response.json(body ?? { apiVersion: "v1", kind: "Status", reason: "InternalError" }, {
      status: body === undefined ? 500 : 200,
    });
  });
  const transport = new Transport({
    name: "test",
    server: `http://127.0.0.1:${server.addr.port}`,
    namespace: "shop",
    tls: { caCerts: [], insecureSkipTlsVerify: false },
    credentials: fixedCredentials({}),
    disableCompression: false,
    source: "a test",
  }, { clock, concurrency: 4, requestTimeoutMs: 30_000 });
  const client = new Client({ sender: transport, kinds: new KindFinder(transport), namespace: "shop" });
  return {
    client,
    requests,
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await server.shutdown();
    },
  };
}

function discovery(path: string): unknown {
  const resources = [{ resource: "pods", responseKind: { kind: "Pod" }, scope: "Namespaced", shortNames: ["po"] }];
  const core = path === "/api" ? [{ versions: [{ version: "v1", resources }] }] : [];
  return { kind: "APIGroupDiscoveryList", items: core };
}

Deno.test("Client addresses an object by name, by parts, and by itself", async () => {
  await using server = serve(() => ({}));
  const { client } = server;
  await client.get(pods, "web");
  await client.get({ type: pods }, "blog/web");
  await client.get(pods, { name: "web" });
  await client.get(pods, { metadata: { namespace: "blog", name: "web", uid: "1" } });
  deepStrictEqual(server.requests, [
    "GET /api/v1/namespaces/shop/pods/web",
    "GET /api/v1/namespaces/blog/pods/web",
    "GET /api/v1/namespaces/shop/pods/web",
    "GET /api/v1/namespaces/blog/pods/web",
  ]);
});

Deno.test("Client.delete() sends the uid of an object", async () => {
  await using server = serve(() => ({}));
  await server.client.delete(pods, { metadata: { name: "web", uid: "1" } }, {
    preconditions: { resourceVersion: "2" },
  });
  strictEqual(
    server.requests[0],
    "DELETE /api/v1/namespaces/shop/pods/web " +
      '{"apiVersion":"v1","kind":"DeleteOptions","preconditions":{"uid":"1","resourceVersion":"2"}}',
  );
});

Deno.test("Client.list() asks for a version on the first page only", async () => {
  await using server = serve((path) => ({ items: [], metadata: path.includes("continue") ? {} : { continue: "t" } }));
  await server.client.list(pods, { allNamespaces: true, resourceVersion: "7", resourceVersionMatch: "Exact" })
    .toArray();
  deepStrictEqual(server.requests, [
    "GET /api/v1/pods?resourceVersion=7&resourceVersionMatch=Exact&limit=500",
    "GET /api/v1/pods?limit=500&continue=t",
  ]);
});

Deno.test("Client refuses a bad label selector before any request", async () => {
  await using server = serve(() => ({}));
  const { client } = server;
  const bad = { labels: "team in x" };
  throws(() => client.list("po", bad), RangeError);
  throws(() => client.listMetadata("po", bad), RangeError);
  await rejects(client.table("po", bad), RangeError);
  await rejects(Array.fromAsync(client.watch("po", bad)), RangeError);
  await rejects(client.deleteCollection("po", bad), RangeError);
  deepStrictEqual(server.requests, []);
});

Deno.test("Client.mapper() asks the server once, unless told to ask again, after a failure, or for an unknown kind", async () => {
  let works = false;
  await using server = serve((path) => works ? discovery(path) : undefined);
  const { client } = server;
  await rejects(Promise.all([client.typeOf("po"), client.typeOf("po")]), { code: 500 });
  works = true;
  server.requests.length = 0;
  await Promise.all([client.typeOf("po"), client.typeOf("pods")]);
  strictEqual(server.requests.length, 2);
  await client.mapper({ refresh: true });
  strictEqual(server.requests.length, 4);
  await rejects(client.create({ apiVersion: "v1", kind: "Pot", metadata: { name: "web" } }), {
    message: 'Cannot use Pot/web: the server does not offer kind "Pot" in "v1"',
    hint: 'Did you mean kind "Pod" in "v1"?',
  });
  // It might have been made since.
  strictEqual(server.requests.length, 6);
});

Deno.test("Client.mapper() does not fail for others if whoever asked first gives up", async () => {
  const controller = new AbortController();
  const reason = new DOMException("stopped", "AbortError");
  const release = Promise.withResolvers<void>();
  await using server = serve(async (path) => {
    if (controller.signal.aborted) return discovery(path);
    controller.abort(reason);
    await release.promise;
    return {};
  });
  const first = server.client.typeOf("po", { signal: controller.signal });
  const second = server.client.typeOf("po");
  await rejects(first, reason);
  strictEqual((await second).kind, "Pod");
  release.resolve();
});
