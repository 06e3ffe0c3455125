import { strictEqual } from "node:assert/strict";
import { formatTypeScript } from "./format.ts";

const TEXT = "export interface A {\na: 'b' }\n";

Deno.test("formatTypeScript() formats as the folder's project does", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/deno.json`, '{ "fmt": { "indentWidth": 4 } }');
    strictEqual(await formatTypeScript(TEXT, folder), 'export interface A {\n    a: "b";\n}\n');
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("formatTypeScript() leaves alone what it cannot format", async () => {
  strictEqual(await formatTypeScript("export {", "."), "export {");
  strictEqual(await formatTypeScript(TEXT, "/no/such/folder"), TEXT);
});

Deno.test({
  name: "formatTypeScript() works without the permission to run anything",
  permissions: { run: false },
  async fn() {
    strictEqual(await formatTypeScript(TEXT, "."), TEXT);
  },
});
