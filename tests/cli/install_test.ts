import { match, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { folderWith, projectPath, run } from "./run.ts";

function install(...args: string[]): ReturnType<typeof run> {
  return run(Deno.execPath(), ["run", "--allow-all", projectPath("scripts/install.ts"), ...args]);
}

Deno.test({
  name: "an installed command runs this checkout, and outlives the Deno that installed it",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using folder = await folderWith({ "shop.ts": "" });
    const root = join(folder.path, "it's a root");
    const { code, stdout } = await install("--root", root);
    strictEqual(code, 0);
    match(stdout, /export PATH="/);

    const command = join(root, "bin", "kubescript");
    const { stdout: version } = await run(command, ["version"], { cwd: folder.path });
    match(version, /^kubescript \d/);

    const text = await Deno.readTextFile(command);
    await Deno.writeTextFile(command, text.replace(Deno.execPath(), "/gone/deno"));
    await Deno.symlink(Deno.execPath(), join(folder.path, "deno"));
    const env = { PATH: `${folder.path}:${Deno.env.get("PATH")}` };
    strictEqual((await run(command, ["version"], { cwd: folder.path, env })).stdout, version);
  },
});

Deno.test("the installation tells mistakes in its arguments", async () => {
  for (const args of [["--rot", "x"], ["--root"], ["--root", "x", "y"]]) strictEqual((await install(...args)).code, 64);
});
