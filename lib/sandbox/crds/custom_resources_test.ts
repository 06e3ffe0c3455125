import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { systemClock } from "../../base/clock.ts";
import type { KubeObject } from "../../kube/object.ts";
import { builtInResources } from "../builtin/resources.ts";
import { Registry } from "../registry/registry.ts";
import { ResourceList } from "../registry/resource_list.ts";
import { Storage } from "../storage/storage.ts";
import { tableOf } from "../tables/table.ts";
import { loadMetadata } from "./custom_resource.ts";
import { CustomResources } from "./custom_resources.ts";
import { definitionResource } from "./definition_resource.ts";

const OPEN = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };

async function setUp() {
  const builtIn = await builtInResources();
  const kept = builtIn.filter(({ plural }) => plural === "customresourcedefinitions" || plural === "namespaces");
  const resources = new ResourceList(kept.map((type) => type.group === "" ? type : definitionResource(type)));
  const registry = new Registry({
    storage: new Storage(),
    resources,
    clock: systemClock,
    admission: { mutating: [], validating: [] },
  });
  const custom = new CustomResources({ registry, resources, metadata: await loadMetadata() });
  const definitions = resources.find("apiextensions.k8s.io", "v1", "customresourcedefinitions")!;
  const define = (plural: string, kind: string, versions: unknown[]) =>
    registry.create(definitions, "", {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: `${plural}.example.com` },
      spec: { group: "example.com", scope: "Namespaced", names: { plural, kind }, versions },
    } as KubeObject);
  const find = (version: string, plural = "widgets") => resources.find("example.com", version, plural);
  return { registry, resources, custom, definitions, define, find };
}

function version(name: string, storage: boolean, served = true) {
  return { name, storage, served, schema: OPEN, subresources: { status: {} } };
}

function widget(apiVersion: string, name: string, finalizers: string[] = []): KubeObject {
  return {
    apiVersion,
    kind: "Widget",
    metadata: { name, namespace: "a", finalizers },
    spec: { size: 1 },
  } as KubeObject;
}

Deno.test("CustomResources serves what is defined, in all versions", async () => {
  const { registry, define, find, custom, resources } = await setUp();
  const before = resources.generation;
  define("widgets", "Widget", [version("v1beta1", true), version("v1", false), version("v1alpha1", false, false)]);
  deepStrictEqual(custom.resources().map(({ version }) => version), ["v1", "v1beta1"]);
  strictEqual(resources.generation > before, true);
  strictEqual(find("v1alpha1"), undefined);
  registry.create(find("v1")!, "a", widget("example.com/v1", "w"));
  strictEqual(registry.get(find("v1")!, "a", "w").apiVersion, "example.com/v1");
  strictEqual(registry.get(find("v1beta1")!, "a", "w").apiVersion, "example.com/v1beta1");
  strictEqual(registry.storage.get("example.com/widgets", "a/w")?.apiVersion, "example.com/v1beta1");
  strictEqual(registry.get(find("v1")!, "a", "w").metadata.generation, 1);
  const table = tableOf([registry.get(find("v1")!, "a", "w")], find("v1")!, { nowMs: systemClock.now(), metadata: {} });
  deepStrictEqual(table.columnDefinitions?.map(({ name }) => name), ["Name", "Age"]);
});

Deno.test("CustomResources keeps a definition until its last object is gone", async () => {
  const { registry, define, find, definitions } = await setUp();
  define("widgets", "Widget", [version("v1", true)]);
  const widgets = find("v1")!;
  registry.create(widgets, "a", widget("example.com/v1", "free"));
  registry.create(widgets, "a", widget("example.com/v1", "held", ["example.com/hold"]));
  registry.delete(definitions, "", "widgets.example.com", {});
  const { deletionTimestamp, finalizers } = registry.get(definitions, "", "widgets.example.com").metadata;
  strictEqual(typeof deletionTimestamp, "string");
  deepStrictEqual(finalizers, ["customresourcecleanup.apiextensions.k8s.io"]);
  throws(() => registry.get(widgets, "a", "free"));
  registry.patch(widgets, "a", "held", { type: "merge", body: { metadata: { finalizers: null } } });
  throws(() => registry.get(definitions, "", "widgets.example.com"));
  strictEqual(find("v1"), undefined);
});

Deno.test("CustomResources gives a name to one definition, and then to the next", async () => {
  const { registry, define, find, definitions } = await setUp();
  define("widgets", "Widget", [version("v1", true)]);
  define("things", "Widget", [version("v1", true)]);
  strictEqual(find("v1", "things"), undefined);
  registry.delete(definitions, "", "widgets.example.com", {});
  strictEqual(find("v1"), undefined);
  strictEqual(find("v1", "things")?.kind, "Widget");
});
