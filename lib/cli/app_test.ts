import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { script } from "../script/script.ts";
import { fakeHost } from "./fake_host_test.ts";
import { runApp } from "./app.ts";

async function run(...args: string[]): Promise<{ code: number; out: string; err: string; files: string[] }> {
  const host = fakeHost();
  const files: string[] = [];
  // What would run is in another process, as for a script with a deno.json of its own.
  const relaunch = (file: string) => Promise.resolve(files.push(file) && 7);
  const code = await runApp(args, { host, name: "kubescript", relaunch });
  return { code, out: host.out(), err: host.err(), files };
}

Deno.test("runApp() shows how to begin", async () => {
  const { code, out } = await run();
  strictEqual(code, 0);
  match(out, /kubescript plan hello\.ts/);
  for (const command of ["plan", "apply", "delete", "proxy", "sandbox", "types", "version"]) {
    match(out, new RegExp(`\n  ${command} +[A-Z]`));
  }
});

Deno.test("runApp() explains each command with examples", async () => {
  for (const command of ["plan", "apply", "delete"]) {
    const { code, out } = await run(command, "--help");
    strictEqual(code, 0);
    strictEqual(out.match(new RegExp(`kubescript ${command} shop\\.ts --`, "g"))?.length, 2);
    const widest = Math.max(...out.split("\n").map((line) => line.length));
    ok(widest <= 160, `${command}: ${widest}`);
  }
});

Deno.test("runApp() explains proxy with examples", async () => {
  const { code, out } = await run("proxy", "--help");
  strictEqual(code, 0);
  match(out, /\n {2}kubescript proxy --port 0 /);
  match(out, /--reject-paths\] .*default = \^\/api\/\.\*\/pods\/\.\*\/exec,/);
  const widest = Math.max(...out.split("\n").map((line) => line.length));
  ok(widest <= 160, `${widest}`);
});

Deno.test("runApp() explains sandbox with examples", async () => {
  const { code, out } = await run("sandbox", "--help");
  strictEqual(code, 0);
  match(out, /\n {2}kubescript sandbox --kubeconfig sandbox\.json\n.*kubescript apply shop\.ts/);
  const widest = Math.max(...out.split("\n").map((line) => line.length));
  ok(widest <= 160, `${widest}`);
});

Deno.test("runApp() explains types pull with examples", async () => {
  const { code, out } = await run("types", "pull", "--help");
  strictEqual(code, 0);
  strictEqual(out.match(/kubescript types pull .*-o kinds\.ts/g)?.length, 3);
  const widest = Math.max(...out.split("\n").map((line) => line.length));
  ok(widest <= 160, `${widest}`);
});

Deno.test("runApp() tells mistakes in the command line, and how to get help", async () => {
  const cases: [args: string, error: RegExp, help: string][] = [
    ["pln shop.ts", /`pln`, did you mean `plan`/, "kubescript --help"],
    ["plan", /Expected argument for FILE/, "kubescript plan --help"],
    ["plan a.ts b.ts", /Too many arguments/, "kubescript plan --help"],
    ["plan a.ts --nmespace=x", /--nmespace, did you mean --namespace/, "kubescript plan --help"],
    ["plan a.ts --output yaml", /--output: Expected "yaml" to be one of \(text\|json\)/, "kubescript plan --help"],
    ["plan a.ts --param x", /--param: Cannot read param "x": write it as NAME=VALUE/, "kubescript plan --help"],
    ["plan a.ts --concurrency 0", /--concurrency: Cannot use "0"/, "kubescript plan --help"],
    ["plan a.ts --timeout 5m", /--timeout/, "kubescript plan --help"],
    ["apply a.ts --timeout 5", /--timeout: Cannot read "5" as a duration/, "kubescript apply --help"],
    ["apply a.ts --prune=never", /--prune: Expected "never"/, "kubescript apply --help"],
    ["proxy x", /Too many arguments/, "kubescript proxy --help"],
    ["proxy --port 70000", /--port: Cannot use "70000" as a port/, "kubescript proxy --help"],
    ["proxy --reject-paths (", /--reject-paths: Cannot read the regular expression "\("/, "kubescript proxy --help"],
    ["sandbox --nodes 0", /--nodes: Cannot use "0" as a number/, "kubescript sandbox --help"],
    ["types pul", /`pul`, did you mean `pull`/, "kubescript --help"],
    ["types pull kinds.ts", /Too many arguments/, "kubescript types pull --help"],
    ["delete a.ts --allow-delete=some", /--allow-delete: Cannot read "some"/, "kubescript delete --help"],
  ];
  for (const [args, error, help] of cases) {
    const { code, out, err, files } = await run(...args.split(" "));
    strictEqual(code, 64, args);
    strictEqual(out, "");
    match(err, error);
    ok(err.startsWith("error: ") && err.endsWith(`hint: Run ${help}\n`), err);
    deepStrictEqual(files, []);
  }
});

Deno.test("runApp() reads flags with and without an equals sign, before and after the file", async () => {
  const lines = [
    "plan a.ts -n shop --param a=1 --param=b=2=3 -v --exit-code -o json",
    "plan --name=shop --request-timeout=1m30s --color never a.ts",
    "apply a.ts -y --no-wait --allow-delete=5 --allow-delete Namespace --allow-delete=ConfigMap/a/b --prune early",
    "delete a.ts --dry-run --timeout 90s --allow-delete all",
  ];
  for (const line of lines) {
    const { code, err, files } = await run(...line.split(" "));
    deepStrictEqual({ code, err, files }, { code: 7, err: "", files: ["a.ts"] });
  }
  deepStrictEqual((await run("plan", "-")).files, ["-"]);
});

Deno.test("runApp() prints the versions", async () => {
  const text = /^kubescript \d+\.\d+\.\d+ \(deno \d.*, typescript \d.*\)\n$/;
  match((await run("version")).out, text);
  match((await run("--version")).out, text);
  deepStrictEqual(Object.keys(JSON.parse((await run("version", "-o", "json")).out)), [
    "apiVersion",
    "kind",
    "kubescript",
    "deno",
    "typescript",
  ]);
});

Deno.test("runApp() takes no file for a script that runs itself", async () => {
  const host = fakeHost();
  const options = { host, name: "shop.ts", script: script("shop", {}) };
  strictEqual(await runApp(["plan", "--help"], options), 0);
  match(host.out(), /\n {2}shop\.ts plan --exit-code/);
  strictEqual(await runApp(["plan", "shop.ts"], options), 64);
  match(host.err(), /Too many arguments/);
  strictEqual(await runApp(["types", "pull"], options), 64);
});
