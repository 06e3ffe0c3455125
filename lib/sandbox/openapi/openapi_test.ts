import { deepStrictEqual, match, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Schema } from "../../kube/schema.ts";
import type { ResourceCatalog, ServedResource } from "../registry/served_resource.ts";
import { OpenApi } from "./openapi.ts";

const VERBS = ["create", "delete", "get", "list", "patch", "update"];

function widgets(schema: Schema): ServedResource {
  const type = { group: "example.com", version: "v1", kind: "Widget", plural: "widgets", namespaced: true };
  const kind = { schema, find: () => undefined };
  const served = { verbs: VERBS, listKind: "WidgetList", served: new Map(), schema: kind, custom: true };
  return { ...type, ...served } as Partial<ServedResource> as ServedResource;
}

function setUp() {
  const catalog = { generation: 1, resources: [widgets({ type: "object" })], all: () => catalog.resources };
  const openApi = new OpenApi(catalog as Partial<ResourceCatalog> as ResourceCatalog);
  const ask = (path: string, hash: string | null = null, ifNoneMatch: string | null = null) =>
    openApi.answer({ path, hash, ifNoneMatch });
  const addressOf = async (name: string) => JSON.parse((await ask("/openapi/v3"))!.body!).paths[name].serverRelativeURL;
  return { catalog, ask, addressOf };
}

Deno.test("OpenApi publishes documents under addresses that tell what is in them", async () => {
  const { catalog, ask, addressOf } = setUp();
  const address: string = await addressOf("apis/example.com/v1");
  const [path, hash] = address.split("?hash=") as [string, string];
  match(hash, /^[0-9A-F]{128}$/);
  const answer = await ask(path, hash);
  strictEqual(answer?.headers["cache-control"], "public, immutable");
  strictEqual((await ask(path, null, answer.headers.etag))?.status, 304);
  deepStrictEqual([(await ask(path, "0"))?.status, (await ask(path, "0"))?.headers.location], [301, address]);
  strictEqual(await ask("/openapi/v3/apis/nothing/v1"), undefined);
  catalog.resources = [widgets({ type: "object", description: "Changed." })];
  catalog.generation++;
  notStrictEqual(await addressOf("apis/example.com/v1"), address);
});

Deno.test("OpenApi describes what can be done, and all that it refers to", async () => {
  const { ask } = setUp();
  const { paths, components } = JSON.parse((await ask("/openapi/v3/apis/example.com/v1"))!.body!);
  const { patch } = paths["/apis/example.com/v1/namespaces/{namespace}/widgets/{name}"];
  deepStrictEqual(patch["x-kubernetes-group-version-kind"], { group: "example.com", version: "v1", kind: "Widget" });
  ok(patch.parameters.some(({ name }: { name: string }) => name === "fieldValidation"));
  for (const [, name] of JSON.stringify({ paths, components }).matchAll(/#\/components\/schemas\/([^"]+)/g)) {
    ok(components.schemas[name!], name);
  }
});

Deno.test("OpenApi says in v2 what it says in v3, as far as it can be said", async () => {
  const { catalog, ask } = setUp();
  const size = { type: "integer", nullable: true, default: 1 } as const;
  catalog.resources = [widgets({ type: "object", properties: { size, port: { oneOf: [{ type: "integer" }] } } })];
  const { definitions, paths } = JSON.parse((await ask("/openapi/v2"))!.body!);
  const { properties } = definitions["com.example.v1.Widget"];
  deepStrictEqual([properties.size, properties.port], [{}, { type: "string" }]);
  match(properties.metadata.$ref, /^#\/definitions\/.*ObjectMeta$/);
  const { parameters, patch } = paths["/apis/example.com/v1/namespaces/{namespace}/widgets/{name}"];
  deepStrictEqual(parameters[0], { name: "name", in: "path", required: true, type: "string", uniqueItems: true });
  ok(patch.consumes.includes("application/apply-patch+yaml"));
  ok(patch.parameters.some(({ in: place }: { in: string }) => place === "body"));
});
