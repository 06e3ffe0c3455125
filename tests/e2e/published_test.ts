import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { systemClock } from "../../lib/base/clock.ts";
import type { Client } from "../../lib/client/client.ts";
import { connect } from "../../lib/client/connect.ts";
import { isBuiltIn } from "../../lib/kube/built_in.ts";
import { formatApiVersion, type GroupVersionKind } from "../../lib/kube/resource_type.ts";
import type { Schema } from "../../lib/kube/schema.ts";
import { Discovery } from "../../lib/sandbox/discovery/discovery.ts";
import { OpenApi } from "../../lib/sandbox/openapi/openapi.ts";
import type { ResourceCatalog, ServedResource } from "../../lib/sandbox/registry/served_resource.ts";
import { testCluster } from "../cluster/attach.ts";
import { kubectl } from "./objects.ts";

const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
const EXPLAINED = [
  ["deploy.spec.strategy", "--recursive"],
  ["pods"],
  ["pods.spec.containers.resources"],
  ["svc.spec.ports.targetPort"],
  ["hpa.spec.metrics", "--api-version=autoscaling/v2"],
  ["crd.spec.versions.schema", "--recursive"],
  ["netpol.spec.podSelector.matchExpressions.operator"],
];

/** The real server, and what the sandbox says of the same resources. */
interface Setup extends AsyncDisposable {
  readonly client: Client;
  readonly catalog: ResourceCatalog;
}

Deno.test("the sandbox tells of its kinds as the real API server does", async () => {
  await using setup = await setUp();
  const { client, catalog } = setup;
  const discovery = new Discovery(catalog);
  const versions = catalog.all().flatMap(({ group, version }) => {
    return group === "" ? ["/api/v1"] : [`/apis/${group}`, `/apis/${formatApiVersion({ group, version })}`];
  });
  for (const path of new Set(["/api", "/apis", ...versions])) {
    for (const accept of path.split("/").length === 2 ? [AGGREGATED, "application/json"] : ["application/json"]) {
      const answer = discovery.answer({ path, accept, ifNoneMatch: null, host: new URL(testCluster().server).host });
      const real = JSON.parse(await client.raw(path, { accept }));
      deepStrictEqual(comparable(JSON.parse(answer!.body!)), comparable(real), path);
    }
  }
});

Deno.test("the sandbox publishes the schemas of the real API server", async () => {
  await using setup = await setUp();
  const { client, catalog } = setup;
  const openApi = new OpenApi(catalog);
  const read = async (path: string) => {
    return JSON.parse((await openApi.answer({ path, hash: null, ifNoneMatch: null }))!.body!);
  };
  const { paths } = await read("/openapi/v3") as { paths: Record<string, unknown> };
  for (const name of Object.keys(paths)) {
    const [made, real] = [await read(`/openapi/v3/${name}`), JSON.parse(await client.raw(`/openapi/v3/${name}`))];
    for (const [schema, content] of Object.entries(made.components.schemas as Record<string, Schema>)) {
      deepStrictEqual(content, real.components.schemas[schema], schema);
    }
    deepStrictEqual(operations(made.paths), operations(real.paths), name);
  }
});

Deno.test("kubectl explains the kinds of the sandbox as it does those of the real API server", async () => {
  await using setup = await setUp();
  const [discovery, openApi] = [new Discovery(setup.catalog), new OpenApi(setup.catalog)];
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async ({ url, headers }) => {
    const { pathname: path, searchParams, host } = new URL(url);
    const ifNoneMatch = headers.get("if-none-match");
    const answer = path.startsWith("/openapi/")
      ? await openApi.answer({ path, hash: searchParams.get("hash"), ifNoneMatch })
      : discovery.answer({ path, accept: headers.get("accept"), ifNoneMatch, host });
    return new Response(answer ? answer.body : "404 page not found", answer ?? { status: 404 });
  });
  const cache = await Deno.makeTempDir();
  for (const args of EXPLAINED) {
    const address = [`--server=http://127.0.0.1:${server.addr.port}`, `--cache-dir=${cache}`];
    strictEqual(await kubectl(["explain", ...args, ...address]), await kubectl(["explain", ...args]), args.join(" "));
  }
  await Deno.remove(cache, { recursive: true });
});

async function setUp(): Promise<Setup> {
  const { kubeconfig } = testCluster();
  const client = await connect({ kubeconfig, concurrency: 4, requestTimeoutMs: 30_000, clock: systemClock });
  const documents = await Promise.all(["/api", "/apis"].map((path) => client.raw(path, { accept: AGGREGATED })));
  const resources = documents.flatMap((document) => readResources(JSON.parse(document)));
  const catalog = { generation: 1, all: () => resources } as Partial<ResourceCatalog> as ResourceCatalog;
  return { client, catalog, [Symbol.asyncDispose]: () => Promise.resolve(client[Symbol.dispose]()) };
}

function readResources({ items }: { items: DiscoveredGroup[] }): ServedResource[] {
  const groups = items.filter(({ metadata: { name = "" } }) => isBuiltIn(name));
  return groups.flatMap(({ metadata: { name: group = "" }, versions }) =>
    versions.flatMap(({ version, resources }) =>
      resources.map(({ subresources = [], shortNames = [], categories = [], ...resource }) => {
        const { resource: plural, responseKind: { kind }, scope, singularResource: singular, verbs } = resource;
        const served = subresources.map(({ subresource: name, responseKind, verbs }) => {
          const own = responseKind.kind === kind && responseKind.group === "";
          const other = responseKind.version === "" ? { group, version, kind: responseKind.kind } : responseKind;
          return [name, { name, verbs, ...!own && { kind: other } }] as const;
        });
        const type = { group, version, kind, plural, singular, namespaced: scope === "Namespaced", verbs };
        const listKind = `${kind}List`;
        return { ...type, listKind, shortNames, categories, served: new Map(served), custom: false } as Partial<
          ServedResource
        > as ServedResource;
      })
    )
  );
}

interface DiscoveredGroup {
  readonly metadata: { readonly name?: string };
  readonly versions: readonly { readonly version: string; readonly resources: readonly DiscoveredResource[] }[];
}

interface DiscoveredResource {
  readonly resource: string;
  readonly responseKind: GroupVersionKind;
  readonly scope: string;
  readonly singularResource: string;
  readonly verbs: string[];
  readonly shortNames?: string[];
  readonly categories?: string[];
  readonly subresources?: { subresource: string; responseKind: GroupVersionKind; verbs: string[] }[];
}

/** Leaves out what the sandbox does not tell, and kinds that other tests define. */
function comparable(document: Record<string, unknown>): unknown {
  const text = JSON.stringify(document, (key, value) => key === "storageVersionHash" ? undefined : value);
  const { items, groups, serverAddressByClientCIDRs: _, ...rest } = JSON.parse(text) as ComparedDocument;
  return {
    ...rest,
    items: items?.filter(({ metadata: { name = "" } }) => isBuiltIn(name)),
    groups: groups?.filter(({ name }) => isBuiltIn(name)),
  };
}

interface ComparedDocument {
  readonly items?: DiscoveredGroup[];
  readonly groups?: { readonly name: string }[];
  readonly serverAddressByClientCIDRs?: unknown;
}

/** Lists the writing verbs with their kinds and parameters. */
function operations(paths: Record<string, DescribedPath>): string[] {
  return Object.entries(paths).flatMap(([path, { parameters: common = [], ...methods }]) =>
    (["patch", "post", "put"] as const).flatMap((method) => {
      const { parameters = [], ...described } = methods[method] ?? {};
      const { group, version, kind } = described["x-kubernetes-group-version-kind"] ?? {};
      // What is proxied or streamed has other parameters.
      if (kind === undefined || kind.endsWith("Options")) return [];
      const names = [...common, ...parameters].map(({ name }) => name).sort().join(",");
      return [`${method} ${path} ${described["x-kubernetes-action"]} ${group}/${version} ${kind} ${names}`];
    })
  ).sort();
}

type DescribedPath = Readonly<Partial<Record<"patch" | "post" | "put", DescribedOperation>>> & DescribedOperation;

interface DescribedOperation {
  readonly parameters?: readonly { readonly name: string }[];
  readonly "x-kubernetes-action"?: string;
  readonly "x-kubernetes-group-version-kind"?: GroupVersionKind;
}
