import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { folderWith, kubescript } from "./run.ts";
import { type SandboxProcess, startSandbox } from "./sandbox.ts";

const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";

Deno.test("kubescript sandbox serves until Ctrl-C, and takes its kubeconfig away", async () => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    await using folder = await folderWith({});
    const path = join(folder.path, "kubeconfig");
    await using sandbox = await startSandbox("--kubeconfig", path, "--nodes", "2");
    strictEqual(sandbox.kubeconfig, path);
    strictEqual((await Deno.stat(path)).mode! & 0o777, 0o600);
    match(sandbox.server, /^https:\/\/127\.0\.0\.1:\d+$/);
    strictEqual((await sandbox.ask("GET", "/api/v1/nodes")).body.items.length, 2);
    sandbox.kill(signal);
    strictEqual((await sandbox.status).code, 0);
    match(sandbox.output, /^Kubernetes v1\.\d+\.\d+ at https:.*, in memory\n {2}export /);
    match(sandbox.output, /\nCtrl-C ends it, and its objects are gone\.\n[^]*Ending the sandbox\n$/);
    deepStrictEqual(await Array.fromAsync(Deno.readDir(folder.path)), []);
  }
});

Deno.test("kubescript sandbox writes a temporary kubeconfig by default", async () => {
  await using sandbox = await startSandbox();
  ok((await Deno.stat(sandbox.kubeconfig)).isFile);
  sandbox.kill("SIGINT");
  strictEqual((await sandbox.status).code, 0);
  await rejects(Deno.stat(sandbox.kubeconfig), Deno.errors.NotFound);
});

Deno.test("kubescript sandbox overwrites the kubeconfig of a sandbox only", async () => {
  await using folder = await folderWith({ foreign: "apiVersion: v1\nkind: Config\nclusters: []\n", notes: "- [" });
  for (const name of ["foreign", "notes", "."]) {
    const path = join(folder.path, name);
    const { code, stderr } = await kubescript(["sandbox", "--kubeconfig", path]);
    strictEqual(code, 1);
    match(stderr, /^error: Cannot write kubeconfig ".*": the file is there, and no sandbox wrote it\nhint: /);
  }
  const path = join(folder.path, "own");
  let killed: string;
  {
    await using sandbox = await startSandbox("--kubeconfig", path);
    killed = sandbox.server;
  }
  match(await Deno.readTextFile(path), new RegExp(killed));
  await using sandbox = await startSandbox("--kubeconfig", path);
  // What somebody else has written there meanwhile stays.
  await Deno.writeTextFile(path, "kind: Config\n");
  sandbox.kill("SIGINT");
  strictEqual((await sandbox.status).code, 0);
  strictEqual(await Deno.readTextFile(path), "kind: Config\n");
});

Deno.test("kubescript sandbox says that a port is taken", async () => {
  await using folder = await folderWith({});
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const path = join(folder.path, "kubeconfig");
  const { code, stdout, stderr } = await kubescript(
    ["sandbox", "--port", String(listener.addr.port), "--kubeconfig", path],
  );
  strictEqual(stderr, `error: Cannot listen on 127.0.0.1:${listener.addr.port}: it is in use\n`);
  deepStrictEqual({ code, stdout }, { code: 1, stdout: "" });
  deepStrictEqual(await Array.fromAsync(Deno.readDir(folder.path)), []);
});

Deno.test("kubescript sandbox --data-dir loses nothing that was acknowledged, even if it is killed", async () => {
  await using folder = await folderWith({});
  const args = ["--data-dir", join(folder.path, "data"), "--kubeconfig", join(folder.path, "kubeconfig")] as const;
  let before: Awaited<ReturnType<typeof killInBurst>>;
  {
    await using sandbox = await startSandbox(...args);
    const { code, stderr } = await kubescript(["sandbox", ...args]);
    match(stderr, /^error: Cannot open ".*objects\.sqlite": another sandbox uses it\n$/);
    strictEqual(code, 1);
    before = await killInBurst(sandbox);
  }
  ok(before.acknowledged.size > 50, `${before.acknowledged.size} writes`);
  await using sandbox = await startSandbox(...args);
  strictEqual(sandbox.token, before.token);
  const { body: list } = await sandbox.ask("GET", CONFIG_MAPS);
  const found = new Map(list.items.map(({ metadata }) => [metadata.name, metadata]));
  let last = 0;
  for (const [name, { uid, resourceVersion }] of before.acknowledged) {
    deepStrictEqual([found.get(name)?.uid, found.get(name)?.resourceVersion], [uid, resourceVersion]);
    last = Math.max(last, Number(resourceVersion));
  }
  ok(Number(list.metadata.resourceVersion) >= last);
  // What was before the end is not known any more, and clients have to list anew.
  const { body } = await sandbox.ask("GET", `${CONFIG_MAPS}?watch=1&resourceVersion=${last - 10}&timeoutSeconds=1`);
  deepStrictEqual([body.type, body.object?.code], ["ERROR", 410]);
});

/** Kills a sandbox while it is written to. */
async function killInBurst(sandbox: SandboxProcess) {
  const acknowledged = new Map<string, { uid: string; resourceVersion: string }>();
  const enough = Promise.withResolvers<void>();
  const writers = Array.from({ length: 4 }, async (_, writer) => {
    for (let i = 0;; i++) {
      const answer = await sandbox.ask("POST", CONFIG_MAPS, { metadata: { name: `writer-${writer}-${i}` } });
      strictEqual(answer.status, 201);
      const { name, uid, resourceVersion } = answer.body.metadata;
      acknowledged.set(name, { uid, resourceVersion });
      if (acknowledged.size === 100) enough.resolve();
    }
  });
  // What is under way fails then.
  const ended = Promise.allSettled(writers);
  await Promise.race([enough.promise, ended]);
  sandbox.kill("SIGKILL");
  await ended;
  return { acknowledged, token: sandbox.token };
}
