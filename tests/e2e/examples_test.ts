import { ok, strictEqual } from "node:assert/strict";
import { existsSync } from "node:fs";
import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { mergeImportMaps } from "../../lib/cli/launcher.ts";
import { projectPath, tempFolder } from "./kubescript.ts";

const examples = await readdir(projectPath("examples"));

Deno.test("every example has a README that shows its output, and a test that runs it", async () => {
  const files = (await readdir(projectPath("tests/e2e"))).filter((name) => name.endsWith("_test.ts"));
  const tests = await Promise.all(files.map((name) => readFile(projectPath(`tests/e2e/${name}`), "utf8")));
  for (const example of examples) {
    const readme = await readFile(projectPath(`examples/${example}/README.md`), "utf8");
    ok(/^```console\n\$ .*\n(?!\$|```)/m.test(readme), `examples/${example}/README.md shows no output`);
    const isTest = existsSync(projectPath(`examples/${example}/main_test.ts`));
    const isRun = isTest || tests.some((text) => text.includes(`"examples/${example}/`));
    ok(isRun, `no test runs examples/${example}`);
  }
});

Deno.test("every example has no mistake in a project of a user, who has not our compiler options", async () => {
  await using folder = await tempFolder();
  await cp(projectPath("examples"), folder.path, { recursive: true });
  await writeFile(join(folder.path, "deno.json"), JSON.stringify(mergeImportMaps({ imports: {}, scopes: {} })));
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--quiet", "--no-lock", "."],
    cwd: folder.path,
    env: { NO_COLOR: "1" },
  }).output();
  strictEqual(code, 0, new TextDecoder().decode(stderr));
});
