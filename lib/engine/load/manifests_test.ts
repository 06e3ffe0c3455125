import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { formatOrigin } from "../../kube/desired_object.ts";
import { evaluate } from "../../script/resources.ts";
import { script } from "../../script/script.ts";
import type { ScriptReader } from "../../script/script_reader.ts";
import { withFiles } from "./_with_files_test.ts";
import { toFileUrl } from "./location.ts";
import { manifests } from "./manifests.ts";
import { originOf } from "../../script/object_origin.ts";

function configMap(name: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\n`;
}

/** Reads manifests and gives the objects' places by their names. */
async function placesOf(where: string | URL): Promise<Record<string, string>> {
  const objects = await manifests(where);
  return Object.fromEntries(objects.map((object) => [object.metadata!.name!, formatOrigin(originOf(object)!)]));
}

Deno.test("manifests() reads files, folders and patterns", async () => {
  const files = {
    "all.yaml": `# nothing\n---\n${configMap("a")}---\n---\n${configMap("b")}`,
    "base/z.yml": configMap("z"),
    "base/deep/er/c.yaml": configMap("c"),
    "base/d.JSON": '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "d"}}',
    "base/README.md": "no manifest",
    "base/.hidden/h.yaml": "no: manifest",
    "base/.h.yaml": "no: manifest",
    "base/.data/l.yaml": configMap("l"),
    "base/l.yaml": "-> .data/l.yaml",
    "base/deep/loop": "-> ../deep",
    ".linked": "-> base/deep",
  };
  const places = {
    a: "all.yaml:3",
    b: "all.yaml:8",
    c: "base/deep/er/c.yaml:1",
    d: "base/d.JSON:1",
    l: "base/l.yaml:1",
    z: "base/z.yml:1",
  };
  const { a, b, c, d, l, z } = places;
  const cases: [where: string, places: Record<string, string>][] = [
    ["all.yaml", { a, b }],
    ["base", { d, c, l, z }],
    ["base/deep", { c }],
    [".linked", { c: ".linked/er/c.yaml:1" }],
    ["*.yaml", { a, b }],
    ["base/*", { d, l, z }],
    ["base/*.y*ml", { l, z }],
    ["**/*.yaml", { a, b, c, l }],
    ["base/**/c.yaml", { c }],
    ["base/**/**/er/*", { c }],
    ["b*e/d*/er/*.yaml", { c }],
  ];
  await withFiles(files, async (folder) => {
    for (const [where, expected] of cases) {
      const absolute = Object.entries(expected).map(([name, place]) => [name, `${folder}/${place}`]);
      deepStrictEqual(await placesOf(`${folder}/${where}`), Object.fromEntries(absolute), where);
      deepStrictEqual(await placesOf(new URL(where, toFileUrl(`${folder}/`))), Object.fromEntries(absolute), where);
    }
  });
});

Deno.test("manifests() takes lists apart and keeps the place of each object in its copies", async () => {
  const list = { apiVersion: "v1", kind: "List" };
  const item = (name: string) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name } });
  const text = JSON.stringify([{ ...list, items: [item("a"), { ...list, items: [item("b")] }] }, item("c")]);
  await withFiles({ "list.json": text }, async (folder) => {
    deepStrictEqual(await placesOf(`${folder}/list.json`), {
      a: `${folder}/list.json:1 [0].items[0]`,
      b: `${folder}/list.json:1 [0].items[1].items[0]`,
      c: `${folder}/list.json:1 [1]`,
    });
    const [first] = await manifests(`${folder}/list.json`);
    strictEqual(originOf({ ...first, data: {} }), originOf(first!));
    strictEqual(JSON.stringify(first), JSON.stringify(item("a")));
  });
});

Deno.test("manifests() can stand among the resources of a script", async () => {
  await withFiles({ "a.yaml": configMap("a") }, async (folder) => {
    const shop = script("shop", { resources: async () => [await manifests(folder), null] });
    const { signal } = new AbortController();
    const { objects } = await evaluate(shop, { params: {}, k: {} as ScriptReader, signal });
    deepStrictEqual(objects.map(({ object }) => object.metadata), [{ name: "a" }]);
  });
});

Deno.test("manifests() reports every mistake of every file at once", async () => {
  const files = {
    "a.yaml": "a: 1\nb: [\n",
    "b.yaml": "a:\n\tb: 1\n",
    "c.json": '{\n  "a": 1,\n  "a": 2\n}\n',
    "d.yaml": configMap("d"),
    "e.yaml": "-> nowhere",
    "f.yaml": "spec: {{ .Values.spec }}\n",
  };
  await withFiles(files, async (folder) => {
    await Deno.writeFile(`${folder}/g.yaml`, new Uint8Array([0xff, 0xfe, 0x61, 0x00]));
    await rejects(manifests(folder), (error: Error) => {
      deepStrictEqual(error.message.replaceAll(`${folder}/`, "").split("\n"), [
        `Cannot read manifests "${folder}": 6 problems`,
        "  - a.yaml: line 3, column 1: deficient indentation",
        "  - b.yaml: line 2, column 1: tab characters must not be used in indentation",
        "  - c.json: line 3, column 4: duplicated mapping key",
        "  - e.yaml: it does not exist",
        "  - f.yaml: line 1, column 1: a key must be a string, a number or a boolean",
        "  - g.yaml: The encoded data is not valid",
      ]);
      return true;
    });
  });
});

Deno.test("manifests() says what is wrong", async () => {
  const files = {
    "text.yaml": "just text\n",
    "kindless.yaml": "apiVersion: v1\n---\nkind: A\napiVersion: 1\n",
    "Makefile": "all:\n",
    "empty/README.md": "",
    "overlay/sub/kustomization.yaml": "resources: []\n",
    "chart/Chart.yaml": "apiVersion: v2\n",
  };
  const none = "there is no .yaml, .yml or .json file";
  const cases: [where: string, message: string, hint?: string][] = [
    ["text.yaml", "text.yaml:1: this is no object with apiVersion and kind"],
    [
      "kindless.yaml",
      [
        "2 problems",
        "  - kindless.yaml:1: this is no object with apiVersion and kind",
        "  - kindless.yaml:3: this is no object with apiVersion and kind",
      ].join("\n"),
    ],
    ["Makefile", "it is no .yaml, .yml or .json file"],
    ["empty", none],
    ["*.yml", none],
    ["nowhere/*.yaml", "it does not exist"],
    ["texts.yaml", "it does not exist", 'Did you mean "text.yaml"?'],
    [
      "overlay",
      '"overlay/sub/kustomization.yaml" is not a manifest but tells how to make some',
      "Run kubectl kustomize overlay/sub/ | kubescript apply - --name NAME",
    ],
    [
      "chart",
      '"chart/Chart.yaml" is not a manifest but tells how to make some',
      "Run helm template chart/ | kubescript apply - --name NAME",
    ],
  ];
  await withFiles(files, async (folder) => {
    for (const [where, message, hint] of cases) {
      await rejects(manifests(`${folder}/${where}`), (error: Error & { hint?: string }) => {
        strictEqual(error.name, "ScriptError");
        strictEqual(error.message.replaceAll(`${folder}/`, ""), `Cannot read manifests "${where}": ${message}`);
        strictEqual(error.hint?.replaceAll(`${folder}/`, ""), hint);
        return true;
      });
    }
  });
});

Deno.test("manifests() reads an address", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(configMap("a")),
  );
  const url = `http://127.0.0.1:${server.addr.port}/all.yaml`;
  deepStrictEqual(await placesOf(`${url}?token=s3cret`), { a: `${url}:1` });
  await rejects(manifests("http://example.com/all.yaml"), { name: "RemoteTextError" });
});
