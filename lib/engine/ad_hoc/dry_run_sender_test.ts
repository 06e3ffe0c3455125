import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { Client } from "../../client/client.ts";
import { DryRunError } from "../../client/dry_run_error.ts";
import type { ApiError } from "../../client/errors.ts";
import { KindFinder } from "../../client/kind_finder.ts";
import type { Listed } from "../../client/object_list.ts";
import { ConfigMap, Deployment, Namespace, Pod, Secret, ServiceAccount } from "../../kinds/mod.ts";
import type { KubeObject } from "../../kube/object.ts";
import { waitFor } from "../../watch/wait_for.ts";
import { FakeServer, status } from "./_fake_server_test.ts";
import { DryRunSender } from "./dry_run_sender.ts";
import { Journal } from "./journal.ts";

interface DryRun {
  readonly k: Client;
  readonly server: FakeServer;
  /** What the journal told, with the fields that change. */
  readonly lines: string[];
  readonly warnings: string[];
}

function dryRun(...objects: KubeObject[]): DryRun {
  const server = new FakeServer(objects);
  const lines: string[] = [];
  const warnings: string[] = [];
  const journal = new Journal({
    dryRun: true,
    onEntry(line, { fields = [] }) {
      lines.push(line, ...fields.map(({ path, from, to }) => `  ${path}: ${JSON.stringify([from, to])}`));
    },
  });
  const sender = new DryRunSender({ sender: server, journal, onWarning: (message) => warnings.push(message) });
  const k = new Client({
    sender,
    kinds: new KindFinder(sender),
    namespace: "shop",
    fieldManager: "test",
    dryRun: true,
  });
  return { k, server, lines, warnings };
}

const labels = { app: "web" };
const settings = ConfigMap({ metadata: { name: "settings", labels }, data: { a: "1" } });
const web = Deployment({
  metadata: { name: "web", labels },
  spec: {
    replicas: 2,
    selector: { matchLabels: labels },
    template: { spec: { containers: [{ name: "web", image: "web:1" }, { name: "log", image: "log:1" }] } },
  },
});
const forbidden = status(403, "Forbidden", 'x is forbidden: User "me" cannot do it');

function pod(name: string): Pod {
  return Pod({ metadata: { name, labels }, spec: { containers: [{ name: "web" }] } });
}

async function names(list: AsyncIterable<Listed>): Promise<string> {
  return (await Array.fromAsync(list)).map(({ metadata }) => metadata.name).sort().join();
}

const cases: Record<string, {
  readonly objects?: readonly KubeObject[];
  readonly run: (dry: DryRun) => unknown;
  /** What {@linkcode run} comes to. */
  readonly result?: unknown;
  readonly lines: readonly string[];
  readonly warnings?: readonly string[];
}> = {
  "reads as the server does, as long as nothing is written": {
    objects: [settings],
    run: async ({ k }) => [(await k.get(ConfigMap, "settings")).data, await names(k.list(ConfigMap))],
    result: [{ a: "1" }, "settings"],
    lines: [],
  },
  "creates": {
    run: async ({ k }) => {
      await k.create(settings);
      return [
        (await k.get(ConfigMap, "settings")).data,
        await names(k.list(ConfigMap, { labels })),
        await names(k.list(Pod)),
      ];
    },
    result: [{ a: "1" }, "settings", ""],
    lines: ["would create ConfigMap/shop/settings"],
  },
  "creates twice": {
    run: async ({ k }) => {
      await k.create(settings);
      await rejects(k.create(settings), (error: ApiError) => error.isAlreadyExists);
    },
    lines: ["would create ConfigMap/shop/settings"],
  },
  "shows that a name would be generated": {
    run: async ({ k }) => {
      const metadata = { generateName: "g-", labels };
      const first = await k.create(ConfigMap({ metadata }));
      await k.create(ConfigMap({ metadata }));
      const all = await names(k.list(ConfigMap, { labels }));
      await k.delete(ConfigMap, first);
      await k.deleteCollection(ConfigMap, { labels });
      return all;
    },
    result: "g-x1,g-x2",
    lines: ["create", "create", "delete", "delete"].map((verb) => `would ${verb} ConfigMap/shop/g-*****`),
  },
  "creates in a namespace that would be new": {
    run: async ({ k }) => {
      await k.create(Namespace({ metadata: { name: "new" } }));
      const n = k.inNamespace("new");
      await n.create(settings);
      await n.apply(ConfigMap({ metadata: { name: "b" } }));
      await n.create(ConfigMap({ metadata: { generateName: "g-" } }));
      await n.create(ConfigMap({ metadata: { generateName: "g-" } }));
      await n.patch(ConfigMap, "settings", { data: { b: "2" } });
      const { data, metadata } = await n.get(ConfigMap, "settings");
      return [data, metadata.creationTimestamp, await names(n.list(ConfigMap))];
    },
    result: [{ a: "1", b: "2" }, "2026-01-01T00:00:00Z", "b,g-00003,g-00004,settings"],
    lines: [
      "would create Namespace/new",
      "would create ConfigMap/new/settings",
      "would create ConfigMap/new/b",
      "would create ConfigMap/new/g-*****",
      "would create ConfigMap/new/g-*****",
      "would patch ConfigMap/new/settings",
      '  data.b: [null,"2"]',
    ],
  },
  "patches twice, and both are seen": {
    objects: [web],
    run: async ({ k }) => {
      await k.patch(Deployment, "web", { spec: { paused: true } }, { type: "merge" });
      const { spec } = await k.patch(Deployment, "web", { spec: { replicas: 3 } }, { type: "merge" });
      return [spec?.paused, spec?.replicas, (await k.getScale(Deployment, "web")).spec];
    },
    result: [true, 3, { replicas: 3 }],
    lines: [
      "would patch Deployment/shop/web",
      "  spec.paused: [null,true]",
      "would patch Deployment/shop/web",
      "  spec.replicas: [2,3]",
    ],
  },
  "patches at the same time, and both are seen": {
    objects: [web],
    run: async ({ k }) => {
      await Promise.all([1, 2, 3].map((n) => {
        return k.patch(Deployment, "web", { metadata: { annotations: { [`a${n}`]: "x" } } }, { type: "merge" });
      }));
      return Object.keys((await k.get(Deployment, "web")).metadata.annotations!);
    },
    result: ["a1", "a2", "a3"],
    lines: [
      "would patch Deployment/shop/web",
      '  metadata.annotations: [null,{"a1":"x"}]',
      ...[2, 3].flatMap((n) => ["would patch Deployment/shop/web", `  metadata.annotations.a${n}: [null,"x"]`]),
    ],
  },
  "tells where nothing would change": {
    objects: [settings],
    run: async ({ k }) => {
      await k.patch(ConfigMap, "settings", { data: { a: "1" } });
      await k.apply(settings);
    },
    lines: ["would patch ConfigMap/shop/settings, no change", "would apply ConfigMap/shop/settings, no change"],
  },
  "applies what is there, and what is not": {
    objects: [settings],
    run: async ({ k }) => {
      await k.apply(ConfigMap({ metadata: { name: "settings" }, data: { a: "2" } }));
      await k.apply(ConfigMap({ metadata: { name: "other" }, data: { a: "2" } }));
      return await names(k.list(ConfigMap));
    },
    result: "other,settings",
    lines: ["would apply ConfigMap/shop/settings", '  data.a: ["1","2"]', "would create ConfigMap/shop/other"],
  },
  "replaces as a whole": {
    objects: [settings],
    run: async ({ k }) => {
      const live = await k.get(ConfigMap, "settings");
      await k.patch(ConfigMap, "settings", { data: { b: "1" } });
      await k.replace({ ...live, data: { a: "2" } });
      return (await k.get(ConfigMap, "settings")).data;
    },
    result: { a: "2" },
    lines: [
      "would patch ConfigMap/shop/settings",
      '  data.b: [null,"1"]',
      "would replace ConfigMap/shop/settings",
      '  data.a: ["1","2"]',
      '  data.b: ["1",null]',
    ],
  },
  "hides the values of Secrets": {
    objects: [Secret({ metadata: { name: "login" }, data: { password: "b2xk" } })],
    run: async ({ k }) => void await k.patch(Secret, "login", { data: { password: "bmV3" } }),
    lines: ["would patch Secret/shop/login", '  data.password: ["<redacted #1>","<redacted #2>"]'],
  },
  "deletes: what is gone is not found, not listed, not patched, and can be created again": {
    objects: [settings],
    run: async ({ k, server }) => {
      await k.delete(ConfigMap, "settings");
      const requests = [...server.requests];
      const isGone = (error: ApiError) => error.isNotFound;
      strictEqual(await k.find(ConfigMap, "settings"), undefined);
      strictEqual(await names(k.list(ConfigMap)), "");
      await rejects(k.patch(ConfigMap, "settings", { data: {} }), isGone);
      await rejects(k.delete(ConfigMap, "settings"), isGone);
      await rejects(k.scale(ConfigMap, "settings", 1), isGone);
      await k.create(ConfigMap({ metadata: { name: "settings", labels }, data: { b: "2" } }));
      await k.patch(ConfigMap, "settings", [{ op: "add", path: "/data/c", value: "3" }]);
      return [requests, await k.list(ConfigMap, { labels }).toArray().then((all) => all.map(({ data }) => data))];
    },
    // A deletion costs one request, as without a dry run.
    result: [["DELETE /api/v1/namespaces/shop/configmaps/settings"], [{ b: "2", c: "3" }]],
    lines: [
      "would delete ConfigMap/shop/settings",
      "would create ConfigMap/shop/settings",
      "would patch ConfigMap/shop/settings",
      '  data.c: [null,"3"]',
    ],
  },
  "applies again what would be gone": {
    objects: [settings],
    run: async ({ k }) => {
      await k.delete(ConfigMap, "settings");
      await k.apply(ConfigMap({ metadata: { name: "settings" }, data: { b: "2" } }));
      return [(await k.get(ConfigMap, "settings")).data, await names(k.list(ConfigMap, { labels }))];
    },
    result: [{ b: "2" }, ""],
    lines: ["would delete ConfigMap/shop/settings", "would create ConfigMap/shop/settings"],
  },
  "forgets what would be created and deleted": {
    run: async ({ k, server }) => {
      await k.create(settings);
      await k.delete(ConfigMap, "settings");
      server.requests.length = 0;
      await k.create(settings);
      return server.requests;
    },
    result: ["POST /api/v1/namespaces/shop/configmaps?fieldManager=test&dryRun=All"],
    lines: [
      "would create ConfigMap/shop/settings",
      "would delete ConfigMap/shop/settings",
      "would create ConfigMap/shop/settings",
    ],
  },
  "knows that finalizers keep an object": {
    objects: [ConfigMap({ metadata: { name: "settings", finalizers: ["x.io/a"] } })],
    run: async ({ k }) => {
      await k.delete(ConfigMap, "settings");
      const { deletionTimestamp } = (await k.get(ConfigMap, "settings")).metadata;
      await k.removeFinalizer(ConfigMap, "settings", "x.io/a");
      return deletionTimestamp;
    },
    result: "2026-01-01T00:00:00Z",
    lines: [
      "would delete ConfigMap/shop/settings",
      "would patch ConfigMap/shop/settings",
      '  metadata.finalizers: [["x.io/a"],null]',
    ],
  },
  "lists the victims of the deletion of a collection": {
    objects: [pod("a"), pod("b"), Pod({ metadata: { name: "c" }, spec: { containers: [] } })],
    run: async ({ k }) => {
      await k.delete(Pod, "a");
      await k.create(pod("d"));
      const victims = await k.deleteCollection(Pod, { labels });
      return [victims.map(({ metadata }) => metadata.name), await names(k.list(Pod))];
    },
    result: [["b", "d"], "c"],
    lines: [
      "would delete Pod/shop/a",
      "would create Pod/shop/d",
      "would delete Pod/shop/b",
      "would delete Pod/shop/d",
    ],
  },
  "scales, and shows it everywhere": {
    objects: [web],
    run: async ({ k }) => {
      const { spec } = await k.scale(Deployment, "web", 5);
      return [spec, (await k.getScale(Deployment, "web")).spec, (await k.get(Deployment, "web")).spec?.replicas];
    },
    result: [{ replicas: 5 }, { replicas: 5 }, 5],
    lines: ["would scale Deployment/shop/web", "  spec.replicas: [2,5]"],
  },
  "scales to nothing": {
    objects: [web],
    run: async ({ k, server }) => {
      // The server leaves out a zero.
      server.intercept = ({ target, verb }) =>
        target?.subresource === "scale" && verb === "patch" ? [{ kind: "Scale", spec: {} }] : undefined;
      await k.scale(Deployment, "web", 0);
      return [(await k.getScale(Deployment, "web")).spec, (await k.get(Deployment, "web")).spec?.replicas];
    },
    result: [{}, 0],
    lines: ["would scale Deployment/shop/web", "  spec.replicas: [2,0]"],
  },
  "scales what would be new": {
    run: async ({ k }) => {
      await k.create(web);
      const { spec } = await k.scale(Deployment, "web", 5, { apply: true });
      return [spec, (await k.get(Deployment, "web")).kind];
    },
    result: [{ replicas: 5 }, "Deployment"],
    lines: ["would create Deployment/shop/web", "would scale Deployment/shop/web", "  spec.replicas: [2,5]"],
  },
  "evicts": {
    objects: [pod("a")],
    run: async ({ k }) => {
      await k.evict(Pod, await k.get(Pod, "a"));
      return await names(k.list(Pod));
    },
    result: "",
    lines: ["would evict Pod/shop/a"],
  },
  "pages, and adds what is new to the last page": {
    objects: ["a", "b", "c"].map(pod),
    run: async ({ k }) => {
      await k.delete(Pod, "a");
      await k.create(pod("d"));
      const pages = await Array.fromAsync(k.list(Pod, { limit: 2 }).pages());
      return pages.map(({ items }) => items.map(({ metadata }) => metadata.name));
    },
    result: [["b"], ["c", "d"]],
    lines: ["would delete Pod/shop/a", "would create Pod/shop/d"],
  },
  "warns that it cannot know what a field selector selects": {
    objects: [pod("a"), pod("b")],
    run: async ({ k }) => {
      await names(k.list(Pod, { fields: "metadata.name=a" }));
      await k.delete(Pod, "a");
      await k.create(pod("c"));
      await names(k.list(ConfigMap, { fields: "metadata.name=a" }));
      await k.deleteCollection(Pod, { fields: "metadata.name=b" });
      return await names(k.list(Pod, { fields: "metadata.name=a" }));
    },
    result: "",
    lines: ["would delete Pod/shop/a", "would create Pod/shop/c", "would delete Pod/shop/b"],
    warnings: ["The server, which matches field selectors, does not know what this dry run would change"],
  },
  "lists metadata alone where that is asked for, also where the server has none": {
    run: async ({ k, server }) => {
      await k.create(settings);
      const kind = "PartialObjectMetadataList";
      server.intercept = ({ verb }) => verb === "list" ? [{ kind, metadata: {}, items: null }] : undefined;
      return (await k.listMetadata(ConfigMap).toArray()).map(({ metadata, data }) => [metadata.name, data]);
    },
    result: [["settings", undefined]],
    lines: ["would create ConfigMap/shop/settings"],
  },
  "warns that a table shows what there is": {
    run: async ({ k, server }) => {
      server.intercept = ({ verb }) =>
        verb === "list" ? [{ kind: "Table", columnDefinitions: [], rows: [] }] : undefined;
      await k.table(ConfigMap);
      await k.create(settings);
      return (await k.table(ConfigMap)).rows;
    },
    result: [],
    lines: ["would create ConfigMap/shop/settings"],
    warnings: ["A table does not show what this dry run would change"],
  },
  "warns that a watch shows what there is": {
    run: async ({ k }) => {
      await Array.fromAsync(k.watch(Pod));
      await Array.fromAsync(k.watch(Pod));
    },
    lines: [],
    warnings: ["A watch does not see what this dry run would change"],
  },
  "goes on where the permission is missing": {
    objects: [settings, pod("a"), pod("b")],
    run: async ({ k, server }) => {
      server.intercept = ({ method }) => method === "GET" ? undefined : forbidden;
      await k.patch(ConfigMap, "settings", { data: { b: "2" } });
      await k.apply(ConfigMap({ metadata: { name: "settings" }, data: { c: "3" } }));
      await k.create(ConfigMap({ metadata: { name: "new" } }));
      await k.deleteCollection(Pod, { labels });
      const { data } = await k.get(ConfigMap, "settings");
      await k.delete(ConfigMap, "settings");
      return [data, await names(k.list(ConfigMap)), await names(k.list(Pod))];
    },
    result: [{ a: "1", b: "2", c: "3" }, "new", ""],
    lines: [
      "would patch ConfigMap/shop/settings, not permitted",
      '  data.b: [null,"2"]',
      "would apply ConfigMap/shop/settings, not permitted",
      '  data.c: [null,"3"]',
      "would create ConfigMap/shop/new, not permitted",
      "would delete Pod/shop/a, not permitted",
      "would delete Pod/shop/b, not permitted",
      "would delete ConfigMap/shop/settings, not permitted",
    ],
  },
  "lets be what it may neither read nor write": {
    objects: [settings],
    run: async ({ k, server }) => {
      server.intercept = ({ verb }) => verb === "list" ? undefined : forbidden;
      const { data } = await k.patch(ConfigMap, "settings", { data: { b: "2" } });
      const all = await k.list(ConfigMap).toArray();
      return [data, all.map(({ data }) => data)];
    },
    result: [{ b: "2" }, [{ a: "1" }]],
    lines: ["would patch ConfigMap/shop/settings, not permitted"],
  },
  "knows from the answer what it may not read": {
    objects: [settings, web],
    run: async ({ k, server }) => {
      server.intercept = ({ verb }) => verb === "get" ? forbidden : undefined;
      await k.patch(ConfigMap, "settings", { data: { b: "2" } });
      await k.scale(Deployment, "web", 5);
      return [await names(k.list(ConfigMap, { labels })), await names(k.list(Deployment))];
    },
    result: ["settings", "web"],
    lines: ["would patch ConfigMap/shop/settings", "would scale Deployment/shop/web"],
  },
  "fails where the server would refuse anybody": {
    run: async ({ k, server }) => {
      server.intercept = () => status(403, "Forbidden", 'x is forbidden: exceeded quota: "pods"');
      await rejects(k.create(settings), (error: ApiError) => error.isForbidden);
      await rejects(k.deleteCollection(Pod), (error: ApiError) => error.isForbidden);
    },
    lines: [],
  },
  "leaves alone what is a dry run by itself": {
    objects: [settings, pod("a")],
    run: async ({ k, server }) => {
      await k.patch(ConfigMap, "settings", { data: {} }, { dryRun: "All" });
      await k.delete(ConfigMap, "settings", { dryRun: "All" });
      server.intercept = () => [{}];
      await k.evict(Pod, "a", { dryRun: "All" });
      return server.requests.length;
    },
    result: 3,
    lines: [],
  },
  "tries requests to any path": {
    run: async ({ k, server }) => {
      await k.raw("/api/v1/namespaces/shop/configmaps?x=1", { method: "POST", text: "a: 1" });
      await k.raw("/api/v1/namespaces/shop/configmaps/a", { method: "DELETE" });
      return server.requests;
    },
    result: [
      "POST /api/v1/namespaces/shop/configmaps?x=1&dryRun=All",
      "DELETE /api/v1/namespaces/shop/configmaps/a",
    ],
    lines: [
      "would post /api/v1/namespaces/shop/configmaps",
      "would delete /api/v1/namespaces/shop/configmaps/a",
    ],
  },
};
for (const [what, { objects = [], run, result, lines, warnings = [] }] of Object.entries(cases)) {
  Deno.test(`DryRunSender ${what}`, async () => {
    const dry = dryRun(...objects);
    deepStrictEqual(await run(dry), result);
    deepStrictEqual(dry.lines, lines);
    deepStrictEqual(dry.warnings, warnings);
  });
}

const token = { token: "none", expirationTimestamp: "" };
const forward = { ports: [{ local: 8080, remote: 80 }], [Symbol.asyncDispose]: () => Promise.resolve() };
const neverTried: Record<string, {
  readonly call: (k: Client, dryRun: boolean) => Promise<unknown>;
  readonly result: unknown;
  readonly line: string;
}> = {
  createToken: {
    call: (k, dryRun) => k.createToken(ServiceAccount, "a", {}, dryRun ? { dryRun: token } : {}),
    result: token,
    line: "would make a token for ServiceAccount/shop/a",
  },
  bind: {
    call: (k, dryRun) => k.bind(Pod, "a", "node", dryRun ? { dryRun } : {}),
    result: undefined,
    line: "would bind Pod/shop/a",
  },
  exec: {
    call: (k, dryRun) => k.exec(Pod, "a", ["ls"], dryRun ? { dryRun: { exitCode: 0, stdout: "x", stderr: "" } } : {}),
    result: { exitCode: 0, stdout: "x", stderr: "" },
    line: "would run a command in Pod/shop/a",
  },
  attach: {
    call: (k, dryRun) => k.attach(Pod, "a", dryRun ? { dryRun: { stdout: "x", stderr: "" } } : {}),
    result: { stdout: "x", stderr: "" },
    line: "would attach to Pod/shop/a",
  },
  portForward: {
    call: (k, dryRun) => k.portForward(Pod, "a", ["0:80"], dryRun ? { dryRun: forward } : {}),
    result: forward,
    line: "would forward a port to Pod/shop/a",
  },
  copyTo: {
    call: (k, dryRun) => {
      // A large file, whose reading has begun when the copy is refused.
      return k.copyTo(Pod, "a", Deno.execPath(), "/x", dryRun ? { dryRun: { files: 1, bytes: 2, skipped: [] } } : {});
    },
    result: { files: 1, bytes: 2, skipped: [] },
    line: "would run a command in Pod/shop/a",
  },
};
for (const [name, { call, result, line }] of Object.entries(neverTried)) {
  Deno.test(`DryRunSender never tries ${name}(), and goes on only with a stand-in`, async () => {
    const { k, server, lines } = dryRun(pod("a"));
    await rejects(call(k, false), DryRunError);
    deepStrictEqual(lines, [line]);
    deepStrictEqual(await call(k, true), result);
    deepStrictEqual(lines, [line, line]);
    deepStrictEqual(server.requests.filter((request) => !request.startsWith("GET")), []);
  });
}

const paths: [path: string, isTried: boolean][] = [
  ["/api/v1/namespaces/shop/serviceaccounts/a/token", false],
  ["/api/v1/namespaces/shop/pods/a/binding?x=1", false],
  ["/api/v1/nodes/a/proxy/run", false],
  ["/logs", false],
  ["/api/v1/namespaces/shop/configmaps/token", true],
  ["/apis/apps/v1/namespaces/shop/deployments/exec/scale", true],
];
for (const [path, isTried] of paths) {
  Deno.test(`DryRunSender ${isTried ? "tries" : "does not try"} to post to ${path}`, async () => {
    const { k, server } = dryRun();
    const call = k.raw(path, { method: "POST", body: {} });
    await (isTried ? call : rejects(call, DryRunError));
    strictEqual(server.requests.length, isTried ? 1 : 0);
  });
}

Deno.test("DryRunSender does not try a deletion whose options are text", async () => {
  const { k, server } = dryRun();
  const options = { method: "DELETE", text: "kind: DeleteOptions", contentType: "application/yaml" } as const;
  await rejects(k.raw("/api/v1/namespaces/shop/configmaps/a", options), DryRunError);
  deepStrictEqual(server.requests, []);
});

Deno.test("DryRunSender lets files be copied out of a container", async () => {
  const { k, lines } = dryRun(pod("a"));
  await rejects(k.copyFrom(Pod, "a", "/x", "/nowhere/x"), /Cannot connect/);
  deepStrictEqual(lines, []);
});

Deno.test("waitFor() does not wait in a dry run, in which nothing comes to be", async () => {
  const { k, warnings } = dryRun(pod("a"), pod("b"));
  strictEqual((await waitFor(k, Pod, "a", { type: "Ready" })).metadata.name, "a");
  await k.delete(Pod, "a");
  strictEqual(await waitFor(k, Pod, "a", "deleted"), undefined);
  strictEqual((await waitFor(k, Pod, "b", "deleted"))?.metadata.name, "b");
  const message = 'Cannot wait until Pod/shop/a has condition "Ready" with status "True" in a dry run: it is not there';
  await rejects(waitFor(k, Pod, "a", { type: "Ready" }), { name: "WaitTimeoutError", message });
  deepStrictEqual(warnings, []);
});
