import { deepStrictEqual, ok } from "node:assert/strict";
import { systemClock } from "../../lib/base/clock.ts";
import type { Client } from "../../lib/client/client.ts";
import { connect } from "../../lib/client/connect.ts";
import { isBuiltIn } from "../../lib/kube/built_in.ts";
import type { ObjectMeta } from "../../lib/kube/object.ts";
import { collectionPath } from "../../lib/kube/resource_path.ts";
import { formatApiVersion, type ResourceType } from "../../lib/kube/resource_type.ts";
import type { ServedResource, StoredObject } from "../../lib/sandbox/registry/served_resource.ts";
import { columnsOf } from "../../lib/sandbox/tables/columns.ts";
import { type ServedTable, tableOf } from "../../lib/sandbox/tables/table.ts";
import { testCluster } from "../cluster/attach.ts";
import podStatuses from "./fixtures/sandbox/tables/pod_statuses.json" with { type: "json" };
import { kubectl } from "./objects.ts";

const NAMESPACE = "tables";
const TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io";
const folder = new URL("./fixtures/sandbox/tables/", import.meta.url).pathname;

Deno.test("the sandbox makes the tables of the real API server", async (t) => {
  const { kubeconfig } = testCluster();
  using client = await connect({ kubeconfig, concurrency: 4, requestTimeoutMs: 30_000, clock: systemClock });
  await using stack = new AsyncDisposableStack();
  stack.defer(removeObjects);
  await makeObjects();
  const { types } = await client.mapper();
  const filled = new Set<string>();
  for (const type of types.filter(({ group, verbs }) => isBuiltIn(group) && verbs?.includes("list"))) {
    await t.step(`${formatApiVersion(type)}/${type.kind}`, async () => {
      if (await compareTables(client, type)) filled.add(type.kind);
    });
  }
  console.log(`${filled.size} kinds with objects`);
  ok(filled.size > 40, [...filled].join(" "));
});

/** Where objects are stored in another version, by which their tables are made. */
const STORED: Readonly<Record<string, string>> = {
  "/apis/autoscaling/v1/": "/apis/autoscaling/v2/",
  "/apis/events.k8s.io/v1/": "/api/v1/",
};

/** Ages grow while the two are asked for, and objects change: a difference counts only if it stays. */
async function compareTables(client: Client, type: ResourceType): Promise<boolean> {
  for (let attempt = 1;; attempt++) {
    const path = collectionPath(type, NAMESPACE);
    const storedPath = path.replace(/^\/apis\/[^/]+\/[^/]+\//, (root) => STORED[root] ?? root);
    const list = JSON.parse(await client.raw(storedPath)) as { items: StoredObject[]; metadata: object };
    const nowMs = systemClock.now();
    const table = JSON.parse(await client.raw(path, { accept: TABLE })) as ServedTable;
    const gvk = { apiVersion: formatApiVersion(type), kind: type.kind };
    const objects = list.items.map((item) => ({ ...item, ...gvk }));
    const resource = { columns: columnsOf(type.group, type.kind) } as ServedResource;
    const made = tableOf(objects, resource, { nowMs, metadata: list.metadata });
    try {
      deepStrictEqual(comparable(made), comparable(table));
      return objects.length > 0;
    } catch (error) {
      if (attempt === 5) throw error;
    }
  }
}

/** Leaves out the order, which is another one for two kinds, and what kubectl never shows. */
function comparable(table: ServedTable): unknown {
  const { rows, columnDefinitions } = JSON.parse(JSON.stringify(table)) as ComparedTable;
  for (const row of rows ?? []) {
    // IPAddresses have more cells than columns.
    row.cells.length = columnDefinitions.length;
    // It is kept in a field by itself.
    delete row.object.metadata.annotations?.["deprecated.daemonset.template.generation"];
  }
  const nameOf = ({ object: { metadata } }: ComparedTable["rows"][number]) => `${metadata.namespace}/${metadata.name}`;
  return { columnDefinitions, rows: (rows ?? []).sort((a, b) => nameOf(a) < nameOf(b) ? -1 : 1) };
}

interface ComparedTable {
  readonly columnDefinitions: unknown[];
  readonly rows: { cells: unknown[]; object: { metadata: ObjectMeta } }[];
}

async function makeObjects(): Promise<void> {
  await kubectl(["create", "namespace", NAMESPACE]);
  await kubectl(["apply", `--filename=${folder}cluster_objects.yaml`]);
  await kubectl(["apply", `--namespace=${NAMESPACE}`, `--filename=${folder}objects.yaml`]);
  await kubectl(["apply", `--namespace=${NAMESPACE}`, "--filename=-"], JSON.stringify({ ...LIST, items: PODS }));
  await Promise.all(podStatuses.map(async (status, i) => {
    const patch = `--patch=${JSON.stringify({ status })}`;
    await kubectl(["patch", "pod", `state-${i}`, `--namespace=${NAMESPACE}`, "--subresource=status", patch]);
  }));
}

async function removeObjects(): Promise<void> {
  await kubectl(["delete", `--filename=${folder}cluster_objects.yaml`, "--ignore-not-found", "--wait=false"]);
  await kubectl(["delete", "namespace", NAMESPACE]);
}

const LIST = { apiVersion: "v1", kind: "List" };

/** Pods that nobody runs, so that their states are those that the test gives them. */
const PODS = podStatuses.map((_, i) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: `state-${i}` },
  spec: {
    nodeSelector: { nowhere: "true" },
    readinessGates: [{ conditionType: "example.com/ready" }],
    initContainers: [{ name: "first", image: "x" }, { name: "sidecar", image: "x", restartPolicy: "Always" }],
    containers: [{ name: "a", image: "x" }, { name: "b", image: "x" }],
  },
}));
