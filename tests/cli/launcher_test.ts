import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { folderWith, kubescript } from "./run.ts";

const NO_CLUSTER = /^error: Cannot find a cluster: .*\nhint: .*\n$/;

function scriptThat(imports: string, prints: string): string {
  return `import { script } from "@kubescript/kubescript";
    ${imports}
    console.error("loaded", ${prints});
    export default script("shop", { resources: [] });`;
}

Deno.test("a lone script in an empty folder is loaded", async () => {
  await using folder = await folderWith({ "shop.ts": scriptThat("", "import.meta.main") });
  const { code, stdout, stderr } = await kubescript(["plan", "shop.ts"], { cwd: folder.path });
  strictEqual(stderr.split("\n")[0], "loaded false");
  match(stderr.replace(/.*\n/, ""), NO_CLUSTER);
  deepStrictEqual({ code, stdout }, { code: 1, stdout: "" });
});

Deno.test("a script in a project is loaded with the imports of its deno.json", async () => {
  await using folder = await folderWith({
    "deno.jsonc": '{ "imports": { "#name": "./name.ts", /* as ours */ "yaml": "npm:js-yaml@5.5.0", }, "lock": true }',
    "name.ts": 'export const name = "mine";',
    "apps/shop.ts": scriptThat('import { name } from "#name"; import { dump } from "yaml";', "name, dump([1])"),
  });
  const { code, stdout, stderr } = await kubescript(["plan", join("apps", "shop.ts")], { cwd: folder.path });
  match(stderr, /^loaded mine - 1\n/);
  match(stderr.replace(/^loaded .*\n\n/, ""), NO_CLUSTER);
  deepStrictEqual({ code, stdout }, { code: 1, stdout: "" });
  deepStrictEqual((await Array.fromAsync(Deno.readDir(folder.path), ({ name }) => name)).sort(), [
    "apps",
    "deno.jsonc",
    "name.ts",
  ]);
});

Deno.test("the exit code and the arguments of a script in a project are handed on", async () => {
  await using folder = await folderWith({ "deno.json": "{}", "shop.ts": scriptThat("", "Deno.args") });
  const { code, stderr } = await kubescript(["delete", "--timeout=7s", "shop.ts", "--yes"], { cwd: folder.path });
  strictEqual(code, 1);
  match(stderr, /^loaded \[ "delete", "--timeout=7s", "shop.ts", "--yes" \]\n/);
});

Deno.test("mistakes in a project's deno.json are told", async () => {
  await using folder = await folderWith({ "deno.json": "{", "shop.ts": scriptThat("", "1") });
  const { code, stderr } = await kubescript(["plan", "shop.ts"], { cwd: folder.path });
  strictEqual(code, 1);
  match(stderr, /deno\.json/);
});
