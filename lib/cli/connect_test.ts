import { deepStrictEqual, match, rejects, strictEqual, throws } from "node:assert/strict";
import { systemClock } from "../base/clock.ts";
import type { ScriptClient } from "../engine/ad_hoc/script_client.ts";
import { UsageError } from "../engine/ad_hoc/usage_error.ts";
import { KubescriptError } from "../kube/error.ts";
import { connectFrom, type ConnectOptions } from "./connect.ts";
import { type FakeHost, fakeHost } from "./fake_host_test.ts";

const configMaps = { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true };

interface Script extends AsyncDisposable {
  readonly k: ScriptClient;
  readonly host: FakeHost;
  /** Methods, paths and users of the requests. */
  readonly requests: string[];
}

/** Connects to a server that answers everything with the same object. */
async function script(args: readonly string[] = [], options: ConnectOptions = {}): Promise<Script> {
  const requests: string[] = [];
  const metadata = { namespace: "shop", name: "a", resourceVersion: "1" };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ method, url, headers }) => {
    requests.push(`${method} ${url.replace(/^http:..[^/]*/, "")} ${headers.get("impersonate-user") ?? ""}`.trim());
    return Response.json({ apiVersion: "v1", kind: "ConfigMap", metadata });
  });
  const kubeconfig = await Deno.makeTempFile();
  const file = {
    "current-context": "test",
    contexts: ["test", "other"].map((name) => ({ name, context: { cluster: "c", namespace: `${name}-ns` } })),
    clusters: [{ name: "c", cluster: { server: `http://127.0.0.1:${server.addr.port}` } }],
  };
  await Deno.writeTextFile(kubeconfig, JSON.stringify(file));
  const host = { ...fakeHost(), clock: systemClock };
  const k = await connectFrom(host, ["--kubeconfig", kubeconfig, ...args], options);
  return {
    k,
    host,
    requests,
    async [Symbol.asyncDispose]() {
      k[Symbol.dispose]();
      await Deno.remove(kubeconfig);
      await server.shutdown();
    },
  };
}

const choices: [args: string[], options: ConnectOptions, dryRun: boolean, request: string][] = [
  [[], {}, false, "GET /api/v1/namespaces/test-ns/configmaps/a"],
  [["-n", "shop"], {}, false, "GET /api/v1/namespaces/shop/configmaps/a"],
  [["-n", "shop"], { namespace: "blog" }, false, "GET /api/v1/namespaces/blog/configmaps/a"],
  [["-n", "shop"], { namespace: undefined }, false, "GET /api/v1/namespaces/shop/configmaps/a"],
  [["--context", "other"], {}, false, "GET /api/v1/namespaces/other-ns/configmaps/a"],
  [["--context", "test"], { context: "other" }, false, "GET /api/v1/namespaces/other-ns/configmaps/a"],
  [["--as", "me"], {}, false, "GET /api/v1/namespaces/test-ns/configmaps/a me"],
  [["--as", "me"], { impersonate: { user: "you" } }, false, "GET /api/v1/namespaces/test-ns/configmaps/a you"],
  [["--dry-run"], {}, true, "GET /api/v1/namespaces/test-ns/configmaps/a"],
  [[], { dryRun: true }, true, "GET /api/v1/namespaces/test-ns/configmaps/a"],
  // Whoever asks for a dry run gets one.
  [["--dry-run"], { dryRun: false }, true, "GET /api/v1/namespaces/test-ns/configmaps/a"],
];
for (const [args, options, dryRun, request] of choices) {
  Deno.test(`connect() honours "${args.join(" ")}" and ${Deno.inspect(options)}`, async () => {
    await using made = await script(args, options);
    await made.k.get(configMaps, "a");
    deepStrictEqual([made.k.dryRun, made.requests], [dryRun, [request]]);
  });
}

Deno.test("connect() leaves all other arguments to the script", async () => {
  await using made = await script(["shop/web", "-v", "--replicas=3"]);
  deepStrictEqual(made.k.args, ["shop/web", "--replicas=3"]);
});

Deno.test("connect() sums up in the end, once", async () => {
  await using made = await script();
  await made.k.delete(configMaps, "a");
  await made.k[Symbol.asyncDispose]();
  made.k[Symbol.dispose]();
  strictEqual(made.host.err(), 'In context "test": deleted 1 ConfigMap\n');
  strictEqual(made.host.exited(), undefined);
});

Deno.test("connect() does not listen for Ctrl-C any more when it is done", async () => {
  await using made = await script();
  made.k[Symbol.dispose]();
  made.host.interrupt();
  strictEqual(made.host.err(), "");
});

Deno.test("connect() stops by Ctrl-C, sums up and exits", async () => {
  await using made = await script();
  const { k, host } = made;
  await k.delete(configMaps, "a");
  host.interrupt();
  strictEqual(k.signal.aborted, true);
  await rejects(k.delete(configMaps, "a"), { name: "AbortError" });
  strictEqual(host.exited(), undefined);
  k[Symbol.dispose]();
  match(host.err(), /^\nInterrupted: .*\nInterrupted in context "test": deleted 1 ConfigMap\n$/);
  strictEqual(host.exited(), 130);
});

Deno.test("connect() tells errors that nobody catches, and sums up before", async () => {
  await using made = await script(["--color=always"]);
  await made.k.delete(configMaps, "a");
  made.host.throw(new KubescriptError("Cannot go on", { hint: "Rest" }));
  const sum = '\x1b[1mIn context "test": deleted 1 ConfigMap\x1b[22m\n';
  strictEqual(made.host.err(), `${sum}\x1b[31merror:\x1b[39m Cannot go on\n\x1b[1mhint:\x1b[22m Rest\n`);
  strictEqual(made.host.exited(), 1);
});

Deno.test("connect() leaves errors of the script to Deno", async () => {
  await using made = await script();
  made.host.throw(new TypeError("x is not a function"));
  strictEqual(made.host.err(), "");
  strictEqual(made.host.exited(), undefined);
});

Deno.test("connect() exits by its own code if the command line is wrong", async () => {
  const host = fakeHost();
  await rejects(connectFrom(host, ["--color=red"], {}), (error) => {
    host.throw(error);
    return error instanceof UsageError;
  });
  strictEqual(
    host.err(),
    "error: Cannot use --color=red: write auto, always or never\nhint: Run it with --help to see the flags\n",
  );
  strictEqual(host.exited(), 64);
});

Deno.test("connect() says how to call a script that misses an argument", async () => {
  await using made = await script([], { usage: "copy.ts NAME" });
  throws(() => made.k.usage(), (error) => {
    made.host.throw(error);
    return error instanceof UsageError;
  });
  match(
    made.host.err(),
    /^error: Cannot run the script: an argument is missing or wrong\nhint: Usage: copy.ts NAME\n$/,
  );
  strictEqual(made.host.exited(), 64);
});

Deno.test("connect() prints the flags and how to call the script, and exits", async () => {
  await using made = await script(["--help"], { usage: "scale.ts REPLICAS NAMESPACE/NAME…" });
  match(made.host.out(), /^Usage: scale.ts REPLICAS NAMESPACE\/NAME…\n\nFlags of every script[^]* --dry-run /);
  strictEqual(made.host.exited(), 0);
});

Deno.test("connect() does not listen for Ctrl-C if there is no cluster", async () => {
  const host = fakeHost();
  await rejects(connectFrom(host, ["--kubeconfig=/none"], {}), { name: "ConfigError" });
  host.interrupt();
  strictEqual(host.err(), "");
});
