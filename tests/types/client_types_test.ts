/**
 * What the compiler knows about the client's verbs. The functions are checked, never called.
 *
 * @module
 */
import { strictEqual } from "node:assert/strict";
import type { Client } from "../../lib/client/client.ts";
import type { ObjectList } from "../../lib/client/object_list.ts";
import { ConfigMap, Deployment, Namespace, Node, Pod, Secret } from "../../lib/kinds/mod.ts";
import type { Live } from "../../lib/kube/live.ts";
import type { KubeObject, LiveObject } from "../../lib/kube/object.ts";
import type { Kind } from "../../lib/script/kind.ts";

async function reads(k: Client): Promise<void> {
  const web: Live<Deployment> = await k.get(Deployment, "shop/web");
  const { name, namespace, uid, resourceVersion } = web.metadata;
  [name, namespace, uid, resourceVersion] satisfies string[];
  web.spec.replicas satisfies number | undefined;
  web.kind satisfies "Deployment";
  // @ts-expect-error -- there is no such field
  web.spec.replica;
  (await k.get(Namespace, "shop")).metadata.namespace satisfies undefined;
  (await k.find(Pod, { namespace: "shop", name: "a" })) satisfies Live<Pod> | undefined;
  // @ts-expect-error -- there is no such subresource
  await k.get(Pod, "a", { subresource: "state" });

  const list: ObjectList<Live<Pod>> = k.list(Pod, { labels: { tier: ["web", "api"] }, fields: "status.phase=Failed" });
  for await (const pod of list) pod.status?.phase satisfies string | undefined;
  (await list.toArray()) satisfies Live<Pod>[];
  for await (const event of k.watch(Pod)) {
    event.type satisfies "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";
    event.object satisfies Live<Pod>;
  }
  for await (const { metadata } of k.listMetadata(Pod)) metadata.uid satisfies string;

  const unknown: LiveObject = await k.get("gadgets.example.com", "a");
  unknown["spec"] satisfies unknown;
  // @ts-expect-error -- nothing is known of it
  unknown["spec"].size;
}

function isReadOnly(pod: Live<Pod>): void {
  // @ts-expect-error -- what was read is not written to
  pod.metadata.labels = {};
  // @ts-expect-error -- at any depth
  pod.metadata.labels!["a"] = "b";
  // @ts-expect-error -- nor are its lists
  pod.spec!.containers.push({ name: "b" });
  // @ts-expect-error -- nor what is in them
  pod.spec!.containers[0]!.image = "b";
}

async function writes(k: Client): Promise<void> {
  const settings = ConfigMap({ metadata: { name: "a" }, data: { color: "blue" } });
  (await k.create(settings)) satisfies Live<ConfigMap>;
  (await k.replace(settings)) satisfies Live<ConfigMap>;
  (await k.apply(settings, { fieldManager: "me", force: true })) satisfies Live<ConfigMap>;
  (await k.create("kind: ConfigMap")) satisfies LiveObject;
  const plain = { apiVersion: "example.com/v1", kind: "Gadget", metadata: { name: "a" }, spec: { size: 1 } };
  (await k.create(plain)).spec.size satisfies number;
  // @ts-expect-error -- an object has an apiVersion
  await k.create({ kind: "Gadget" });
  // @ts-expect-error -- only an apply can be forced
  await k.create(settings, { force: true });

  (await k.patch(Deployment, "web", { spec: { replicas: 3 } })) satisfies Live<Deployment>;
  await k.patch(Deployment, "web", { metadata: { labels: { team: null } }, spec: { paused: null } });
  await k.patch(Deployment, "web", { spec: { template: { spec: { containers: [{ name: "a", $patch: "delete" }] } } } });
  await k.patch(Deployment, "web", [{ op: "remove", path: "/spec/paused" }]);
  await k.patch(Deployment, "web", { status: { readyReplicas: 1 } }, { subresource: "status" });
  await k.patch("deploy", "web", { spec: { anything: true } });
  // @ts-expect-error -- there is no such field
  await k.patch(Deployment, "web", { spec: { replica: 3 } });
  // @ts-expect-error -- a field has a type
  await k.patch(Deployment, "web", { spec: { replicas: "3" } });
  // @ts-expect-error -- also in a list
  await k.patch(Deployment, "web", { spec: { template: { spec: { containers: [{ name: "a", img: "b" }] } } } });
  // @ts-expect-error -- there is no such operation
  await k.patch(Deployment, "web", [{ op: "delete", path: "/spec/paused" }]);

  (await k.delete(Pod, "a", { gracePeriodSeconds: 0 })) satisfies Live<Pod> | undefined;
  (await k.deleteCollection(Pod, { labels: "team=x", limit: 10 })) satisfies Live<Pod>[];
  (await k.scale(Deployment, "web", 3)).spec.replicas satisfies number | undefined;
}

async function passesOn(k: Client): Promise<void> {
  const web = await k.get(Deployment, "shop/web");
  Deployment({ metadata: { name: "copy", labels: { ...web.metadata.labels, copy: "yes" } }, spec: web.spec });
  (await k.replace({ ...web, spec: { ...web.spec, replicas: 3 } })).spec.replicas satisfies number;
  await k.patch(Deployment, web, { spec: { paused: true } });
  await k.delete(Deployment, web);

  // Of a kind without namespace, too.
  const node = await k.get(Node, "a");
  const labels = { ...node.metadata.labels, team: "x" };
  const replaced = await k.replace({ ...node, metadata: { ...node.metadata, labels } });
  replaced.metadata.namespace satisfies undefined;
  await k.delete(Node, replaced);
}

async function isGeneric<T extends KubeObject>(k: Client, kind: Kind<T>, object: T): Promise<Live<T>> {
  const { metadata } = await k.create(object);
  const live = await k.get(kind, { metadata });
  await k.replace({ ...live, metadata: { ...live.metadata, labels: {} } });
  await k.patch(kind, live, [{ op: "add", path: "/metadata/labels/a", value: "b" }]);
  await k.delete(kind, live);
  return live;
}

/** A script that cleans up, sets limits and copies a Secret. */
async function cleansUp(k: Client, yesterdayMs: number): Promise<void> {
  for await (const pod of k.list(Pod, { allNamespaces: true, fields: "status.phase=Failed" })) {
    if (Date.parse(pod.metadata.creationTimestamp ?? "") < yesterdayMs) await k.delete(Pod, pod);
  }
  const resources = { limits: { memory: "256Mi" } };
  for await (const web of k.list(Deployment, { labels: { tier: ["web", "api"] } })) {
    const bare = web.spec.template.spec?.containers.filter((container) => !container.resources?.limits) ?? [];
    const containers = bare.map(({ name }) => ({ name, resources }));
    if (bare.length > 0) await k.patch(Deployment, web, { spec: { template: { spec: { containers } } } });
  }
  const { type, data } = await k.get(Secret, "ops/pull");
  for await (const { metadata: { name: namespace } } of k.list(Namespace, { labels: "team" })) {
    const copy = Secret({ metadata: { name: "pull", namespace }, type: type!, data: data! });
    await k.apply(copy, { fieldManager: "copy-pull" });
  }
}

Deno.test("the types of the client's verbs are checked", () => {
  const checked = [reads, isReadOnly, writes, passesOn, isGeneric, cleansUp];
  for (const check of checked) strictEqual(typeof check, "function");
});
