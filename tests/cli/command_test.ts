import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { COMMAND, folderWith, kubescript, projectPath, run } from "./run.ts";

Deno.test("kubescript without arguments shows its help", async () => {
  const { code, stdout, stderr } = await kubescript([]);
  match(stdout, /COMMANDS\n {2}plan /);
  deepStrictEqual({ code, stderr }, { code: 0, stderr: "" });
});

Deno.test("kubescript exits with 64 on a mistake in the command line", async () => {
  const { code, stdout, stderr } = await kubescript(["apply", "shop.ts", "--timeot=1m"]);
  match(stderr, /^error: .*did you mean --timeout\?\nhint: Run kubescript apply --help\n$/);
  deepStrictEqual({ code, stdout }, { code: 64, stdout: "" });
});

Deno.test("kubescript says what is wrong with a script, also with --output json", async () => {
  await using folder = await folderWith({ "shop.ts": 'throw new TypeError("no such thing");' });
  const { code, stdout, stderr } = await kubescript(["plan", "shop.ts", "-o", "json"], { cwd: folder.path });
  match(stderr, /^error: Cannot load script "shop\.ts": shop\.ts:1:7: TypeError: no such thing\n/);
  deepStrictEqual({ code, stdout }, { code: 1, stdout: "" });
});

Deno.test("kubescript reads manifests from standard input", async () => {
  const { code, stderr } = await kubescript(["plan", "-", "--name", "shop"], { stdin: "kind: [" });
  match(stderr, /^error: .*stdin/);
  strictEqual(code, 1);
});

Deno.test("a script that runs itself takes commands without a file", async () => {
  await using folder = await folderWith({
    "shop.ts": `import { main, script } from "@kubescript/kubescript";
      const shop = script("shop", { resources: [] });
      export default shop;
      if (import.meta.main) await main(shop);`,
  });
  // deno-fmt-ignore
  const runScript = (...args: string[]) =>
    run(Deno.execPath(), [
      "run", "--allow-all", "--quiet", "--no-lock", "--config", projectPath("deno.json"),
      join(folder.path, "shop.ts"), ...args,
    ]);
  const help = await runScript("plan", "--help");
  match(help.stdout, /shop\.ts plan \[flags\]/);
  strictEqual(help.code, 0);
  const planned = await runScript("plan");
  match(planned.stderr, /^error: Cannot find a cluster/);
  strictEqual(planned.code, 1);
  strictEqual((await runScript("plan", "shop.ts")).code, 64);
});

Deno.test("Ctrl-C ends a command that waits for the server with exit code 130", async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Response>();
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, () => {
    asked.resolve();
    return answer.promise;
  });
  await using folder = await folderWith({
    kubeconfig: JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "test",
      contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
      clusters: [{ name: "test", cluster: { server: `http://127.0.0.1:${server.addr.port}` } }],
      users: [{ name: "test", user: {} }],
    }),
    "shop.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n",
  });
  const child = new Deno.Command(Deno.execPath(), {
    args: [...COMMAND, "plan", "shop.yaml", "--kubeconfig", "kubeconfig"],
    cwd: folder.path,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const ended = child.output();
  await Promise.race([asked.promise, ended]);
  child.kill("SIGINT");
  const { code, stdout, stderr } = await ended;
  answer.resolve(new Response());
  match(new TextDecoder().decode(stderr), /^\nInterrupted: .*\n$/);
  deepStrictEqual({ code, stdout: stdout.length }, { code: 130, stdout: 0 });
});
