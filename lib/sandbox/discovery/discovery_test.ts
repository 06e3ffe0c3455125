import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import type { ResourceCatalog, ServedResource } from "../registry/served_resource.ts";
import { Discovery } from "./discovery.ts";

const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

function resource(group: string, version: string, kind: string, custom = false): ServedResource {
  const plural = `${kind.toLowerCase()}s`;
  const served = new Map([["status", { name: "status", verbs: ["get"] }]]);
  const names = { singular: kind.toLowerCase(), shortNames: [], categories: [], listKind: `${kind}List` };
  const type = { group, version, kind, plural, namespaced: true, verbs: ["get"], served, custom };
  return { ...type, ...names } as Partial<ServedResource> as ServedResource;
}

class Catalog {
  generation = 1;
  resources = [
    resource("", "v1", "Pod"),
    resource("apps", "v1", "Deployment"),
    resource("a.example.com", "v1", "Widget", true),
  ];
  all(): readonly ServedResource[] {
    return this.resources;
  }
}

function setUp() {
  const catalog = new Catalog();
  const discovery = new Discovery(catalog as Partial<ResourceCatalog> as ResourceCatalog);
  const ask = (path: string, accept = "application/json", ifNoneMatch: string | null = null) =>
    discovery.answer({ path, accept, ifNoneMatch, host: "sandbox:80" });
  return { catalog, ask, read: (path: string, accept?: string) => JSON.parse(ask(path, accept)!.body!) };
}

Deno.test("Discovery tells groups, versions and resources one by one", () => {
  const { read, ask } = setUp();
  deepStrictEqual(read("/api").versions, ["v1"]);
  deepStrictEqual(read("/apis").groups.map(({ name }: { name: string }) => name), ["apps", "a.example.com"]);
  strictEqual(read("/apis/apps").preferredVersion.groupVersion, "apps/v1");
  deepStrictEqual(read("/apis/apps/v1").resources.map(({ name }: { name: string }) => name), [
    "deployments",
    "deployments/status",
  ]);
  for (const path of ["/apis/nothing", "/apis/apps/v2", "/api/v2", "/apis/apps/v1/deployments"]) {
    strictEqual(ask(path), undefined);
  }
});

Deno.test("Discovery tells all at once, and again only if something changed", () => {
  const { catalog, ask, read } = setUp();
  const accept = `${AGGREGATED},application/json`;
  const [apps, custom] = read("/apis", accept).items;
  deepStrictEqual(apps.versions[0].resources[0].responseKind, { group: "", version: "", kind: "Deployment" });
  deepStrictEqual(custom.versions[0].resources[0].responseKind, {
    group: "a.example.com",
    version: "v1",
    kind: "Widget",
  });
  const { etag } = ask("/apis", accept)!.headers;
  match(etag!, /^"[0-9A-F]{128}"$/);
  deepStrictEqual([ask("/apis", accept, etag)!.status, ask("/apis", accept, etag)!.body], [304, null]);
  catalog.resources.pop();
  catalog.generation++;
  strictEqual(ask("/apis", accept, etag)!.status, 200);
  strictEqual(read("/apis", `application/json,${AGGREGATED}`).kind, "APIGroupList");
});
