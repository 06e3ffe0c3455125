import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { leadsInside, LocalTree } from "./local_tree.ts";

const links: [string, string, boolean][] = [
  ["a", "b", true],
  ["a", "b/c", true],
  ["d/a", "../b", true],
  ["d/a", "..", true],
  ["d/e/a", "../../b", true],
  ["a", "../b", false],
  ["d/a", "../../b", false],
  ["d/a", "/etc/passwd", false],
  ["d/a", "e/../b", false],
  ["d/a", "./../b", true],
  ["", "b", false],
];
for (const [place, target, inside] of links) {
  Deno.test(`leadsInside() is ${inside} for ${place || "the tree itself"} -> ${target}`, () => {
    strictEqual(leadsInside(place.split("/").filter((name) => name !== ""), target), inside);
  });
}

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function namesIn(folder: string): Promise<string[]> {
  return Array.fromAsync(Deno.readDir(folder), ({ name }) => name).then((names) => names.sort());
}

async function write(file: Deno.FsFile): Promise<void> {
  await file.write(new TextEncoder().encode("new"));
}

Deno.test("LocalTree adds a file as a whole or not at all", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/f`, "old");
    const tree = new LocalTree(folder);
    const fault = new Error("half");
    const writeHalf = async (file: Deno.FsFile) => {
      await write(file);
      throw fault;
    };
    await rejects(tree.addFile({ place: ["f"], mode: 0o644 }, writeHalf), fault);
    deepStrictEqual([await namesIn(folder), await Deno.readTextFile(`${folder}/f`)], [["f"], "old"]);
    await tree.addFile({ place: ["f"], mode: 0o4755 }, write);
    deepStrictEqual([await namesIn(folder), await Deno.readTextFile(`${folder}/f`)], [["f"], "new"]);
    strictEqual((await Deno.stat(`${folder}/f`)).mode! & 0o7777, 0o755);
  });
});

Deno.test("LocalTree replaces a link by a file, and writes through none", async () => {
  await withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/tree`);
    await Deno.writeTextFile(`${folder}/outside`, "old");
    await Deno.symlink("../outside", `${folder}/tree/f`);
    await Deno.symlink("..", `${folder}/tree/up`);
    const tree = new LocalTree(`${folder}/tree`);
    await tree.addFile({ place: ["f"], mode: 0o644 }, write);
    strictEqual(await Deno.readTextFile(`${folder}/outside`), "old");
    await rejects(tree.addFile({ place: ["up", "x"], mode: 0o644 }, write), /up": it is not a folder/);
    await rejects(tree.addFolder({ place: ["up"], mode: 0o755 }), /up": it is not a folder/);
    await rejects(tree.addCopy({ place: ["copy"], mode: 0o644 }, ["up"]), /up": something else is there/);
    deepStrictEqual(await namesIn(folder), ["outside", "tree"]);
  });
});

Deno.test("LocalTree refuses a file where a folder is", async () => {
  await withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/d`);
    const tree = new LocalTree(folder);
    await rejects(tree.addFile({ place: ["d"], mode: 0o644 }, write), /d": something else is there/);
    await rejects(tree.addFile({ place: [], mode: 0o644 }, write), /something else is there/);
  });
});

Deno.test("LocalTree makes folders that nobody may write to, with what is in them", async () => {
  await withFolder(async (folder) => {
    const tree = new LocalTree(`${folder}/tree`);
    await tree.addFolder({ place: [], mode: 0o755 });
    await tree.addFolder({ place: ["d"], mode: 0o555 });
    await tree.addFile({ place: ["d", "f"], mode: 0o444 }, write);
    await tree.addLink(["d", "l"], "f");
    await tree.finish();
    await tree.finish();
    strictEqual((await Deno.stat(`${folder}/tree/d`)).mode! & 0o777, 0o555);
    deepStrictEqual(await namesIn(`${folder}/tree/d`), ["f", "l"]);
    await Deno.chmod(`${folder}/tree/d`, 0o755);
  });
});
