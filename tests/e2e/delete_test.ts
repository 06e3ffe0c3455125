import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { testCluster } from "../cluster/attach.ts";
import { customResource, definition } from "./custom_resources.ts";
import { runKubescript } from "./kubescript.ts";
import {
  configMap,
  find,
  inNamespace,
  type Manifest,
  ManifestSet,
  names,
  namespaceObject,
  readRun,
} from "./manifest_set.ts";
import { kubectl, until } from "./objects.ts";

const cluster = testCluster();
const secret: Manifest = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "login" },
  stringData: { user: "jane" },
};

Deno.test("delete goes from what needs others to what others need, and the records of the set go last", async () => {
  await using home = await cluster.namespace("delete");
  const set = new ManifestSet(home.name);
  const [inner, group] = [`${home.name}-b`, `${home.name}.example.com`];
  const hold = { metadata: { finalizers: ["example.com/hold"] } };
  const isGoing = async (name: string, namespace?: string) =>
    (await find(name, namespace))?.metadata.deletionTimestamp !== undefined;
  const free = (name: string, namespace: string) =>
    kubectl(["patch", name, "--type=merge", '--patch={"metadata":{"finalizers":null}}', `--namespace=${namespace}`]);
  const records = async () => {
    const found = [
      await find(`configmap/${set.parentName}`, home.name),
      await find(`secret/${set.parentName}`, home.name),
    ];
    return found.map((object) => object !== undefined);
  };
  await set.succeed([
    namespaceObject(inner),
    inNamespace(inner, configMap("content")),
    definition(group),
    customResource(group, "a"),
    secret,
  ]);
  const patch = ["--type=merge", `--patch=${JSON.stringify(hold)}`];
  await kubectl(["patch", "configmap/content", `--namespace=${inner}`, ...patch]);
  await kubectl(["patch", `things.${group}/a`, `--namespace=${home.name}`, ...patch]);

  await using run = set.startDelete("--allow-delete=Namespace", "--allow-delete=CustomResourceDefinition");
  await until(
    "content and custom resource are being deleted",
    async () => await isGoing("configmap/content", inner) && await isGoing(`things.${group}/a`, home.name),
  );
  strictEqual(await isGoing(`namespace/${inner}`), false);
  strictEqual(await isGoing(`customresourcedefinition/things.${group}`), false);
  await free("configmap/content", inner);
  await until("the Namespace is gone", async () => await find(`namespace/${inner}`) === undefined);
  strictEqual(await isGoing(`customresourcedefinition/things.${group}`), false);
  deepStrictEqual(await records(), [true, true]);
  await free(`things.${group}/a`, home.name);
  const { code, actions } = readRun(await run.result);
  strictEqual(code, 0);
  strictEqual(Object.values(actions).filter((action) => action === "delete").length, 5);
  strictEqual(await find(`customresourcedefinition/things.${group}`), undefined);
  strictEqual(await find("secret/login", home.name), undefined);
  deepStrictEqual(await records(), [false, false]);
});

Deno.test("delete has nothing to do the second time", async () => {
  await using home = await cluster.namespace("delete");
  const set = new ManifestSet(home.name);
  await set.succeed([configMap("a")]);
  deepStrictEqual((await set.delete()).actions, { "ConfigMap/a": "delete" });
  const { code, stdout } = await runKubescript(["delete", "-", `--name=${set.name}`, `--namespace=${home.name}`]);
  deepStrictEqual([code, stdout], [0, "Nothing to delete\n"]);
  deepStrictEqual(await names("configmaps", home.name), []);
});

Deno.test("delete --dry-run shows what would go", async () => {
  await using home = await cluster.namespace("delete");
  const set = new ManifestSet(home.name);
  await set.succeed([configMap("a")]);
  const { code, actions } = await set.delete("--dry-run");
  deepStrictEqual([code, actions], [0, { "ConfigMap/a": "delete" }]);
  deepStrictEqual(await names("configmaps", home.name), ["a"]);
});

Deno.test("delete takes the home with it if the script made it", async () => {
  const home = `delete-${crypto.randomUUID().slice(0, 8)}`;
  const set = new ManifestSet(home);
  await set.succeed([namespaceObject(home), configMap("a"), secret]);
  const stopped = await set.delete();
  strictEqual(stopped.code, 5);
  match(stopped.document.stopped!.hint!, new RegExp(`--allow-delete=Namespace/${home}$`));
  ok(await find("configmap/a", home));
  strictEqual((await set.delete(`--allow-delete=Namespace/${home}`)).code, 0);
  strictEqual(await find(`namespace/${home}`), undefined);
  strictEqual((await set.delete()).code, 0);
});

Deno.test("delete finds the members even if the record of the set is lost", async () => {
  await using home = await cluster.namespace("delete");
  const set = new ManifestSet(home.name);
  await set.succeed([configMap("a"), secret]);
  await kubectl(["delete", `configmap/${set.parentName}`, `--namespace=${home.name}`]);
  deepStrictEqual((await set.delete()).actions, { "ConfigMap/a": "delete", "Secret/login": "delete" });
  deepStrictEqual([await names("configmaps", home.name), await names("secrets", home.name)], [[], []]);
});
