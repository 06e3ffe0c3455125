import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { toFileUrl } from "../engine/load/location.ts";
import { mergeImportMaps, readImportMap, relaunch } from "./launcher.ts";

const PROJECT = new URL("../../", import.meta.url);

async function withFiles(files: Record<string, string>, test: (folder: URL) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempDir();
  try {
    const folder = toFileUrl(`${path}/`);
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(new URL(name, folder), text);
    await test(folder);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

Deno.test("mergeImportMaps() keeps the project's imports and adds the library's", () => {
  const { imports, scopes } = mergeImportMaps({
    imports: { "#a": "file:///a.ts", "js-yaml": "npm:js-yaml@3", "@kubescript/kubescript": "npm:other" },
    scopes: { "file:///b/": { x: "file:///x.ts" } },
  });
  strictEqual(imports["#a"], "file:///a.ts");
  strictEqual(imports["js-yaml"], "npm:js-yaml@3");
  strictEqual(imports["@kubescript/kubescript"], new URL("mod.ts", PROJECT).href);
  deepStrictEqual(scopes["file:///b/"], { x: "file:///x.ts" });
  const own = scopes[new URL("lib/", PROJECT).href]!;
  strictEqual(own["js-yaml"]?.startsWith("npm:js-yaml@"), true);
  strictEqual("@kubescript/kubescript" in own, false);
});

Deno.test("readImportMap() reads what Deno reads", async () => {
  const config = `{
    // "imports" is in a string: "//"
    "imports": {
      "#a": "./a.ts", /* , } */
      "std": "jsr:@std/assert@1",
      "url": "https://example.com/x.ts",
      "dir/": "./dir/",
    },
    "scopes": { "./b/": { "x": "./x.ts" } },
  }`;
  await withFiles({ "deno.json": config }, async (folder) => {
    deepStrictEqual(await readImportMap(new URL("deno.json", folder)), {
      imports: {
        "#a": new URL("a.ts", folder).href,
        "std/": "jsr:/@std/assert@1/",
        std: "jsr:@std/assert@1",
        url: "https://example.com/x.ts",
        "dir/": new URL("dir/", folder).href,
      },
      scopes: { [new URL("b/", folder).href]: { x: new URL("x.ts", folder).href } },
    });
  });
});

Deno.test("readImportMap() follows the field importMap, and leaves mistakes to Deno", async () => {
  const files = { "deno.json": '{ "importMap": "./map.json" }', "map.json": '{ "imports": { "a": "./a.ts" } }' };
  await withFiles(files, async (folder) => {
    const { imports } = await readImportMap(new URL("deno.json", folder));
    deepStrictEqual(imports, { a: new URL("a.ts", folder).href });
  });
  await withFiles({ "deno.json": "{" }, async (folder) => {
    deepStrictEqual(await readImportMap(new URL("deno.json", folder)), { imports: {}, scopes: {} });
  });
});

Deno.test("relaunch() leaves scripts alone that need nothing of their own", async () => {
  strictEqual(await relaunch("examples/01_hello/main.ts", []), undefined);
  strictEqual(await relaunch("-", []), undefined);
  strictEqual(await relaunch("https://example.com/shop.ts", []), undefined);
  await withFiles(
    { "shop.ts": "" },
    async (folder) => strictEqual(await relaunch(folder.pathname + "shop.ts", []), undefined),
  );
  await withFiles({ "deno.json": "{" }, async (folder) => strictEqual(await relaunch(folder.pathname, []), undefined));
});
