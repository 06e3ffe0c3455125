import { deepStrictEqual, ok } from "node:assert/strict";
import { systemClock } from "../../lib/base/clock.ts";
import { connect } from "../../lib/client/connect.ts";
import { builtInResources } from "../../lib/sandbox/builtin/resources.ts";
import { testCluster } from "../cluster/attach.ts";
import { ANSWERS_FILE, recordAnswers } from "./sandbox_answers.ts";

Deno.test("the answers that the sandbox is tested with are those of the API server", async () => {
  const recorded = JSON.parse(await Deno.readTextFile(ANSWERS_FILE));
  ok(recorded.length > 300);
  deepStrictEqual(JSON.parse(stable(await recordAnswers())), JSON.parse(stable(recorded)));
});

Deno.test("the sandbox serves the resources that the API server serves", async () => {
  const sandbox = (await builtInResources()).map(({ group, version, plural, kind, ...rest }) => ({
    name: [group, version, plural].join("/"),
    kind,
    namespaced: rest.namespaced,
    singular: rest.singular,
    shortNames: rest.shortNames,
    categories: rest.categories,
    verbs: rest.verbs,
    subresources: Array.from(rest.served.values(), (one) => ({
      name: one.name,
      verbs: one.verbs,
      // Discovery does not repeat group and version.
      kind: one.kind && `${one.kind.group}/${one.kind.version}` !== `${group}/${version}`
        ? one.kind
        : { group: "", version: "", kind: one.kind?.kind ?? kind },
    })),
  }));
  const served = [...await discover("/api"), ...await discover("/apis")];
  deepStrictEqual(sandbox.sort(byName), served.sort(byName));
});

/** Reads aggregated discovery, without what add-ons serve. */
async function discover(path: string): Promise<{ name: string }[]> {
  const { kubeconfig } = testCluster();
  using client = await connect({ kubeconfig, concurrency: 1, requestTimeoutMs: 30_000, clock: systemClock });
  const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
  const { items } = JSON.parse(await client.raw(path, { accept }));
  return items.flatMap(({ metadata: { name: group = "" }, versions }: Item) =>
    !/^[^.]*$|\.k8s\.io$/.test(group) ? [] : versions.flatMap(({ version, resources = [] }) =>
      resources.map((one) => ({
        name: [group, version, one.resource].join("/"),
        kind: one.responseKind.kind,
        namespaced: one.scope === "Namespaced",
        singular: one.singularResource,
        shortNames: one.shortNames ?? [],
        categories: one.categories ?? [],
        verbs: one.verbs,
        subresources: (one.subresources ?? []).map((part: Record<string, unknown>) => ({
          name: part.subresource,
          verbs: part.verbs,
          kind: part.responseKind,
        })),
      }))
    )
  );
}

interface Item {
  readonly metadata: { readonly name?: string };
  // deno-lint-ignore no-explicit-any -- aggregated discovery
  readonly versions: readonly { readonly version: string; readonly resources?: readonly any[] }[];
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}

/** Text without what is drawn by lot, and without times. */
function stable(answers: unknown): string {
  return JSON.stringify(answers)
    .replace(/[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}/g, "UID")
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, "TIME")
    .replace(/kube-api-access-\w{5}/g, "kube-api-access-SUFFIX")
    .replace(/"resourceVersion":"\d+"/g, '"resourceVersion":"N"')
    .replace(/"10\.0\.\d+\.\d+"/g, '"ADDRESS"')
    .replace(/"nodePort":\d+/g, '"nodePort":0');
}
