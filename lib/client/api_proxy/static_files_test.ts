import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { readStaticFile } from "./static_files.ts";

interface Folder extends AsyncDisposable {
  readonly root: string;
}

/** A folder `www` with files and links, and a secret beside it. */
async function makeFolder(): Promise<Folder> {
  const parent = await Deno.makeTempDir({ prefix: "kubescript-www-" });
  const root = join(parent, "www");
  await Deno.mkdir(join(root, "docs"), { recursive: true });
  await Deno.mkdir(join(root, "empty"));
  await Deno.mkdir(join(parent, "www-secret"));
  await Deno.writeTextFile(join(parent, "www-secret", "key.txt"), "secret");
  await Deno.writeTextFile(join(root, "app.MJS"), "app");
  await Deno.writeTextFile(join(root, "a b.html"), "page");
  await Deno.writeTextFile(join(root, "data"), "data");
  await Deno.writeTextFile(join(root, "docs", "index.html"), "docs");
  await Deno.symlink(join(parent, "www-secret"), join(root, "out"));
  await Deno.symlink(join(parent, "www-secret", "key.txt"), join(root, "key.txt"));
  await Deno.symlink(join(root, "data"), join(root, "inner.txt"));
  await Deno.symlink(join(root, "nowhere"), join(root, "dangling"));
  return { root, [Symbol.asyncDispose]: () => Deno.remove(parent, { recursive: true }) };
}

const files: [path: string, type: string, text: string][] = [
  ["/app.MJS", "text/javascript; charset=utf-8", "app"],
  ["/a b.html", "text/html; charset=utf-8", "page"],
  ["/data", "application/octet-stream", "data"],
  ["/docs/", "text/html; charset=utf-8", "docs"],
  // A link within the folder leads to what it could name itself.
  ["/inner.txt", "application/octet-stream", "data"],
];
for (const [path, type, text] of files) {
  Deno.test(`readStaticFile() gives ${path}`, async () => {
    await using folder = await makeFolder();
    const { status, headers, body } = (await readStaticFile(folder.root, path, `/static${path}`))!;
    deepStrictEqual(
      [status, headers.get("content-type"), headers.get("content-length"), await new Response(body).text()],
      [200, type, `${text.length}`, text],
    );
  });
}

const none = [
  "/nothing",
  "/empty/",
  "/data/",
  "/dangling",
  "/key.txt",
  "/out/key.txt",
  "/../www-secret/key.txt",
  "/docs/../../www-secret/key.txt",
  "/..",
  "/\0",
  `/${"x".repeat(10_000)}`,
];
for (const path of none) {
  Deno.test(`readStaticFile() does not give ${JSON.stringify(path.slice(0, 50))}`, async () => {
    await using folder = await makeFolder();
    strictEqual(await readStaticFile(folder.root, path, path), undefined);
  });
}

Deno.test("readStaticFile() tells where a folder is", async () => {
  await using folder = await makeFolder();
  for (const [path, address] of [["/docs", "/static/docs"], ["", "/static"]] as const) {
    const { status, headers } = (await readStaticFile(folder.root, path, address))!;
    deepStrictEqual([status, headers.get("location")], [301, `${address}/`]);
  }
});

Deno.test("readStaticFile() gives nothing of a folder that is not there", async () => {
  strictEqual(await readStaticFile("/no/such/folder", "/", "/"), undefined);
});
