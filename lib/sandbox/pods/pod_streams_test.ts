import { deepStrictEqual, match, rejects, strictEqual } from "node:assert/strict";
import { systemClock } from "../../base/clock.ts";
import { Client } from "../../client/client.ts";
import { openTransport } from "../../client/connect.ts";
import { KindFinder } from "../../client/kind_finder.ts";
import { Pod } from "../../kinds/mod.ts";
import { startCluster } from "./_cluster_test.ts";
import type { ContainerBehavior } from "./script.ts";

const behavior: ContainerBehavior = {
  image: "shop",
  async run({ stdout, signal }) {
    await stdout.write("one\ntwo\n");
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  },
  async exec({ args, stdin, stdout, stderr }) {
    if (args[0] === "cat") { for await (const data of stdin) await stdout.write(data); }
    else {
      await stdout.write("out");
      await stderr.write("err");
    }
    return args[0] === "fail" ? 3 : 0;
  },
  port: (port) =>
    port !== 80 ? undefined : async (connection) => {
      for await (const data of connection.bytes) await connection.write(data);
    },
};

async function connect() {
  const cluster = await startCluster({ containers: [behavior] });
  const folder = await Deno.makeTempDir();
  const kubeconfig = `${folder}/config`;
  const context = { cluster: "a", user: "a" };
  await Deno.writeTextFile(
    kubeconfig,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "a",
      clusters: [{ name: "a", cluster: { server: cluster.server } }],
      users: [{ name: "a", user: {} }],
      contexts: [{ name: "a", context }],
    }),
  );
  const { transport } = await openTransport({
    kubeconfig,
    concurrency: 16,
    requestTimeoutMs: 30_000,
    clock: systemClock,
  });
  const k = new Client({ sender: transport, kinds: new KindFinder(transport), namespace: "default" });
  await k.create(Pod({ metadata: { name: "web" }, spec: { containers: [{ name: "app", image: "shop" }] } }));
  return {
    k,
    async [Symbol.asyncDispose]() {
      k[Symbol.dispose]();
      await cluster[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

Deno.test("scripted containers log, run commands, and forward ports to a real client", async (t) => {
  await using cluster = await connect();
  const { k } = cluster;
  await t.step("logs", async () => {
    strictEqual(await k.logs(Pod, "web").text(), "one\ntwo\n");
    deepStrictEqual(await Array.fromAsync(k.logs(Pod, "web", { tailLines: 1 })), ["two"]);
  });
  await t.step("exec", async () => {
    deepStrictEqual(await k.exec(Pod, "web", ["fail"]), { exitCode: 3, stdout: "out", stderr: "err" });
    strictEqual((await k.exec(Pod, "web", ["cat"], { stdin: "hello" })).stdout, "hello");
    await rejects(k.exec(Pod, "web", ["cat"], { container: "none" }), /container none is not valid for pod web/);
  });
  await t.step("port-forward", async () => {
    const errors: unknown[] = [];
    await using forward = await k.portForward(Pod, "web", ["0:80", "0:81"], { onError: (error) => errors.push(error) });
    const ask = async (port: number) => {
      using connection = await Deno.connect({ hostname: "127.0.0.1", port });
      await connection.write(new TextEncoder().encode("hello"));
      await connection.closeWrite();
      return await new Response(connection.readable).text();
    };
    strictEqual(await ask(forward.ports[0]!.local), "hello");
    strictEqual(await ask(forward.ports[1]!.local), "");
    match(String(errors[0]), /connection refused/);
  });
});
