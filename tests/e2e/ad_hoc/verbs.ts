/**
 * Writes in every way that can be tried, and prints after each what it reads then: in a dry run the same as else.
 *
 * @module
 */
import { connect } from "@kubescript/kubescript";
import { ConfigMap, Deployment, Namespace, Pod, ServiceAccount } from "@kubescript/kubescript/kinds";

await using k = await connect();
const labels = { app: "a" };

function sorted(data: Readonly<Record<string, string>> = {}): unknown {
  return Object.fromEntries(Object.entries(data).sort());
}

async function show(what: string): Promise<void> {
  const [maps, labelled, apps] = await Promise.all([
    k.list(ConfigMap, { labels: "!kubernetes.io/none" }).toArray(),
    k.listMetadata(ConfigMap, { labels }).toArray(),
    k.list(Deployment).toArray(),
  ]);
  const own = maps.filter(({ metadata }) => metadata.name !== "kube-root-ca.crt");
  console.log(what, {
    // The server makes up the rest of a generated name.
    maps: own.map(({ metadata, data }) => [metadata.generateName ?? metadata.name, sorted(data)]).sort(),
    labelled: labelled.map(({ metadata }) => metadata.generateName ?? metadata.name).sort(),
    apps: apps.map((
      { spec },
    ) => [spec?.replicas, spec?.template.spec?.containers.map(({ name, image }) => [name, image])]),
  });
}

await show("before");
await k.create(ConfigMap({ metadata: { name: "a", labels }, data: { n: "1" } }));
await k.create(ConfigMap({ metadata: { generateName: "g-", labels }, data: {} }));
console.log((await k.get(ConfigMap, "a")).data);
await show("created");

await k.patch(ConfigMap, "a", { data: { n: null, m: "2" } });
await k.patch(ConfigMap, "a", [{ op: "add", path: "/data/o", value: "3" }]);
await k.patch(ConfigMap, "a", { metadata: { labels: { app: "b" } } }, { type: "merge" });
await k.patch(ConfigMap, "old", { data: { x: "1" } });
await k.patch(ConfigMap, "old", { data: { y: "2" } });
await show("patched");

const old = await k.get(ConfigMap, "old");
await k.replace({ ...old, data: { z: "3" } });
await k.apply(ConfigMap({ metadata: { name: "old" }, data: { w: "4" } }));
await k.apply(ConfigMap({ metadata: { name: "new" }, data: { w: "4" } }));
await show("applied");

for (const image of ["web:2", "web:3"]) {
  await k.patch(Deployment, "web", { spec: { template: { spec: { containers: [{ name: "web", image }] } } } });
}
await k.patch(Deployment, "web", { spec: { template: { spec: { containers: [{ name: "log", image: "log:2" }] } } } });
await k.scale(Deployment, "web", 1);
console.log((await k.getScale(Deployment, "web")).spec);
await k.patch(Deployment, "web", { status: { observedGeneration: 99 } }, { subresource: "status", type: "merge" });
await show("rolled out");

await k.delete(ConfigMap, old);
await k.delete(Deployment, "web");
console.log("gone", await k.find(ConfigMap, "old"));
const error = await k.patch(ConfigMap, "old", { data: {} }).catch((error) => error);
console.log(error.name, error.isNotFound);
await k.create(ConfigMap({ metadata: { name: "old", labels }, data: { again: "1" } }));
await show("deleted and created");

console.log((await k.deleteCollection(ConfigMap, { labels })).length);
await show("deleted all");

await k.evict(Pod, "evicted", { gracePeriodSeconds: 0 });
console.log("evicted", await k.find(Pod, "evicted"));
const late = await k.evict(Pod, "guarded").catch((error) => error);
console.log(late.name, late.isTooManyRequests);

const { name } = (await k.create(Namespace({ metadata: { name: `${k.namespace}-new` } }))).metadata;
const other = k.inNamespace(name);
await other.create(ConfigMap({ metadata: { name: "a" }, data: { a: "1" } }));
console.log(
  (await other.get(ConfigMap, "a")).data,
  (await other.list(ConfigMap, { fields: "metadata.name=b" }).toArray()).length,
);
await k.delete(Namespace, name);

const dryRun = { token: "none", expirationTimestamp: "" };
const { token } = await k.createToken(ServiceAccount, "default", {}, { dryRun });
console.log(token === "none" ? k.dryRun : token.length > 100);
