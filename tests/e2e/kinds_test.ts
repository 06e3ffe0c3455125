import { deepStrictEqual, ok } from "node:assert/strict";
import project from "../../deno.json" with { type: "json" };
import { systemClock } from "../../lib/base/clock.ts";
import { connect } from "../../lib/client/connect.ts";
import { formatApiVersion, type ResourceType } from "../../lib/kube/resource_type.ts";
import { testCluster } from "../cluster/attach.ts";

const modules = Object.values(project.exports).filter((path) => /^\.\/lib\/kinds\/.*\/v/.test(path));

Deno.test("the generated kinds are those of the server, with the same names, scopes and subresources", async () => {
  const generated = (await Promise.all(modules.map(kindsOf))).flat();
  const served = await servedKinds();
  ok(served.length > 60);
  deepStrictEqual(tabulate(generated), tabulate(served));
  console.log(`${generated.length} kinds`);
});

Deno.test("the index of kinds has those that the server prefers", async () => {
  const index = (await kindsOf("./lib/kinds/mod.ts")).map(formatKind);
  const seen = new Map<string, string>();
  const preferred = (await servedKinds()).filter(({ group, version }) => {
    if (!seen.has(group)) seen.set(group, version);
    return seen.get(group) === version;
  });
  const missing = preferred.map(formatKind).filter((name) => !index.includes(name));
  deepStrictEqual(missing, ["events.k8s.io/v1/Event"]); // the name belongs to the core group
  deepStrictEqual(index.length, preferred.length - 1);
});

/** Lists the kinds among the exports of a module. */
async function kindsOf(path: string): Promise<ResourceType[]> {
  const exports: Record<string, { type: ResourceType }> = await import(`../../${path}`);
  return Object.values(exports).map(({ type }) => type);
}

/** Lists the kinds of Kubernetes itself that can be read or created. */
async function servedKinds(): Promise<ResourceType[]> {
  const { kubeconfig } = testCluster();
  using client = await connect({ kubeconfig, concurrency: 4, requestTimeoutMs: 30_000, clock: systemClock });
  const { types } = await client.mapper();
  return types.filter(({ group, verbs = [] }) => {
    return /^[^.]*$|\.k8s\.io$/.test(group) && (verbs.includes("get") || verbs.includes("create"));
  });
}

function tabulate(types: readonly ResourceType[]): Record<string, unknown> {
  const rows = types.map((type): [string, unknown] => {
    const { plural, singular, namespaced, shortNames, subresources } = type;
    return [formatKind(type), { plural, singular, namespaced, shortNames, subresources }];
  });
  return Object.fromEntries(rows.sort(([a], [b]) => a < b ? -1 : 1));
}

function formatKind(type: ResourceType): string {
  return `${formatApiVersion(type)}/${type.kind}`;
}
