import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { ConfigMap, Deployment, Pod, ReplicaSet } from "../../lib/kinds/mod.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import type { Kind } from "../../lib/script/kind.ts";
import { until } from "../e2e/objects.ts";
import { deployment, namesOf, pod, refusal } from "./objects.ts";
import { row } from "./row.ts";

row("A1", "list and get Pods, ReplicaSets, Deployments in one namespace and in all", async (context) => {
  const { target, k, namespace, step } = context;
  await using other = await target.namespace("row-a1");
  const check = async <T extends KubeObject>(kind: Kind<T>, object: T) => {
    await step(kind.type.plural, async () => {
      await k.create(object);
      await k.inNamespace(other.name).create(object);
      for (const place of [namespace, other.name]) {
        const { kind, metadata } = await k.get(object.kind, `${place}/a`);
        deepStrictEqual([kind, metadata.namespace, metadata.name], [object.kind, place, "a"]);
      }
      strictEqual((await k.get(kind, "a")).metadata.namespace, namespace);
      deepStrictEqual(await namespacesOf(k.list(kind)), [namespace]);
      deepStrictEqual(await namespacesOf(k.list(kind, { namespace: other.name })), [other.name]);
      const all = await namespacesOf(k.list(kind, { allNamespaces: true }));
      ok(all.includes(namespace) && all.includes(other.name));
    });
  };
  const { selector, template } = deployment("a").spec;
  await check(Pod, pod("a"));
  await check(ReplicaSet, ReplicaSet({ metadata: { name: "a" }, spec: { replicas: 0, selector, template } }));
  await check(Deployment, deployment("a"));
});

async function namespacesOf(objects: AsyncIterable<{ readonly metadata: { readonly namespace?: string } }>) {
  return [...new Set(await Array.fromAsync(objects, ({ metadata }) => metadata.namespace))];
}

row("A2", "create from an object, from JSON text and from YAML text", async ({ k, namespace, step }) => {
  const settings = ConfigMap({ metadata: { name: "object" }, data: { on: "yes", mode: "0644" } });
  await step("object", async () => {
    deepStrictEqual((await k.create(settings)).data, settings.data);
    strictEqual((await refusal(k.create(settings))).isAlreadyExists, true);
  });
  await step("JSON text", async () => {
    const created = await k.create(JSON.stringify({ ...settings, metadata: { name: "json" } }));
    deepStrictEqual([created.metadata.namespace, created.data], [namespace, settings.data]);
  });
  const yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: yaml}\ndata: {'on': 'yes', mode: '0644'}\n";
  await step("YAML text", async () => {
    deepStrictEqual((await k.create(yaml)).data, settings.data);
  });
  await step("YAML text that the server reads", async () => {
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    const text = yaml.replace("name: yaml", "name: server-yaml");
    await k.raw(path, { method: "POST", text, contentType: "application/yaml" });
    deepStrictEqual((await k.get(ConfigMap, "server-yaml")).data, settings.data);
  });
  await step("a name that the server makes", async () => {
    const { metadata } = await k.create(ConfigMap({ metadata: { generateName: "made-" } }));
    match(metadata.name, /^made-\w+$/);
  });
});

row("A3", "replace with resourceVersion; a stale one is a conflict that names the object", async (context) => {
  const { k, namespace, step } = context;
  const created = await k.create(ConfigMap({ metadata: { name: "a" }, data: { a: "1" } }));
  await step("replace", async () => {
    const replaced = await k.replace({ ...created, data: { b: "2" } });
    deepStrictEqual(replaced.data, { b: "2" });
    ok(replaced.metadata.resourceVersion !== created.metadata.resourceVersion);
  });
  await step("stale", async () => {
    const error = await refusal(k.replace({ ...created, data: { c: "3" } }));
    deepStrictEqual([error.isConflict, error.isAlreadyExists], [true, false]);
    ok(error.message.startsWith(`Cannot replace ConfigMap/${namespace}/a: `), error.message);
    match(error.message, /the object has been modified/);
    deepStrictEqual((await k.get(ConfigMap, "a")).data, { b: "2" });
  });
  await step("without resourceVersion", async () => {
    await k.replace(ConfigMap({ metadata: { name: "a" }, data: { d: "4" } }));
    deepStrictEqual((await k.get(ConfigMap, "a")).data, { d: "4" });
  });
  await step("what is not there", async () => {
    strictEqual((await refusal(k.replace(ConfigMap({ metadata: { name: "b" } })))).isNotFound, true);
  });
});

row("A4", "patch: JSON patch, merge patch, strategic merge patch, server-side apply", async ({ k, step }) => {
  const live = await k.create(deployment("web"));
  const images = async () => {
    const { spec } = await k.get(Deployment, "web");
    return spec.template.spec?.containers.map(({ name, image }) => `${name}=${image}`);
  };
  const containers = (...containers: { name: string; image?: string; $patch?: "delete" }[]) => {
    return { spec: { template: { spec: { containers } } } };
  };
  await step("JSON patch", async () => {
    const { replicas } = (await k.patch(Deployment, "web", [
      { op: "test", path: "/spec/replicas", value: 0 },
      { op: "replace", path: "/spec/minReadySeconds", value: 7 },
    ])).spec;
    strictEqual(replicas, 0);
    const failed = await refusal(k.patch(Deployment, live, [{ op: "test", path: "/spec/replicas", value: 1 }]));
    strictEqual(failed.isInvalid, true);
  });
  await step("strategic merge patch", async () => {
    await k.patch(Deployment, live, containers({ name: "side", image: "side:1" }));
    deepStrictEqual(await images(), ["side=side:1", "main=main:1"]);
    await k.patch(Deployment, live, containers({ name: "side", $patch: "delete" }));
    deepStrictEqual(await images(), ["main=main:1"]);
  });
  await step("merge patch", async () => {
    await k.patch(Deployment, live, containers({ name: "other", image: "other:1" }), { type: "merge" });
    deepStrictEqual(await images(), ["other=other:1"]);
    await k.patch(Deployment, live, { metadata: { labels: { team: "x" } } }, { type: "merge" });
    const { metadata } = await k.patch(Deployment, live, { metadata: { labels: { team: null } } }, { type: "merge" });
    deepStrictEqual(metadata.labels, undefined);
  });
  await step("server-side apply", async () => {
    const settings = (data: Record<string, string>) => ConfigMap({ metadata: { name: "settings" }, data });
    await k.apply(settings({ a: "1", b: "1" }), { fieldManager: "first" });
    const conflict = await refusal(k.apply(settings({ a: "2" }), { fieldManager: "second" }));
    strictEqual(conflict.isApplyConflict, true);
    deepStrictEqual(conflict.causes.map(({ field, message }) => [field, message]), [
      [".data.a", 'conflict with "first"'],
    ]);
    await k.apply(settings({ a: "2" }), { fieldManager: "second", force: true });
    // What the first one no longer names goes, unless somebody else owns it.
    deepStrictEqual((await k.apply(settings({}), { fieldManager: "first" })).data, { a: "2" });
  });
  await step("server-side apply of YAML text", async () => {
    const text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {c: '3'}\n";
    deepStrictEqual((await k.apply(text, { fieldManager: "third" })).data, { a: "2", c: "3" });
  });
  await step("server-side apply of the status", async () => {
    const { apiVersion, kind, metadata: { name } } = live;
    const condition = { type: "Tested", status: "True", reason: "Applied", message: "" };
    const status = { conditions: [condition] };
    await k.apply({ apiVersion, kind, metadata: { name }, status }, { subresource: "status", fieldManager: "tester" });
    const { conditions = [] } = (await k.get(Deployment, live)).status ?? {};
    strictEqual(conditions.find(({ type }) => type === "Tested")?.reason, "Applied");
  });
  await step("server-side apply of the scale", async () => {
    const refused = await refusal(k.scale(Deployment, "web", 2, { apply: true, fieldManager: "scaler" }));
    strictEqual(refused.isApplyConflict, true);
    await k.scale(Deployment, "web", 2, { apply: true, fieldManager: "scaler", force: true });
    const { spec, metadata } = await k.get(Deployment, "web");
    strictEqual(spec.replicas, 2);
    const entry = metadata.managedFields?.find(({ manager }) => manager === "scaler");
    deepStrictEqual([entry?.operation, entry?.subresource], ["Apply", "scale"]);
  });
});

row("A5", "delete with gracePeriodSeconds, propagationPolicy, preconditions, dryRun", async (context) => {
  const { k, namespace, step } = context;
  await step("gracePeriodSeconds", async () => {
    await k.create(pod("slow", { nodeName: "node-of-nobody" }));
    const going = await k.delete(Pod, "slow", { gracePeriodSeconds: 70 });
    strictEqual(going?.metadata.deletionGracePeriodSeconds, 70);
    ok(going.metadata.deletionTimestamp !== undefined);
    strictEqual((await k.get(Pod, "slow")).metadata.deletionGracePeriodSeconds, 70);
    await k.delete(Pod, "slow", { gracePeriodSeconds: 0 });
    strictEqual(await k.find(Pod, "slow"), undefined);
  });
  for (const propagationPolicy of ["Foreground", "Background", "Orphan"] as const) {
    await step(`propagationPolicy ${propagationPolicy}`, async () => {
      const name = propagationPolicy.toLowerCase();
      const { apiVersion, kind, metadata: { uid } } = await k.create(ConfigMap({ metadata: { name } }));
      const owner = { apiVersion, kind, name, uid, blockOwnerDeletion: true };
      // A finalizer keeps a dependent that goes, so that the state in between is there to be seen.
      const finalizers = propagationPolicy === "Orphan" ? [] : ["example.com/keep"];
      const dependent = `${name}-dependent`;
      await k.create(ConfigMap({ metadata: { name: dependent, ownerReferences: [owner], finalizers } }));
      const going = await k.delete(ConfigMap, name, { propagationPolicy });

      if (propagationPolicy === "Orphan") {
        deepStrictEqual(going?.metadata.finalizers, ["orphan"]);
        await until("the owner is gone", async () => await k.find(ConfigMap, name) === undefined);
        const { metadata } = await k.get(ConfigMap, dependent);
        deepStrictEqual([metadata.ownerReferences, metadata.deletionTimestamp], [undefined, undefined]);
        return;
      }
      const isBlocked = propagationPolicy === "Foreground";
      deepStrictEqual(going?.metadata.finalizers, isBlocked ? ["foregroundDeletion"] : undefined);
      await until("the dependent goes", async () => {
        return (await k.get(ConfigMap, dependent)).metadata.deletionTimestamp !== undefined;
      });
      strictEqual(await k.find(ConfigMap, name) !== undefined, isBlocked);
      await k.patch(ConfigMap, dependent, { metadata: { finalizers: null } });
      await until("both are gone", async () => {
        return await k.find(ConfigMap, dependent) === undefined && await k.find(ConfigMap, name) === undefined;
      });
    });
  }
  await step("preconditions", async () => {
    const { metadata: { uid, resourceVersion } } = await k.create(ConfigMap({ metadata: { name: "a" } }));
    const other = crypto.randomUUID();
    const cases = [{ uid: other }, { uid, resourceVersion: "1" }, { resourceVersion: "1" }];
    for (const preconditions of cases) {
      const error = await refusal(k.delete(ConfigMap, "a", { preconditions }));
      strictEqual(error.isConflict, true);
      ok(error.message.startsWith(`Cannot delete ConfigMap/${namespace}/a: `), error.message);
    }
    // An object that was read stands for itself alone, without being asked to.
    const impostor = { metadata: { name: "a", uid: other } };
    strictEqual((await refusal(k.delete(ConfigMap, impostor))).isConflict, true);
    await k.delete(ConfigMap, "a", { preconditions: { uid, resourceVersion } });
    strictEqual(await k.find(ConfigMap, "a"), undefined);
  });
  await step("dryRun", async () => {
    const live = await k.create(ConfigMap({ metadata: { name: "a" } }));
    await k.delete(ConfigMap, live, { dryRun: "All" });
    strictEqual((await k.get(ConfigMap, "a")).metadata.deletionTimestamp, undefined);
  });
});

row("A6", "deleteCollection with selectors, gracePeriodSeconds, propagationPolicy, limit", async ({ k, step }) => {
  const create = async (names: string[], labels: Record<string, string>, finalizers: string[] = []) => {
    for (const name of names) await k.create(ConfigMap({ metadata: { name, labels, finalizers } }));
  };
  await step("label and field selectors", async () => {
    await create(["a", "b"], { team: "x" });
    await create(["c"], { team: "y" });
    const gone = await k.deleteCollection(ConfigMap, { labels: { team: "x" }, fields: "metadata.name!=b" });
    deepStrictEqual(gone.map(({ kind, metadata }) => [kind, metadata.name]), [["ConfigMap", "a"]]);
    deepStrictEqual(await namesOf(k.list(ConfigMap, { labels: "team" })), ["b", "c"]);
    await k.deleteCollection(ConfigMap, { labels: "team" });
    deepStrictEqual(await namesOf(k.list(ConfigMap, { labels: "team" })), []);
  });
  await step("limit", async () => {
    await create(["a", "b", "c", "d", "e"], { team: "x" });
    strictEqual((await k.deleteCollection(ConfigMap, { labels: "team=x", limit: 3 })).length, 3);
    deepStrictEqual(await namesOf(k.list(ConfigMap, { labels: "team" })), ["d", "e"]);
  });
  await step("dryRun", async () => {
    await k.deleteCollection(ConfigMap, { labels: "team=x", dryRun: "All" });
    deepStrictEqual(await namesOf(k.list(ConfigMap, { labels: "team" })), ["d", "e"]);
  });
  await step("propagationPolicy", async () => {
    await create(["f"], { team: "z" });
    const { apiVersion, kind, metadata: { uid } } = await k.get(ConfigMap, "f");
    const ownerReferences = [{ apiVersion, kind, name: "f", uid }];
    await k.create(ConfigMap({ metadata: { name: "dependent", ownerReferences } }));
    await k.deleteCollection(ConfigMap, { labels: "team=z", propagationPolicy: "Orphan" });
    await until("the owner is gone", async () => await k.find(ConfigMap, "f") === undefined);
    const { metadata } = await k.get(ConfigMap, "dependent");
    deepStrictEqual([metadata.ownerReferences, metadata.deletionTimestamp], [undefined, undefined]);
  });
  await step("gracePeriodSeconds", async () => {
    await k.create(pod("a", { nodeName: "node-of-nobody" }));
    await k.deleteCollection(Pod, { gracePeriodSeconds: 70 });
    strictEqual((await k.get(Pod, "a")).metadata.deletionGracePeriodSeconds, 70);
    await k.deleteCollection(Pod, { gracePeriodSeconds: 0 });
    strictEqual(await k.find(Pod, "a"), undefined);
  });
});
