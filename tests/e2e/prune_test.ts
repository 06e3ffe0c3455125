import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { testCluster } from "../cluster/attach.ts";
import { configMap, create, find, type Manifest, ManifestSet, names } from "./manifest_set.ts";
import { getObject, kubectl, until } from "./objects.ts";

const cluster = testCluster();
const PART_OF = "applyset.kubernetes.io/part-of";

Deno.test("apply deletes what left the script, and nothing else", async () => {
  await using home = await cluster.namespace("prune");
  const set = new ManifestSet(home.name);
  await create(home.name, configMap("foreign"));
  await set.succeed([configMap("a"), configMap("b")]);
  deepStrictEqual((await set.plan([configMap("a")])).actions, { "ConfigMap/b": "delete" });
  deepStrictEqual((await set.succeed([configMap("a")])).actions, { "ConfigMap/b": "delete" });
  deepStrictEqual(await names("configmap", home.name), ["a", "foreign"]);
  strictEqual((await set.plan([configMap("a")])).document.summary.unchanged, 1);
});

Deno.test("apply leaves objects that are not certainly members", async () => {
  await using home = await cluster.namespace("prune");
  const set = new ManifestSet(home.name);
  await set.succeed([configMap("a"), configMap("unlabelled"), configMap("controlled")]);
  const member = await getObject("configmap/a", home.name);
  const owner = { apiVersion: "v1", kind: "ConfigMap", name: "a", uid: member.metadata.uid, controller: true };
  await kubectl(["label", "configmap/unlabelled", `${PART_OF}-`, `--namespace=${home.name}`]);
  const patch = JSON.stringify({ metadata: { ownerReferences: [owner] } });
  await kubectl(["patch", "configmap/controlled", `--namespace=${home.name}`, `--patch=${patch}`]);
  const { labels = {}, annotations = {} } = member.metadata;
  await create(home.name, { ...member, metadata: { name: "copied", labels, annotations } });
  const copy = { ...member, metadata: { name: "applied", labels, annotations } };
  const apply = ["apply", "--server-side", "--field-manager=somebody", "--filename=-", `--namespace=${home.name}`];
  await kubectl(apply, JSON.stringify(copy));

  deepStrictEqual((await set.succeed([configMap("a")])).actions, {});
  const all = ["a", "applied", "controlled", "copied", "unlabelled"];
  deepStrictEqual(await names("configmap", home.name), all);
  deepStrictEqual((await set.delete()).actions, { "ConfigMap/a": "delete" });
  // The object that a controller owns goes with its owner.
  await until("the controlled object is gone", async () => !await find("configmap/controlled", home.name));
  deepStrictEqual(await names("configmap", home.name), ["applied", "copied", "unlabelled"]);
});

Deno.test("apply leaves what controllers made of a Service and its labels", async () => {
  await using home = await cluster.namespace("prune");
  const set = new ManifestSet(home.name);
  const service: Manifest = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web" },
    spec: { selector: { app: "web" }, ports: [{ port: 80 }] },
  };
  // With an own one in the script, all objects of the kind that have the label are looked at.
  const own: Manifest = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: "own" },
    addressType: "IPv4",
    endpoints: [],
    ports: [],
  };
  await set.succeed([service, own]);
  const made = async (type: string) => {
    const select = ["get", type, `--selector=${PART_OF}`, "--output=name", `--namespace=${home.name}`];
    const look = async () => (await kubectl(select)).split("\n").find((name) => name.includes("/web"));
    await until(`there are ${type} of the Service`, async () => await look() !== undefined);
    return (await look())!;
  };
  const [slice, endpoints] = [await made("endpointslices"), await made("endpoints")];
  deepStrictEqual((await set.succeed([service, own])).actions, {});
  deepStrictEqual((await set.succeed([service])).actions, { "EndpointSlice/own": "delete" });
  ok(await find(slice, home.name));
  ok(await find(endpoints, home.name));
});

Deno.test("apply deletes nothing while something failed or is not ready", async () => {
  await using home = await cluster.namespace("prune");
  const set = new ManifestSet(home.name);
  const service = (port: number): Manifest => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web" },
    spec: { ports: [{ port }] },
  });
  // No node has the label, so the Pod is never ready.
  const deployment: Manifest = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: {
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: { nodeSelector: { "example.com/none": "yes" }, containers: [{ name: "web", image: "web:1" }] },
      },
    },
  };
  await set.succeed([service(80), configMap("a")]);
  const failed = await set.apply([service(0)]);
  strictEqual(failed.code, 1);
  deepStrictEqual(failed.actions, { "Service/web": "update failed", "ConfigMap/a": "delete skipped" });
  const waiting = await set.apply([service(80), deployment], "--timeout=2s");
  strictEqual(waiting.code, 3);
  deepStrictEqual(waiting.actions, { "Deployment/web": "create", "ConfigMap/a": "delete skipped" });
  deepStrictEqual(waiting.document.notReady!.map(({ object }) => object.kind), ["Deployment"]);
  deepStrictEqual(await names("configmap", home.name), ["a"]);
  const early = await set.apply([service(80), deployment], "--timeout=2s", "--prune=early");
  deepStrictEqual([early.code, early.actions], [3, { "ConfigMap/a": "delete" }]);
  deepStrictEqual(await names("configmap", home.name), []);
});
