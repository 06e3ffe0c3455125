import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { testCluster } from "../cluster/attach.ts";
import { startKubescript, succeed, tempFolder, writeScript } from "./kubescript.ts";
import { getObject, kubectl, until } from "./objects.ts";

const cluster = testCluster();

/** A rule that makes a child for each Secret with a label, and notes in the ConfigMap `notes` what it has cleaned up. */
function scriptFor(namespace: string, rule: string): string {
  return `
import { each, script } from "@kubescript/kubescript";
import { ConfigMap, Secret } from "@kubescript/kubescript/kinds";
export default script("finalizing", {
  namespace: "${namespace}",
  rules: {
    ${rule}: each(Secret, {
      labels: { app: "web" },
      namespaces: ["${namespace}"],
      owns: [ConfigMap],
      async finalize({ metadata: { name } }, { k }) {
        const { data } = await k.get(ConfigMap, "notes");
        if (data?.broken) throw new Error("the notes cannot be written");
        await k.patch(ConfigMap, "notes", { data: { [name]: "cleaned up" } });
      },
    }, ({ metadata: { name, finalizers = [] } }) =>
      ConfigMap({ metadata: { name: "of-" + name }, data: { heldBy: finalizers.join() } })),
  },
});
`;
}

async function setUp() {
  const stack = new AsyncDisposableStack();
  const { name } = stack.use(await cluster.namespace("finalizing"));
  const folder = stack.use(await tempFolder());
  const write = (rule: string) => writeScript(folder, scriptFor(name, rule));
  const file = await write("copies");
  stack.defer(async () => void await succeed(["delete", file, "--yes"]));
  const k = (...args: string[]) => kubectl([...args, "-n", name]);
  await k("create", "configmap", "notes");
  const create = async (secret: string) => {
    await k("create", "secret", "generic", secret);
    await k("label", "secret", secret, "app=web");
  };
  const notes = async () => (await getObject("configmap/notes", name)).data ?? {};
  const finalizers = (secret: string) => k("get", "secret", secret, "-o", "jsonpath={.metadata.finalizers[*]}");
  const copies = () => k("get", "configmaps", "-l", "kubescript.dev/rule", "-o", "name");
  return { name, file, write, k, create, notes, finalizers, copies, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

Deno.test("finalize of each holds an object from before its first child until it has succeeded", async () => {
  await using t = await setUp();
  await t.create("s");
  await using running = startKubescript(["run", t.file]);
  await until("the child is there", async () => await t.copies() === "configmap/of-s\n");
  strictEqual((await getObject("configmap/of-s", t.name)).data.heldBy, "kubescript.dev/finalizing.copies");

  await t.k("patch", "configmap", "notes", "-p", '{"data":{"broken":"yes"}}');
  await t.k("delete", "secret", "s", "--wait=false");
  await until("it has failed", () => Promise.resolve(/error copies Secret\/\S+\/s: the notes/.test(running.output)));
  strictEqual(await t.finalizers("s"), "kubescript.dev/finalizing.copies");
  strictEqual(await t.copies(), "configmap/of-s\n");

  await t.k("patch", "configmap", "notes", "-p", '{"data":{"broken":null}}');
  await t.k("wait", "--for=delete", "secret/s", "--timeout=60s");
  deepStrictEqual(await t.notes(), { s: "cleaned up" });
  await until("the child is gone", async () => await t.copies() === "");
  running.kill("SIGTERM");
  strictEqual((await running.result).code, 0);
});

Deno.test("finalize also cleans up after what left while nobody ran the rule", async () => {
  await using t = await setUp();
  for (const secret of ["left", "deleted", "stays"]) await t.create(secret);
  await succeed(["run", t.file, "--once"]);
  await t.k("label", "secret", "left", "app-");
  await t.k("delete", "secret", "deleted", "--wait=false");
  await succeed(["run", t.file, "--once"]);
  deepStrictEqual(await t.notes(), { left: "cleaned up", deleted: "cleaned up" });
  strictEqual(await t.finalizers("left"), "");
  match(await t.finalizers("stays"), /copies/);
  strictEqual(await t.copies(), "configmap/of-stays\n");
});

Deno.test("a finalizer does not stay when its rule or the whole set goes", async () => {
  await using t = await setUp();
  await t.create("s");
  await succeed(["run", t.file, "--once"]);
  await t.write("renamed");
  await succeed(["run", t.file, "--once"]);
  strictEqual(await t.finalizers("s"), "kubescript.dev/finalizing.renamed");
  await t.k("patch", "secret", "s", "-p", '{"metadata":{"finalizers":["example.com/other"]}}');
  await succeed(["delete", t.file, "--yes"]);
  strictEqual(await t.finalizers("s"), "example.com/other");
  deepStrictEqual(await t.notes(), {});
  await t.k("patch", "secret", "s", "--type=merge", "-p", '{"metadata":{"finalizers":null}}');
});
