import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { systemClock } from "../../lib/base/clock.ts";
import type { Client } from "../../lib/client/client.ts";
import { connect } from "../../lib/client/connect.ts";
import { discover } from "../../lib/client/discovery.ts";
import { ApiError } from "../../lib/client/errors.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import { isBuiltIn } from "../../lib/kube/built_in.ts";
import type { KubeRequest } from "../../lib/kube/request.ts";
import { formatApiVersion, parseApiVersion, type ResourceType } from "../../lib/kube/resource_type.ts";
import { testCluster } from "../cluster/attach.ts";
import { tokens } from "../cluster/pki.ts";
import { hasRealPrograms } from "./capabilities.ts";
import { until } from "./objects.ts";

const cluster = testCluster();
const LANES = 16;

function connectTo(kubeconfig: string): Promise<Client> {
  return connect({ kubeconfig, concurrency: LANES, requestTimeoutMs: 30_000, clock: systemClock });
}

function configMap(namespace: string, name: string, data: Record<string, string> = { a: "1" }) {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace, name }, data };
}

function deployment(namespace: string, image: string) {
  const labels = { app: "web" };
  const template = { metadata: { labels }, spec: { containers: [{ name: "web", image }] } };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { namespace, name: "web" },
    spec: { replicas: 0, selector: { matchLabels: labels }, template },
  };
}

async function apiErrorOf(work: Promise<unknown>): Promise<ApiError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error("Cannot find an error: the request succeeded");
}

Deno.test("Client creates, reads, replaces, patches, applies, lists and deletes", async () => {
  await using namespace = await cluster.namespace("client");
  using client = await connectTo(cluster.kubeconfig);
  const ref = `${namespace.name}/a`;

  const created = await client.create(configMap(namespace.name, "a"));
  deepStrictEqual([created.kind, created["data"]], ["ConfigMap", { a: "1" }]);
  const replaced = await client.replace({ ...created, data: { b: "1" } });
  deepStrictEqual(replaced["data"], { b: "1" });

  await client.patch("cm", ref, { data: { c: "1" } });
  await client.patch("cm", ref, [{ op: "add", path: "/data/d", value: "1" }], { type: "json" });
  const patched = await client.patch("cm", ref, { data: { b: null } }, { type: "strategic" });
  deepStrictEqual(patched["data"], { c: "1", d: "1" });
  const dry = await client.patch("cm", ref, { data: { e: "1" } }, { dryRun: "All" });
  deepStrictEqual(dry["data"], { c: "1", d: "1", e: "1" });

  const options = { fieldManager: "client-test" };
  const applied = await client.apply(configMap(namespace.name, "b"), options);
  strictEqual((await client.apply(configMap(namespace.name, "b", { a: "2" }), options)).data.a, "2");

  deepStrictEqual((await client.get("configmaps", ref))["data"], { c: "1", d: "1" });
  deepStrictEqual((await client.get("configmaps.v1", applied))["data"], { a: "2" });
  const fields = "metadata.name!=kube-root-ca.crt";
  const listed = await client.listMetadata("cm", { namespace: namespace.name, fields }).toArray();
  deepStrictEqual(listed.map((o) => [o.apiVersion, o.kind, o.metadata.name, o["data"]]), [
    ["v1", "ConfigMap", "a", undefined],
    ["v1", "ConfigMap", "b", undefined],
  ]);

  strictEqual(await client.delete("cm", ref), undefined);
  strictEqual(await client.find("cm", ref), undefined);
});

Deno.test("Client patches lists as the patch type says", async () => {
  await using namespace = await cluster.namespace("client");
  using client = await connectTo(cluster.kubeconfig);
  const live = await client.create(deployment(namespace.name, "web:1"));
  const sidecar = { spec: { template: { spec: { containers: [{ name: "sidecar", image: "sidecar:1" }] } } } };
  const names = async (type: "strategic" | "merge") => {
    const { spec } = await client.patch("deploy", live, sidecar, { type }) as unknown as ReturnType<typeof deployment>;
    return spec.template.spec.containers.map(({ name }) => name);
  };
  deepStrictEqual(await names("strategic"), ["sidecar", "web"]);
  deepStrictEqual(await names("merge"), ["sidecar"]);
});

Deno.test("Client watches", async () => {
  await using namespace = await cluster.namespace("client");
  using client = await connectTo(cluster.kubeconfig);
  const options = { namespace: namespace.name, labels: "app=web" };
  const [page] = await Array.fromAsync(client.list("configmaps", options).pages());
  const labels = { app: "web" };
  const object = configMap(namespace.name, "a");
  await client.create({ ...object, metadata: { ...object.metadata, labels } });
  await client.patch("cm", `${namespace.name}/a`, { data: { a: "2" } });
  await client.delete("cm", `${namespace.name}/a`);

  const seen: string[] = [];
  for await (const event of client.watch("cm", { ...options, resourceVersion: page!.resourceVersion })) {
    seen.push(`${event.type} ${event.object.kind} ${event.object.metadata.name}`);
    if (event.type === "DELETED") break;
  }
  deepStrictEqual(seen, ["ADDED ConfigMap a", "MODIFIED ConfigMap a", "DELETED ConfigMap a"]);
  // The server ends a watch when its time is up, which is no error.
  await Array.fromAsync(client.watch("cm", { ...options, timeoutSeconds: 1 }));
});

Deno.test("Client ends a watch by its signal", async () => {
  await using namespace = await cluster.namespace("client");
  using client = await connectTo(cluster.kubeconfig);
  const controller = new AbortController();
  const reason = new DOMException("stopped", "AbortError");
  const watch = async () => {
    for await (const _ of client.watch("cm", { namespace: namespace.name, signal: controller.signal })) {
      controller.abort(reason);
    }
  };
  await client.create(configMap(namespace.name, "a"));
  await rejects(watch(), reason);
});

Deno.test("Client throws the Status of the server", async (t) => {
  await using namespace = await cluster.namespace("client");
  using client = await connectTo(cluster.kubeconfig);
  using viewer = await connectTo(await cluster.writeKubeconfig({ user: { token: tokens.viewer } }));
  const ref = `${namespace.name}/a`;
  const live = await client.create(configMap(namespace.name, "a"));

  await t.step("404", async () => {
    const error = await apiErrorOf(client.get("cm", `${namespace.name}/b`));
    ok(error.isNotFound);
    strictEqual(error.message, `Cannot get ConfigMap/${namespace.name}/b: configmaps "b" not found (404 NotFound)`);
  });
  await t.step("409 AlreadyExists", async () => {
    const error = await apiErrorOf(client.create(configMap(namespace.name, "a")));
    deepStrictEqual([error.isAlreadyExists, error.isConflict], [true, false]);
    match(
      error.message,
      /^Cannot create ConfigMap\/client-\w+\/a: configmaps "a" already exists \(409 AlreadyExists\)$/,
    );
  });
  await t.step("409 Conflict", async () => {
    await client.patch("cm", ref, { data: { b: "1" } });
    const error = await apiErrorOf(client.replace(live));
    deepStrictEqual([error.isConflict, error.isApplyConflict], [true, false]);
    match(
      error.message,
      /^Cannot replace ConfigMap\/client-\w+\/a: .*the object has been modified.* \(409 Conflict\)$/,
    );
  });
  await t.step("409 Conflict of an apply, with the fields' owners", async () => {
    await client.apply(configMap(namespace.name, "c"), { fieldManager: "one" });
    const error = await apiErrorOf(client.apply(configMap(namespace.name, "c", { a: "2" }), { fieldManager: "two" }));
    deepStrictEqual([error.isApplyConflict, error.causes], [true, [
      { reason: "FieldManagerConflict", message: 'conflict with "one"', field: ".data.a" },
    ]]);
  });
  await t.step("409 Conflict of a deletion, as the object is another one", async () => {
    const error = await apiErrorOf(client.delete("cm", { metadata: { ...live.metadata, uid: crypto.randomUUID() } }));
    ok(error.isConflict);
    ok(await client.find("cm", ref));
  });
  await t.step("403", async () => {
    const error = await apiErrorOf(viewer.create(configMap(namespace.name, "d")));
    ok(error.isForbidden);
    match(error.message, /User "viewer" cannot create resource "configmaps".* \(403 Forbidden\)$/);
    match(error.hint!, /permission/);
  });
  await t.step("422 with causes", async () => {
    const wrong = deployment(namespace.name, "web:1");
    const error = await apiErrorOf(client.create({ ...wrong, spec: { ...wrong.spec, replicas: -1 } } as KubeObject));
    ok(error.isInvalid);
    strictEqual(error.causes[0]?.field, "spec.replicas");
  });
  await t.step("400 for an unknown field", async () => {
    const object = { ...configMap(namespace.name, "e"), dta: {} };
    const error = await apiErrorOf(client.create(object, { fieldValidation: "Strict" }));
    deepStrictEqual([error.code, error.reason], [400, "BadRequest"]);
    match(error.message, /unknown field "dta"/);
  });
  await t.step("401", async () => {
    using stranger = await connectTo(await cluster.writeKubeconfig({ user: { token: "nobody-knows-it" } }));
    const error = await apiErrorOf(stranger.get("cm", ref));
    ok(error.isUnauthorized);
    match(error.hint!, /credentials/);
  });
});

Deno.test("Client pages through 1,200 objects", async () => {
  await using namespace = await cluster.namespace("client");
  using client = await connectTo(cluster.kubeconfig);
  const names = Array.from({ length: 1_200 }, (_, i) => `m-${i}`);
  await Promise.all(names.map((name) => client.create(configMap(namespace.name, name))));

  // One more is the cluster's own.
  const all = { namespace: namespace.name };
  const pages = await Array.fromAsync(client.list("cm", all).pages());
  deepStrictEqual(pages.map(({ items, remainingItemCount }) => [items.length, remainingItemCount]), [
    [500, 701],
    [500, 201],
    [201, undefined],
  ]);
  strictEqual(new Set(pages.map(({ resourceVersion }) => resourceVersion)).size, 1);
  const found = new Set((await client.list("cm", all).toArray()).map(({ metadata }) => metadata.name));
  deepStrictEqual(found, new Set([...names, "kube-root-ca.crt"]));

  // Of a version, too: the server refuses the version together with the token of the next page.
  const { resourceVersion } = pages[0]!;
  const exact = client.list("cm", { ...all, resourceVersion, resourceVersionMatch: "Exact", limit: 1_000 });
  strictEqual((await exact.toArray()).length, 1_201);
});

// A sandbox has no component that could be well or not.
Deno.test("Client iterates over objects that have no uid", { ignore: !hasRealPrograms() }, async () => {
  using client = await connectTo(cluster.kubeconfig);
  const names = (await Array.fromAsync(client.list("componentstatuses"))).map(({ metadata }) => metadata.name);
  deepStrictEqual(names.sort(), ["controller-manager", "etcd-0", "scheduler"]);
});

Deno.test("Client keeps integers beyond 2^53", async () => {
  using client = await connectTo(cluster.kubeconfig);
  const names = { kind: "Ledger", plural: "ledgers", singular: "ledger", shortNames: ["ldg"] };
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  const crd = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "ledgers.client.example.com" },
    spec: {
      group: "client.example.com",
      scope: "Cluster",
      names,
      versions: [{ name: "v1", served: true, storage: true, schema }],
    },
  };
  await client.apply(crd, { fieldManager: "client-test" });
  try {
    await until("the new kind is served", async () => {
      const mapper = await client.mapper({ refresh: true });
      return mapper.find({ group: "client.example.com", kind: "Ledger" }) !== undefined;
    });
    strictEqual((await client.typeOf("ldg")).plural, "ledgers");
    const ledger = {
      apiVersion: "client.example.com/v1",
      kind: "Ledger",
      metadata: { name: "a" },
      spec: { big: 9007199254740993n, bigger: 9223372036854775807n, small: 1, fraction: 0.5, text: "9007199254740993" },
    };
    const { spec } = await client.apply(ledger, { fieldManager: "client-test" });
    deepStrictEqual(spec, ledger.spec);
    deepStrictEqual((await client.get("ledgers", "a"))["spec"], ledger.spec);
    const patched = await client.patch("ledgers", "a", { spec: { more: 9007199254740995n } });
    deepStrictEqual(patched["spec"], { ...ledger.spec, more: 9007199254740995n });
  } finally {
    await client.delete("crd", "ledgers.client.example.com");
  }
});

interface SelfSubjectReview {
  readonly status: { readonly userInfo: { readonly username: string; readonly groups: string[] } };
}

async function whoami(client: Client): Promise<[name: string, groups: string[]]> {
  const review = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview", metadata: {} };
  const { status: { userInfo } } = await client.create(review) as unknown as SelfSubjectReview;
  return [userInfo.username, userInfo.groups.filter((group) => group !== "system:authenticated")];
}

Deno.test("Client is who the kubeconfig says", async () => {
  const user = await cluster.issueClientCertificate({ cn: "jane", groups: ["ops"] });
  using byCertificate = await connectTo(await cluster.writeKubeconfig({ user }));
  deepStrictEqual(await whoami(byCertificate), ["jane", ["ops"]]);
  using byToken = await connectTo(await cluster.writeKubeconfig({ user: { token: tokens.viewer } }));
  deepStrictEqual(await whoami(byToken), ["viewer", []]);

  const path = await cluster.writeKubeconfig({ user: { token: tokens.admin } });
  const config = JSON.parse(await Deno.readTextFile(path));
  Object.assign(config.users[0].user, { as: "ada", "as-groups": ["dev", "qa, night"] });
  await Deno.writeTextFile(path, JSON.stringify(config));
  using impersonating = await connectTo(path);
  deepStrictEqual(await whoami(impersonating), ["ada", ["dev", "qa, night"]]);
});

Deno.test("Client does not trust a server of another authority, and says so at once", async () => {
  const user = await cluster.issueClientCertificate({ cn: "jane", groups: [] });
  const kubeconfig = await cluster.writeKubeconfig({ user: { token: tokens.admin }, ca: user.certificate });
  using client = await connectTo(kubeconfig);
  await rejects(client.mapper(), { name: "TransportError", attempts: 1, hint: /certificates in the kubeconfig/ });
});

function describeType(type: ResourceType): string {
  const { kind, plural, singular, namespaced, shortNames, categories, verbs, subresources } = type;
  const details = [shortNames, categories, verbs, subresources].map((list) => [...list ?? []].sort().join());
  return [formatApiVersion(type), kind, plural, singular, namespaced, ...details].join(" ");
}

Deno.test("Client finds kinds by all their names, and the same ones without aggregated discovery", async () => {
  using client = await connectTo(cluster.kubeconfig);
  const mapper = await client.mapper();
  for (const name of ["deploy", "Deployment", "deployments", "deployment.apps", "deployments.v1.apps"]) {
    strictEqual(formatApiVersion(mapper.resolve(name)), "apps/v1");
  }
  strictEqual(mapper.resolve("po").kind, "Pod");
  const { types, stale } = await discover(({ accept: _, ...request }: KubeRequest) => client.fetch(request));
  // Other tests make custom kinds and delete them.
  const describe = (all: readonly ResourceType[]) =>
    all.filter(({ group }) => isBuiltIn(group)).map(describeType).sort();
  deepStrictEqual(describe(types), describe(mapper.types));
  ok(!stale.some((apiVersion) => isBuiltIn(parseApiVersion(apiVersion).group)));
});
