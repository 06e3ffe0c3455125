import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { testCluster } from "../cluster/attach.ts";
import { definition } from "./custom_resources.ts";
import {
  configMap,
  create,
  find,
  inNamespace,
  type Manifest,
  ManifestSet,
  names,
  namespaceObject,
} from "./manifest_set.ts";
import { getObject, kubectl } from "./objects.ts";

const cluster = testCluster();
const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };

function configMaps(count: number): Manifest[] {
  return Array.from({ length: count }, (_, i) => configMap(`c${i}`));
}

Deno.test("apply stops before it deletes all because the script is empty", async () => {
  await using home = await cluster.namespace("prune");
  const set = new ManifestSet(home.name);
  await set.succeed(configMaps(5));
  const { code, document } = await set.apply([], "--allow-delete=all");
  strictEqual(code, 5);
  match(document.stopped!.reason, /no object at all, so that all 5 objects/);
  match(document.stopped!.hint!, /--allow-empty/);
  deepStrictEqual(await names("configmap", home.name), ["c0", "c1", "c2", "c3", "c4"]);
  strictEqual((await set.succeed([], "--allow-empty")).document.summary.delete, 5);
  deepStrictEqual(await names("configmap", home.name), []);
});

Deno.test("apply stops before it deletes more than three objects and more than 30 % of the set", async () => {
  await using home = await cluster.namespace("prune");
  const set = new ManifestSet(home.name);
  await set.succeed(configMaps(13));
  const [, ...others] = configMaps(9);
  const { code, document } = await set.apply([configMap("c0", { changed: "yes" }), ...others, configMap("new")]);
  strictEqual(code, 5);
  match(document.stopped!.reason, /^4 of the set's 13 objects would be deleted$/);
  match(document.stopped!.hint!, /--allow-delete=4/);
  strictEqual((await names("configmap", home.name)).length, 13);
  deepStrictEqual((await getObject("configmap/c0", home.name)).data, { key: "value" });

  strictEqual((await set.apply(configMaps(9), "--allow-delete=3")).code, 5);
  strictEqual((await set.succeed(configMaps(10))).document.summary.delete, 3);
  strictEqual((await set.apply(configMaps(6))).code, 5);
  strictEqual((await set.succeed(configMaps(6), "--allow-delete=4")).document.summary.delete, 4);
  strictEqual((await names("configmap", home.name)).length, 6);
  await set.succeed(configMaps(20));
  strictEqual((await set.succeed(configMaps(14))).document.summary.delete, 6);
  strictEqual((await names("configmap", home.name)).length, 14);
});

Deno.test("apply and delete stop before they delete what takes more with it, unless it is named", async () => {
  await using home = await cluster.namespace("rails");
  const set = new ManifestSet(home.name);
  const dangerous: Record<string, Manifest> = {
    [`Namespace/${home.name}-b`]: namespaceObject(`${home.name}-b`),
    [`CustomResourceDefinition/things.${home.name}.example.com`]: definition(`${home.name}.example.com`),
    [`PersistentVolumeClaim/${home.name}/data`]: {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "data" },
      spec: claim,
    },
    [`StatefulSet/${home.name}/db`]: {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { name: "db" },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: "db" } },
        template: {
          metadata: { labels: { app: "db" } },
          spec: { containers: [{ name: "db", image: "db:1" }] },
        },
        volumeClaimTemplates: [{ metadata: { name: "data" }, spec: claim }],
      },
    },
  };
  const entries = Object.entries(dangerous);
  const exists = async () => {
    const found = await Promise.all(entries.map(([name, { kind, metadata }]) => {
      const type = `${kind}/${metadata.name}`;
      return find(type, name.split("/").length === 3 ? home.name : undefined);
    }));
    return found.map((object) => object !== undefined && object.metadata.deletionTimestamp === undefined);
  };
  await set.succeed([...Object.values(dangerous), configMap("a")], "--no-wait");
  for (const [name] of entries) {
    const left = entries.filter(([other]) => other !== name).map(([, object]) => object);
    const { code, document } = await set.apply([...left, configMap("a")], "--no-wait", "--allow-delete=10");
    strictEqual(code, 5);
    ok(document.stopped!.reason.startsWith(`${name} would be deleted, and `), document.stopped!.reason);
    ok(document.stopped!.hint!.endsWith(`--allow-delete=${name}`), document.stopped!.hint);
  }
  const [first, ...others] = entries.map(([name]) => `--allow-delete=${name}`);
  strictEqual((await set.delete(...others)).code, 5);
  deepStrictEqual(await exists(), [true, true, true, true]);
  ok(await find("configmap/a", home.name));
  const kinds = ["Namespace", "CustomResourceDefinition", "PersistentVolumeClaim"].map((kind) =>
    `--allow-delete=${kind}`
  );
  await set.succeed([dangerous[`StatefulSet/${home.name}/db`]!, configMap("a")], ...kinds);
  deepStrictEqual(await exists(), [false, false, false, true]);
  strictEqual((await set.delete(first!, ...others)).code, 0);
  deepStrictEqual(await exists(), [false, false, false, false]);
});

Deno.test("apply and delete never delete a Namespace that holds what somebody else put there", async () => {
  await using home = await cluster.namespace("rails");
  const set = new ManifestSet(home.name);
  const other = `${home.name}-b`;
  await set.succeed([namespaceObject(other), inNamespace(other, configMap("ours")), configMap("a")]);
  await create(other, configMap("theirs"));
  for (const run of [await set.apply([configMap("a")], "--allow-delete=all"), await set.delete("--allow-delete=all")]) {
    strictEqual(run.code, 5);
    match(
      run.document.stopped!.reason,
      new RegExp(`^Namespace/${other} holds objects that .*: ConfigMap/${other}/theirs$`),
    );
  }
  deepStrictEqual(await names("configmaps", other), ["ours", "theirs"]);
  strictEqual((await getObject(`namespace/${other}`, "")).metadata.deletionTimestamp, undefined);
  await kubectl(["delete", "configmap/theirs", `--namespace=${other}`]);
  strictEqual((await set.delete("--allow-delete=Namespace")).code, 0);
  strictEqual(await find(`namespace/${other}`), undefined);
});
