import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { loadKubeconfig } from "./kubeconfig.ts";

Deno.test("loadKubeconfig() merges the files of KUBECONFIG, of which the first wins", async () => {
  await using temp = await tempFolder({
    a: "contexts: [{ name: x, context: { cluster: from-a } }]\nclusters:\nusers: [{ name: u }]\n",
    b: "current-context: x\ncontexts:\n- { name: x, context: { cluster: from-b } }\n- { name: 'y', context: {} }\n",
    c: "current-context: 'y'\nclusters: [{ name: k, cluster: { server: https://k } }]\n",
  });
  const { folder } = temp;
  const KUBECONFIG = `${folder}/a::${folder}/missing:${folder}/b:${folder}/c`;
  const kubeconfig = await loadKubeconfig({ env: env({ KUBECONFIG, HOME: "/nowhere" }) });
  deepStrictEqual(kubeconfig.files, [`${folder}/a`, `${folder}/b`, `${folder}/c`]);
  deepStrictEqual(kubeconfig.missing, [`"${folder}/missing" does not exist`]);
  strictEqual(kubeconfig.currentContext, "x");
  deepStrictEqual([...kubeconfig.contexts.keys()], ["x", "y"]);
  strictEqual(kubeconfig.contexts.get("x")?.string("cluster"), "from-a");
  deepStrictEqual(kubeconfig.users.get("u")?.names(), []);
  strictEqual(kubeconfig.clusters.get("k")?.file, `${folder}/c`);
});

Deno.test("loadKubeconfig() looks in the home folder unless KUBECONFIG is set", async () => {
  await using temp = await tempFolder({ ".kube/config": "current-context: home\n", other: "current-context: other\n" });
  const { folder } = temp;
  const cases: [Record<string, string>, string][] = [
    [{ HOME: folder }, "home"],
    [{ USERPROFILE: folder }, "home"],
    [{ HOME: folder, KUBECONFIG: "" }, "home"],
    [{ HOME: folder, KUBECONFIG: `${folder}/other` }, "other"],
  ];
  for (const [variables, want] of cases) {
    strictEqual((await loadKubeconfig({ env: env(variables) })).currentContext, want);
  }
});

Deno.test("loadKubeconfig() tells where it found nothing", async () => {
  await using temp = await tempFolder({ empty: "", "null": "---\n" });
  const { folder } = temp;
  deepStrictEqual((await loadKubeconfig({ env: env({}) })).missing, [
    "KUBECONFIG is not set",
    "the home folder is not known",
  ]);
  deepStrictEqual((await loadKubeconfig({ env: env({ HOME: folder }) })).missing, [
    "KUBECONFIG is not set",
    `"${folder}/.kube/config" does not exist`,
  ]);
  const empty = await loadKubeconfig({ env: env({ KUBECONFIG: `${folder}/empty:${folder}/null` }) });
  deepStrictEqual([empty.files.length, empty.missing, empty.contexts.size], [2, [], 0]);
});

Deno.test("loadKubeconfig() names the file and the field that is wrong", async () => {
  const cases: [string, string][] = [
    [
      "a: 1\n\tb: 2\n",
      'Cannot read kubeconfig "FILE": line 2, column 1: tab characters must not be used in indentation',
    ],
    ["- 1\n", 'Cannot read kubeconfig "FILE": it is not an object'],
    ["kind: Pod\n", 'Cannot read kubeconfig "FILE": field "kind" must be Config: it is "Pod"'],
    ["apiVersion: v2\n", 'Cannot read kubeconfig "FILE": field "apiVersion" must be v1: it is "v2"'],
    ["contexts: 1\n", 'Cannot read kubeconfig "FILE": field "contexts" must be a list: it is of type number'],
    ["users: [null]\n", 'Cannot read kubeconfig "FILE": field "users[0]" must be an object: it is null'],
    ["users: [{ user: {} }]\n", 'Cannot read kubeconfig "FILE": field "users[0].name" is missing'],
    [
      "users: [{ name: 1 }]\n",
      'Cannot read kubeconfig "FILE": field "users[0].name" must be a text: it is of type number',
    ],
    [
      "clusters: [{ name: a, cluster: [] }]\n",
      'Cannot read kubeconfig "FILE": field "clusters[0].cluster" must be an object: it is a list',
    ],
    [
      "clusters: [{ name: a }, { name: a }]\n",
      'Cannot read kubeconfig "FILE": field "clusters[1].name" is used twice: "a"',
    ],
    [
      "current-context: yes\n",
      'Cannot read kubeconfig "FILE": field "current-context" must be a text: it is of type boolean',
    ],
  ];
  for (const [text, want] of cases) {
    await using temp = await tempFolder({ config: text });
    const { folder } = temp;
    const file = `${folder}/config`;
    await rejects(loadKubeconfig({ file, env: env({}) }), {
      name: "ConfigError",
      message: want.replace("FILE", file),
      hint: want.includes("must be a text") ? "Put the value in quotes" : undefined,
    });
  }
});

Deno.test("loadKubeconfig() insists on the file that it is given", async () => {
  await using temp = await tempFolder({});
  const { folder } = temp;
  const file = `${folder}/config`;
  await rejects(loadKubeconfig({ file, env: env({}) }), {
    message: `Cannot read kubeconfig "${file}": it does not exist`,
  });
  await rejects(loadKubeconfig({ env: env({ KUBECONFIG: folder }) }), {
    message: `Cannot read kubeconfig "${folder}": it is a folder`,
  });
});

interface TempFolder extends AsyncDisposable {
  folder: string;
}

async function tempFolder(files: Record<string, string>): Promise<TempFolder> {
  const folder = await Deno.makeTempDir();
  for (const [name, text] of Object.entries(files)) {
    await Deno.mkdir(`${folder}/${name}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }
  return { folder, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

function env(variables: Record<string, string>): (name: string) => string | undefined {
  return (name) => variables[name];
}
