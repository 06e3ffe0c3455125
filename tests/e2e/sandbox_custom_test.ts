import { deepStrictEqual, ok } from "node:assert/strict";
import { systemClock } from "../../lib/base/clock.ts";
import { parseYamlDocuments } from "../../lib/base/yaml.ts";
import type { Client } from "../../lib/client/client.ts";
import { connect } from "../../lib/client/connect.ts";
import { ApiError } from "../../lib/client/errors.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import type { Status } from "../../lib/kube/status.ts";
import { OpenApi } from "../../lib/sandbox/openapi/openapi.ts";
import type { Registry } from "../../lib/sandbox/registry/registry.ts";
import { StatusError } from "../../lib/sandbox/registry/status_error.ts";
import { testCluster } from "../cluster/attach.ts";
import { BAD_DEFINITIONS } from "./bad_definitions.ts";
import { CHANGES, GIZMOS } from "./gizmos.ts";
import { kubectl, until } from "./objects.ts";
import { makeRegistry } from "./sandbox_registry.ts";

const folder = new URL("./fixtures/", import.meta.url).pathname;
const GIZMO_PATH = "/apis/sandbox.example.com/v1/namespaces/default/gizmos";
const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

Deno.test("the sandbox judges custom resources as the real API server does", async (t) => {
  using client = await connectToCluster();
  const registry = await makeRegistry();
  await kubectl(["apply", `--filename=${folder}sandbox/gizmos.yaml`]);
  try {
    await kubectl(["wait", "--for=condition=Established", "crd/gizmos.sandbox.example.com"]);
    createDefinition(registry, (await readFile("sandbox/gizmos.yaml"))[0]!);
    const gizmos = registry.resources.find("sandbox.example.com", "v1", "gizmos")!;
    for (const spec of GIZMOS) {
      await t.step(JSON.stringify(spec), async () => {
        const gizmo = { ...GIZMO, metadata: { name: "gizmo", namespace: "default" }, spec } as KubeObject;
        const real = await send(client, "POST", `${GIZMO_PATH}?dryRun=All`, gizmo);
        deepStrictEqual(answerOf(() => registry.create(gizmos, "default", gizmo, { dryRun: true })), real);
      });
    }
    for (const [i, [before, after]] of CHANGES.entries()) {
      await t.step(`${JSON.stringify(before)} to ${JSON.stringify(after)}`, async () => {
        const metadata = { name: `gizmo-${i}`, namespace: "default" };
        await kubectl(["create", "--filename=-"], JSON.stringify({ ...GIZMO, metadata, spec: before }));
        const patch = { ...GIZMO, metadata, spec: { fixed: null, ...after } };
        const real = await send(client, "PATCH", `${GIZMO_PATH}/${metadata.name}?dryRun=All`, patch as KubeObject);
        registry.create(gizmos, "default", { ...GIZMO, metadata, spec: before } as KubeObject);
        const change = { type: "merge", body: patch } as const;
        deepStrictEqual(
          answerOf(() => registry.patch(gizmos, "default", metadata.name, change, { dryRun: true })),
          real,
        );
      });
    }
  } finally {
    await kubectl(["delete", "crd", "gizmos.sandbox.example.com"]);
  }
});

Deno.test("the sandbox judges CustomResourceDefinitions as the real API server does", async (t) => {
  using client = await connectToCluster();
  for (const [what, definition] of Object.entries(BAD_DEFINITIONS)) {
    await t.step(what, async () => {
      const registry = await makeRegistry();
      const real = await send(client, "POST", `${DEFINITIONS}?dryRun=All`, definition);
      ok(typeof real !== "string", `the real API server accepts it`);
      deepStrictEqual(answerOf(() => createDefinition(registry, definition)), real);
    });
  }
});

Deno.test("the sandbox accepts the CustomResourceDefinitions of well-known projects", async () => {
  const registry = await makeRegistry();
  const files = (await Array.fromAsync(Deno.readDir(`${folder}crds`))).filter(({ name }) => name.endsWith(".yaml"));
  const definitions = (await Promise.all(files.map(({ name }) => readFile(`crds/${name}`)))).flat();
  for (const definition of definitions) {
    const { status } = createDefinition(registry, definition) as unknown as { status: { conditions: Condition[] } };
    deepStrictEqual(status.conditions.map(({ type, status, reason }) => `${type} ${status} ${reason}`), [
      "NamesAccepted True NoConflicts",
      "Established True InitialNamesAccepted",
    ], definition.metadata?.name);
  }
  console.log(`${definitions.length} definitions`);
  ok(definitions.length > 10);
});

Deno.test("the sandbox publishes the schemas of custom resources as the real API server does", async () => {
  using client = await connectToCluster();
  const registry = await makeRegistry();
  const openApi = new OpenApi(registry.resources);
  await kubectl(["apply", `--filename=${folder}sandbox/gizmos.yaml`]);
  try {
    createDefinition(registry, (await readFile("sandbox/gizmos.yaml"))[0]!);
    const path = "/openapi/v3/apis/sandbox.example.com/v1";
    await until(
      "the schemas are published",
      async () => (await client.raw("/openapi/v3")).includes("sandbox.example.com"),
    );
    const real = JSON.parse(await client.raw(path)).components.schemas;
    const made = JSON.parse((await openApi.answer({ path, hash: null, ifNoneMatch: null }))!.body!).components.schemas;
    const own = (schemas: Record<string, unknown>) =>
      Object.fromEntries(Object.entries(schemas).filter(([name]) => name.startsWith("com.example")));
    deepStrictEqual(own(made), own(real));
    deepStrictEqual(Object.keys(made), Object.keys(real).sort());
  } finally {
    await kubectl(["delete", "crd", "gizmos.sandbox.example.com"]);
  }
});

const GIZMO = { apiVersion: "sandbox.example.com/v1", kind: "Gizmo" };

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
}

async function connectToCluster(): Promise<Client> {
  const { kubeconfig } = testCluster();
  return await connect({ kubeconfig, concurrency: 4, requestTimeoutMs: 30_000, clock: systemClock });
}

async function readFile(name: string): Promise<KubeObject[]> {
  const objects = parseYamlDocuments(await Deno.readTextFile(`${folder}${name}`)).map(({ value }) =>
    value as KubeObject
  );
  const all = objects.flatMap((object) =>
    object.kind === "List" ? (object as unknown as { items: KubeObject[] }).items : object
  );
  return all.filter(({ kind }) => kind === "CustomResourceDefinition");
}

function createDefinition(registry: Registry, definition: KubeObject) {
  const definitions = registry.resources.find("apiextensions.k8s.io", "v1", "customresourcedefinitions")!;
  registry.create(definitions, "", definition);
  return registry.get(definitions, "", definition.metadata!.name!);
}

async function send(client: Client, method: "POST" | "PATCH", path: string, body: unknown): Promise<unknown> {
  const contentType = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  try {
    await client.raw(path, { method, body, contentType });
    return "accepted";
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return comparable(error.status);
  }
}

function answerOf(ask: () => unknown): unknown {
  try {
    ask();
    return "accepted";
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return comparable(error.status);
  }
}

/** What is wrong, in any order, as Go goes through maps in none. */
function comparable({ code, reason, message, details }: Status): unknown {
  const causes = details?.causes?.map(({ reason, field, message }) => `${field} ${reason}: ${message}`).sort();
  return { code, reason, ...causes ? { causes } : { message } };
}
