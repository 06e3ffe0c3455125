import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { type ApiProxyOptions, serveApi } from "../../lib/client/api_proxy/api_proxy.ts";
import { DEFAULT_FILTER, parsePatterns, type RequestFilter } from "../../lib/client/api_proxy/request_filter.ts";
import { resolveConfig } from "../../lib/client/config/resolve.ts";
import type { HttpServer, ListenAddress } from "../../lib/client/transport/http_server.ts";
import { ConfigMap, Pod } from "../../lib/kinds/mod.ts";
import { waitFor } from "../../lib/watch/wait_for.ts";
import { tokens } from "../cluster/pki.ts";
import { tempFolder } from "../e2e/kubescript.ts";
import { writeKubeconfig } from "./kubeconfigs.ts";
import { namesOf, pod } from "./objects.ts";
import { row } from "./row.ts";

const FILTER: RequestFilter = {
  acceptHosts: parsePatterns(DEFAULT_FILTER.acceptHosts),
  acceptPaths: parsePatterns(DEFAULT_FILTER.acceptPaths),
  rejectPaths: parsePatterns(DEFAULT_FILTER.rejectPaths),
  rejectMethods: parsePatterns(DEFAULT_FILTER.rejectMethods),
};

/** Sends a request with any head; gives the status code. */
async function statusOf(connecting: Promise<Deno.Conn>, line: string, host: string, ...headers: string[]) {
  using connection = await connecting;
  const head = [`${line} HTTP/1.1`, `host: ${host}`, "connection: close", ...headers, "", ""].join("\r\n");
  await connection.write(new TextEncoder().encode(head));
  const buffer = new Uint8Array(12);
  await connection.read(buffer);
  return Number(new TextDecoder().decode(buffer).slice(9));
}

row(
  "E5",
  "a local proxy: filters, host check, files, Unix socket; watches and upgrades pass through",
  async (context) => {
    const { target, k, namespace, step } = context;
    await using folder = await tempFolder();
    const config = await resolveConfig({
      kubeconfig: await writeKubeconfig(folder, target, { user: { token: tokens.admin } }),
    });
    const anyPort: ListenAddress = { hostname: "127.0.0.1", port: 0 };
    const serve = (options: Partial<ApiProxyOptions> = {}) => {
      return serveApi(config, { address: anyPort, filter: FILTER, ...options });
    };
    const connect = async ({ address }: HttpServer) => {
      const through = { server: `http://${address}`, ca: (await target.locate()).ca };
      return await target.connect({ as: "nobody", namespace, through });
    };
    const ask = ({ address }: HttpServer, line: string, host = "localhost", ...headers: string[]) => {
      const [hostname, port] = address.split(":");
      return statusOf(Deno.connect({ hostname: hostname!, port: Number(port) }), line, host, ...headers);
    };
    const exec = `/api/v1/namespaces/${namespace}/pods/web/exec?command=true`;

    await step("requests and watches, with the proxy's credentials", async () => {
      await using proxy = await serve();
      using through = await connect(proxy);
      strictEqual((await through.whoAmI()).username, "admin");
      const events = through.watch(ConfigMap, { fields: "metadata.name=a" })[Symbol.asyncIterator]();
      const first = events.next();
      const data = { text: "x".repeat(500_000) };
      await through.create(ConfigMap({ metadata: { name: "a" }, data }));
      const { type, object } = (await first).value!;
      deepStrictEqual([type, (object as ConfigMap).data], ["ADDED", data]);
      ok((await namesOf(through.list(ConfigMap))).includes("a"));
      await events.return?.();
    });
    await step("upgrades", async () => {
      const containers = [{ name: "main", image: "none" }];
      await k.create(pod("web", { nodeName: target.processNode, terminationGracePeriodSeconds: 0, containers }));
      await waitFor(k, Pod, "web", ({ status }) => status?.phase === "Running");
      await using proxy = await serve({ filter: { ...FILTER, rejectPaths: [] } });
      using through = await connect(proxy);
      deepStrictEqual(await through.exec(Pod, "web", ["cat"], { stdin: "x".repeat(100_000) }), {
        exitCode: 0,
        stdout: "x".repeat(100_000),
        stderr: "",
      });
      const { promise: opened, resolve, reject } = Promise.withResolvers<string>();
      const events = new WebSocket(`ws://${proxy.address}/api/v1/namespaces/${namespace}/pods?watch=true`, {
        // Without it, the API server takes the program for a web page of another host.
        headers: { origin: `http://${proxy.address}` },
      });
      events.onmessage = ({ data }) => resolve(data);
      events.onerror = () => reject(new Error("Cannot watch by WebSocket"));
      strictEqual(JSON.parse(await opened).object.metadata.name, "web");
      const closed = new Promise((resolve) => events.onclose = resolve);
      events.close();
      await closed;
    });
    await step("path filter", async () => {
      await using proxy = await serve();
      strictEqual(await ask(proxy, `GET ${exec}`), 403);
      strictEqual(await ask(proxy, `GET ${exec.replace("exec", "%65xec")}`), 403);
      strictEqual(await ask(proxy, `GET /${exec}`), 400);
      await using some = await serve({ filter: { ...FILTER, acceptPaths: parsePatterns("^/version$") } });
      deepStrictEqual([await ask(some, "GET /version"), await ask(some, "GET /api")], [200, 403]);
    });
    await step("method filter", async () => {
      await using proxy = await serve({ filter: { ...FILTER, rejectMethods: parsePatterns("POST,PUT,PATCH,DELETE") } });
      const path = `/api/v1/namespaces/${namespace}/configmaps`;
      deepStrictEqual([await ask(proxy, `GET ${path}`), await ask(proxy, `DELETE ${path}`)], [200, 403]);
    });
    await step("host check", async () => {
      await using proxy = await serve();
      strictEqual(await ask(proxy, "GET /version", "127.0.0.1:8001"), 200);
      strictEqual(await ask(proxy, "GET /version", "example.com"), 403);
      strictEqual(await ask(proxy, "GET /version", "localhost", "origin: http://localhost:3000"), 200);
      strictEqual(await ask(proxy, "GET /version", "localhost", "origin: https://example.com"), 403);
    });
    await step("prefixes and files", async () => {
      await Deno.writeTextFile(join(folder.path, "index.html"), "page");
      const files = { folder: folder.path, prefix: "/" };
      await using proxy = await serve({ apiPrefix: "/k8s/", files });
      const text = async (path: string) => await (await fetch(`http://${proxy.address}${path}`)).text();
      strictEqual(await text("/"), "page");
      ok(JSON.parse(await text("/k8s/version")).gitVersion);
      strictEqual(await ask(proxy, "GET /version"), 404);
    });
    await step("Unix socket", async () => {
      const path = join(folder.path, "proxy.sock");
      await using _proxy = await serve({ address: { path } });
      const connection = Deno.connect({ transport: "unix", path });
      strictEqual(await statusOf(connection, "GET /version", "localhost"), 200);
    });
  },
);
