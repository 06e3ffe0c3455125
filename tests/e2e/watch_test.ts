import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { systemClock } from "../../lib/base/clock.ts";
import type { Client } from "../../lib/client/client.ts";
import { connect } from "../../lib/client/connect.ts";
import { ConfigMap, Event, Namespace, Pod } from "../../lib/kinds/core/v1.ts";
import { Deployment } from "../../lib/kinds/apps/v1.ts";
import type { LiveObject } from "../../lib/kube/object.ts";
import { Informers } from "../../lib/watch/informers.ts";
import { waitFor } from "../../lib/watch/wait_for.ts";
import { testCluster } from "../cluster/attach.ts";
import { tokens } from "../cluster/pki.ts";
import { definition } from "./custom_resources.ts";
import { Recorder } from "./recorder.ts";

const cluster = testCluster();
const configMaps = ConfigMap.type;

interface Setup extends AsyncDisposable {
  readonly client: Client;
  readonly informers: Informers;
  readonly namespace: string;
}

/** Makes a namespace, a client of it, and informers. */
async function setUp(kubeconfig = cluster.kubeconfig): Promise<Setup> {
  await using stack = new AsyncDisposableStack();
  const { name } = stack.use(await cluster.namespace("watch"));
  const connected = await connect({ kubeconfig, concurrency: 16, requestTimeoutMs: 30_000, clock: systemClock });
  const client = stack.use(connected).inNamespace(name);
  const onError = (error: unknown) => {
    throw error;
  };
  const informers = stack.use(new Informers(client, { clock: systemClock, onError }));
  const held = stack.move();
  return { client, informers, namespace: name, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

function configMap(name: string, labels: Record<string, string> = { test: "watch" }, data = {}) {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, labels }, data };
}

Deno.test("Informer tells what there is and everything that happens", async () => {
  await using setup = await setUp();
  const { client, informers } = setup;
  const names = ["x", "y", "z"];
  for (const name of names) await client.create(configMap(name));
  using informer = informers.get(configMaps, { labels: { test: "watch" } });
  const recorder = new Recorder(informer);
  await informer.synced();
  deepStrictEqual(new Set(informer.list().map(({ metadata }) => metadata.name)), new Set(names));
  deepStrictEqual(recorder.statuses, ["syncing", "live"]);
  recorder.clear();

  await client.create(configMap("a"));
  await client.patch(configMaps, "a", { data: { b: "1" } });
  await client.delete(configMaps, "a");
  await client.create(configMap("a"));
  await recorder.untilEvents(4);
  deepStrictEqual(recorder.events, [
    "added a (watch)",
    "changed a (watch)",
    "deleted a (watch)",
    "added a (watch)",
  ]);
  strictEqual(new Set(recorder.objects.map(({ metadata }) => metadata.uid)).size, 2);
  const found = informer.get("a");
  deepStrictEqual([found?.kind, found?.metadata.managedFields], ["ConfigMap", undefined]);
});

Deno.test("Informer tells when an object begins and ceases to match", async () => {
  await using setup = await setUp();
  const { client, informers } = setup;
  using informer = informers.get(configMaps, { labels: "test in (watch)" });
  const recorder = new Recorder(informer);
  await informer.synced();
  await client.create(configMap("a", { test: "no" }));
  await client.patch(configMaps, "a", { metadata: { labels: { test: "watch" } }, data: { a: "1" } });
  await client.patch(configMaps, "a", { metadata: { labels: { test: "no" } }, data: { a: "2" } });
  await recorder.untilEvents(2);
  deepStrictEqual(recorder.events, ["added a (watch)", "deleted a (watch)"]);
  // The server tells it with the content that still matched.
  deepStrictEqual(recorder.objects[1]!["data"], { a: "1" });
  strictEqual(informer.size, 0);
});

Deno.test("Informer selects by fields, all namespaces, and kinds without namespace", async () => {
  await using setup = await setUp();
  const { client, informers, namespace } = setup;
  await client.create(configMap("a"));
  using byField = informers.get(ConfigMap, { fields: "metadata.name=a" });
  using everywhere = informers.get(ConfigMap, { allNamespaces: true });
  using namespaces = informers.get(Namespace);
  await Promise.all([byField.synced(), everywhere.synced(), namespaces.synced()]);
  deepStrictEqual(byField.list().map(({ metadata }) => metadata.name), ["a"]);
  deepStrictEqual(everywhere.list({ namespace, labels: "test=watch" }).map(({ metadata }) => metadata.name), ["a"]);
  strictEqual(namespaces.get(namespace)?.metadata.name, namespace);
});

Deno.test("Informer reads metadata only", async () => {
  await using setup = await setUp();
  const { client, informers } = setup;
  await client.create(configMap("a", { test: "watch" }, { text: "x" }));
  using informer = informers.get(configMaps, { as: "metadata", labels: "test" });
  const recorder = new Recorder(informer);
  await informer.synced();
  await client.create(configMap("b"));
  await recorder.untilEvents(2);
  deepStrictEqual(informer.list().map((object) => [object.kind, object.metadata.name, object["data"]]), [
    ["ConfigMap", "a", undefined],
    ["ConfigMap", "b", undefined],
  ]);
});

Deno.test("Informer follows Events, which the server does not cache", async () => {
  await using setup = await setUp();
  const { client, informers, namespace } = setup;
  const about = await client.create({ ...configMap("a"), metadata: { name: "a", namespace } });
  await client.event(about as unknown as LiveObject, "Normal", "First", "one");
  using informer = informers.get(Event);
  const recorder = new Recorder(informer as never);
  await informer.synced();
  await client.event(about as unknown as LiveObject, "Normal", "Second", "two");
  await recorder.untilEvents(2);
  deepStrictEqual(informer.list().map(({ reason }) => reason), ["First", "Second"]);
});

Deno.test("Informer waits for a permission, and goes on when it is there", async () => {
  await using setup = await setUp(await cluster.writeKubeconfig({ user: { token: tokens.nobody } }));
  await using admin = await setUp();
  const { informers, namespace } = setup;
  const client = admin.client.inNamespace(namespace);
  using informer = informers.get(configMaps, { labels: "test" });
  const recorder = new Recorder(informer);
  await recorder.untilPhase("waiting");
  match(recorder.statuses.at(-1)!, /^waiting: Cannot watch configmaps in namespace .*: .*User "nobody" cannot watch/);
  strictEqual(informer.hasSynced, false);

  await client.create(configMap("a"));
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" };
  const binding = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "RoleBinding", metadata: { name: "nobody" } };
  await client.create({ ...binding, roleRef, subjects: [{ kind: "User", name: "nobody" }] } as never);
  await informer.synced();
  await recorder.untilPhase("live");
  deepStrictEqual(recorder.events, ["added a (list)"]);
});

Deno.test("Informer waits for a kind, and begins anew with it", async () => {
  await using setup = await setUp();
  const { client, informers, namespace } = setup;
  const group = `${namespace}.example.com`;
  const things = { group, version: "v1", kind: "Thing", plural: "things", namespaced: true };
  const crd = definition(group);
  using informer = informers.get(things);
  const recorder = new Recorder(informer);
  await recorder.untilPhase("waiting");
  try {
    for (const round of ["added", "added"]) {
      await client.create(crd as never);
      await waitFor(client, "crd", crd.metadata.name, { type: "Established" });
      await recorder.untilPhase("live");
      await client.mapper({ refresh: true });
      await client.create({ apiVersion: `${group}/v1`, kind: "Thing", metadata: { name: "a" }, spec: {} } as never);
      await recorder.until(() => recorder.events.some((event) => event.startsWith(`${round} a `)));
      await client.delete("crd", crd.metadata.name);
      await waitFor(client, "crd", crd.metadata.name, "deleted");
      await recorder.until(() => recorder.events.some((event) => event.startsWith("deleted a ")));
      await recorder.untilPhase("waiting");
      strictEqual(informer.size, 0);
      recorder.clear();
    }
  } finally {
    await client.delete("crd", crd.metadata.name).catch(() => {});
  }
});

Deno.test("waitFor() waits for conditions, functions and deletions", async (t) => {
  await using setup = await setUp();
  const { client, namespace } = setup;
  const labels = { app: "web" };
  const template = { metadata: { labels }, spec: { containers: [{ name: "web", image: "web:1" }] } };
  const spec = { replicas: 1, selector: { matchLabels: labels }, template };
  await client.create(Deployment({ metadata: { name: "web" }, spec }));

  await t.step("a condition", async () => {
    const web = await waitFor(client, Deployment, "web", { type: "Available" });
    strictEqual(web.status?.availableReplicas, 1);
  });
  await t.step("a function, of an object that does not exist yet", async () => {
    const waiting = waitFor(client, ConfigMap, "later", ({ data }) => data?.a === "2");
    await client.create(configMap("later", {}, { a: "1" }));
    await client.patch(ConfigMap, "later", { data: { a: "2" } });
    ok((await waiting).metadata.managedFields);
  });
  await t.step("a deletion", async () => {
    const [pod] = await client.list(Pod).toArray();
    await client.delete(Deployment, "web");
    await waitFor(client, Pod, pod!, "deleted");
    strictEqual(await client.find(Pod, pod!), undefined);
    strictEqual(await waitFor(client, Pod, pod!, "deleted"), undefined);
  });
  await t.step("in vain", async () => {
    const finalizers = ["example.com/never"];
    await client.create({ ...configMap("held"), metadata: { name: "held", finalizers } });
    await client.delete(ConfigMap, "held");
    const message =
      `Cannot wait longer than 500ms until ConfigMap/${namespace}/held is deleted: it is held by finalizers ` +
      '"example.com/never"';
    await rejects(waitFor(client, ConfigMap, "held", "deleted", { timeoutMs: 500 }), {
      name: "WaitTimeoutError",
      message,
    });
    await client.patch(ConfigMap, "held", { metadata: { finalizers: [] } }, { type: "merge" });
    await waitFor(client, ConfigMap, "held", "deleted");
  });
  await t.step("without permission", async () => {
    const kubeconfig = await cluster.writeKubeconfig({ user: { token: tokens.nobody }, namespace });
    using nobody = await connect({ kubeconfig, concurrency: 1, requestTimeoutMs: 30_000, clock: systemClock });
    await rejects(waitFor(nobody, ConfigMap, "later", "deleted"), { name: "ApiError", isForbidden: true });
  });
});
