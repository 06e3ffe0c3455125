import { deepStrictEqual, match, ok, rejects, strictEqual, throws } from "node:assert/strict";
import { join } from "node:path";
import { type ApiProxyOptions, serveApi } from "../../lib/client/api_proxy/api_proxy.ts";
import { DEFAULT_FILTER, parsePatterns, type RequestFilter } from "../../lib/client/api_proxy/request_filter.ts";
import { resolveConfig } from "../../lib/client/config/resolve.ts";
import type { Client } from "../../lib/client/client.ts";
import { ApiError } from "../../lib/client/errors.ts";
import type { RestMapper } from "../../lib/client/rest_mapper.ts";
import type { Sender } from "../../lib/client/sender.ts";
import type { HttpServer, ListenAddress } from "../../lib/client/transport/http_server.ts";
import { ConfigMap, Deployment, Pod } from "../../lib/kinds/mod.ts";
import type { KubeRequest } from "../../lib/kube/request.ts";
import { collectionPath } from "../../lib/kube/resource_path.ts";
import { waitFor } from "../../lib/watch/wait_for.ts";
import { testCluster } from "../cluster/attach.ts";
import { tokens } from "../cluster/pki.ts";
import { runKubescript, type TempFolder, tempFolder } from "../e2e/kubescript.ts";
import { until } from "../e2e/objects.ts";
import { FaultProxy } from "../../lib/testing/faults/fault_proxy.ts";
import { writeKubeconfig } from "./kubeconfigs.ts";
import { namesOf, pod } from "./objects.ts";
import { recorder } from "./recorder.ts";
import { row, type RowContext } from "./row.ts";
import { installWidgets } from "./widgets.ts";

/** Writes a kubeconfig for somebody who may do everything, with further fields of the cluster. */
async function adminKubeconfig(
  folder: TempFolder,
  { target }: RowContext,
  cluster: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  return await writeKubeconfig(folder, target, { cluster, user: { token: tokens.admin } });
}

/** Runs kubectl, which has to succeed; gives all that it wrote. */
async function kubectl(kubeconfig: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await testCluster().kubectl(args, { kubeconfig });
  if (code !== 0) throw new Error(`Cannot run kubectl ${args.join(" ")}: ${stderr}`);
  return stdout + stderr;
}

/** Answers what a server without some part of the API would. */
function without(lacks: (request: KubeRequest) => KubeRequest | undefined) {
  return (sender: Sender): Sender => ({
    serverTimeMs: () => sender.serverTimeMs(),
    async send(request, options) {
      const asked = lacks(request);
      if (asked) return await sender.send(asked, options);
      return { status: 404, headers: new Headers({ "content-type": "text/plain" }), text: "404 page not found" };
    },
    stream: sender.stream.bind(sender),
    connect: sender.connect.bind(sender),
    [Symbol.dispose]: () => sender[Symbol.dispose](),
  });
}

function describeTypes(mapper: RestMapper): string[] {
  return mapper.types.map((type) => JSON.stringify({ ...type, verbs: type.verbs?.toSorted() })).sort();
}

const NAMES: readonly (readonly string[])[] = [
  ["po", "svc", "cm", "ns", "no", "ev", "sa", "pvc", "pv", "deploy", "sts", "ds", "rs", "cj", "hpa", "ing", "netpol"],
  ["sc", "crd", "csr", "pdb", "pc", "quota", "limits", "ep", "rc", "clusterroles", "leases", "endpointslices"],
  ["pods", "events", "deployments", "jobs", "cronjobs", "ingresses", "storageclasses", "roles", "componentstatuses"],
  ["pod", "event", "deployment", "job", "cronjob", "ingress", "storageclass", "role", "customresourcedefinition"],
  ["Pod", "Event", "Deployment", "Job", "Ingress", "StorageClass", "Role", "CustomResourceDefinition"],
  ["deployments.apps", "events.events.k8s.io", "jobs.batch", "hpa.autoscaling", "ing.networking.k8s.io"],
  ["ingresses.networking", "leases.coordination", "roles.rbac", "events.events", "sc.storage", "deploy.app"],
  [
    "pods.v1.",
    "deployments.v1.apps",
    "horizontalpodautoscalers.v1.autoscaling",
    "events.v1.events.k8s.io",
    "jobs.v1.batch",
  ],
  ["Deployment.apps", "Ingress.networking.k8s.io", "Job.batch"],
  ["Pod.v1.", "Deployment.v1.apps", "HorizontalPodAutoscaler.v1.autoscaling"],
];

row("E1", "discovery: endpoints, fallback, names and categories as kubectl resolves them", async (context) => {
  const { target, k, namespace, step } = context;
  await using folder = await tempFolder();
  const kubeconfig = await adminKubeconfig(folder, context);
  await using widgets = await installWidgets(k, namespace);
  const mapper = await k.mapper({ refresh: true });

  await step("endpoints", async () => {
    const kindAt = async (path: string) => JSON.parse(await k.raw(path)).kind;
    deepStrictEqual(await Promise.all(["/api", "/api/v1", "/apis", "/apis/apps", "/apis/apps/v1"].map(kindAt)), [
      "APIVersions",
      "APIResourceList",
      "APIGroupList",
      "APIGroup",
      "APIResourceList",
    ]);
  });
  await step("two requests tell all", async () => {
    const { requests, wrap } = recorder();
    using other = await target.connect({ wrap });
    await other.typeOf("deploy");
    await other.typeOf("pods");
    deepStrictEqual(requests.map(({ path }) => path), ["/api", "/apis"]);
  });
  await step("without aggregated discovery", async () => {
    using other = await target.connect({
      wrap: without((request) => ({ ...request, accept: "application/json" })),
    });
    deepStrictEqual(describeTypes(await other.mapper()), describeTypes(mapper));
  });
  for (const names of NAMES) {
    await step(`names: ${names.join(", ")}`, async () => {
      const shown = await kubectl(kubeconfig, "get", names.join(","), "-v=6", `--namespace=${namespace}`);
      const paths = Array.from(shown.matchAll(/url="[^"]*?(\/apis?\/[^"?]*)\?limit=500"/g), ([, path]) => path);
      deepStrictEqual(names.map((name) => collectionPath(mapper.resolve(name), namespace)), paths);
    });
  }
  await step("names of custom resources", async () => {
    const { group, shortName } = widgets;
    for (const name of [shortName, `widgets.${group}`, `Widget.${group}`, `widgets.v1beta1.${group}`]) {
      const shown = await kubectl(kubeconfig, "get", name, "-v=6", `--namespace=${namespace}`);
      ok(shown.includes(`${collectionPath(mapper.resolve(name), namespace)}?limit=500`), name);
    }
  });
  for (const category of ["all", "api-extensions", "toys"]) {
    await step(`category ${category}`, async () => {
      const listed = await kubectl(kubeconfig, "api-resources", `--categories=${category}`, "--output=name");
      const found = mapper.category(category).map(({ plural, group }) => group ? `${plural}.${group}` : plural);
      deepStrictEqual(found.sort(), listed.trim().split("\n").sort());
    });
  }
  await step("unknown names suggest near ones", async () => {
    const near = {
      deploymnets: "Deployment",
      Statefullset: "StatefulSet",
      ingreses: "Ingress",
      netpols: "NetworkPolicy",
    };
    for (const [name, kind] of Object.entries(near)) {
      const hint = new RegExp(`^Did you mean kind "${kind}" in "`);
      await rejects(k.typeOf(name), { name: "DiscoveryError", hint });
    }
    throws(() => mapper.resolve("nonsense"), { hint: /its CustomResourceDefinition is not installed/ });
  });
});

/** The field of a kind as `kubectl explain` tells it. */
interface Explained {
  /** The type of the field; absent for the object itself. */
  readonly type: string | undefined;
  /** The fields in it. */
  readonly fields: readonly string[];
}

function readExplanation(text: string): Explained {
  return {
    type: /^FIELD: \S+ <(.*)>$/m.exec(text)?.[1],
    fields: Array.from(text.matchAll(/^ {2}(\S+)\t(<.*)$/gm), ([, name, rest]) => `${name} ${rest}`).sort(),
  };
}

const PATHS: readonly string[] = [
  "configmap",
  "deployment",
  "deploy.spec",
  "deploy.metadata",
  "deploy.spec.strategy.rollingUpdate",
  "pods.spec.containers",
  "pods.spec.containers.resources.limits",
  "pods.spec.volumes.persistentVolumeClaim",
  "pods.metadata.managedFields",
  "secret.data",
  "svc.spec.ports",
  "svc.spec.ports.targetPort",
  "ingress.spec.rules",
  "crd.spec.versions.schema.openAPIV3Schema",
];

row("E2", "OpenAPI: index, documents, v2 as fallback; schema of a kind, explain a field", async (context) => {
  const { target, k, namespace, step } = context;
  await using folder = await tempFolder();
  const kubeconfig = await adminKubeconfig(folder, context);
  await using widgets = await installWidgets(k, namespace);
  const { shortName } = widgets;
  const paths = [...PATHS, shortName, `${shortName}.spec`, `${shortName}.status.conditions`];
  const explain = async (client: Client, path: string) => {
    const [kind, ...names] = path.split(".");
    return await client.explain(kind!, names.join("."));
  };

  await step("index and documents", async () => {
    const { paths } = JSON.parse(await k.raw("/openapi/v3"));
    const document = JSON.parse(await k.raw(paths["apis/apps/v1"].serverRelativeURL));
    ok(document.components.schemas["io.k8s.api.apps.v1.Deployment"]);
    strictEqual(JSON.parse(await k.raw("/openapi/v2")).swagger, "2.0");
  });
  await until("the schema of the custom resource is published", async () => {
    return await k.schema(widgets.Widget) !== undefined;
  });
  // Of the kinds that there were, kubectl has a list in its cache.
  await kubectl(kubeconfig, "api-resources", "--cached=false");
  await step("schema of a kind", async () => {
    for (const kind of [Deployment, "deploy", "deployments.v1.apps"]) {
      const { schema, find } = (await k.schema(kind))!;
      strictEqual(schema, find("io.k8s.api.apps.v1.Deployment"));
    }
    deepStrictEqual((await k.schema(widgets.Widget))?.schema.properties?.spec?.required, ["size"]);
  });
  for (const path of paths) {
    await step(`explain ${path.replace(namespace, "…")}`, async () => {
      const { type, fields } = await explain(k, path);
      const lines = fields.map(({ path, type, required }) => {
        return `${path.split(".").at(-1)} <${type}>${required ? " -required-" : ""}`;
      });
      const explained = readExplanation(await kubectl(kubeconfig, "explain", path));
      deepStrictEqual(lines.sort(), explained.fields);
      strictEqual(path.includes(".") ? type : undefined, explained.type);
    });
  }
  await step("a field that is not there", async () => {
    const message = /^Cannot explain "spec\.replica": there is no field "replica" but .*replicas/;
    await rejects(k.explain("deploy", "spec.replica"), { name: "RangeError", message });
  });
  await step("without OpenAPI v3", async () => {
    const v3 = without((request) => request.path.startsWith("/openapi/v3") ? undefined : request);
    using old = await target.connect({ wrap: v3 });
    for (const path of paths) {
      const names = async (client: typeof k) => {
        return (await explain(client, path)).fields.map(({ path, required }) => [path, required]);
      };
      deepStrictEqual(await names(old), await names(k), path);
    }
    using none = await target.connect({
      wrap: without((request) => request.path.startsWith("/openapi/") ? undefined : request),
    });
    strictEqual(await none.schema("deploy"), undefined);
  });
});

const BAD_YAML = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: three
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
      - name: web
        imagee: web:1
`;

const BAD_SCRIPT = `import { script } from "@kubescript/kubescript";
import { ConfigMap } from "@kubescript/kubescript/kinds";
export default script("bad", {
  resources: () => [
    ConfigMap({ metadata: { name: "a" }, dataa: { a: "1" } } as never),
  ],
});
`;

row("E3", "validation of unknown, wrong and missing fields before any request about objects", async (context) => {
  const { target, namespace, step } = context;
  await using folder = await tempFolder();
  const { server, ca } = await target.locate();
  await using proxy = new FaultProxy({ upstream: server, upstreamCa: ca });
  const cluster = { server: proxy.server, "certificate-authority-data": btoa(proxy.ca) };
  const kubeconfig = await adminKubeconfig(folder, context, cluster);
  const plan = async (name: string, text: string) => {
    await Deno.writeTextFile(join(folder.path, name), text);
    proxy.requests.length = 0;
    const { code, stderr } = await runKubescript(["plan", name, `--namespace=${namespace}`], {
      cwd: folder.path,
      env: { KUBECONFIG: kubeconfig, NO_COLOR: "1" },
    });
    strictEqual(code, 1);
    deepStrictEqual(proxy.requests.filter(({ method }) => method !== "GET"), []);
    return stderr;
  };
  await step("YAML", async () => {
    const problems = await plan("web.yaml", BAD_YAML);
    match(problems, /web\.yaml:6 spec\.replicas \(Deployment\/web\): must be an integer, is "three"\n/);
    match(
      problems,
      /web\.yaml:13 spec\.template\.spec\.containers\[0\]\.imagee \(.*\): is unknown: did you mean "image"/,
    );
    match(problems, /web\.yaml:12 spec\.template\.spec\.containers\[0\]\.image \(.*\): is missing\n/);
  });
  await step("script", async () => {
    const problems = await plan("bad.ts", BAD_SCRIPT);
    match(problems, /bad\.ts resources\[0\]\.dataa \(ConfigMap\/a\): is unknown: did you mean "data"\?\n/);
  });
});

row("E4", "version, health and metrics through raw", async ({ k, step }) => {
  await step("/version", async () => {
    const { gitVersion } = await k.version();
    match(gitVersion, /^v1\.\d+\.\d+/);
    strictEqual(JSON.parse(await k.raw("/version")).gitVersion, gitVersion);
  });
  for (const path of ["/healthz", "/livez", "/readyz"]) {
    await step(path, async () => strictEqual(await k.raw(path), "ok"));
  }
  await step("/readyz?verbose", async () => {
    match(await k.raw("/readyz?verbose"), /^\[\+\]ping ok\n[^]*readyz check passed\n$/);
  });
  await step("/metrics", async () => {
    match(await k.raw("/metrics", { accept: "text/plain" }), /^# HELP [^]*\napiserver_request_total\{/m);
  });
  await step("what is not there", async () => {
    await rejects(k.raw("/readyz/nonsense"), (error) => error instanceof ApiError && error.isNotFound);
    await rejects(k.raw("version"), { name: "TypeError" });
  });
});

const FILTER: RequestFilter = {
  acceptHosts: parsePatterns(DEFAULT_FILTER.acceptHosts),
  acceptPaths: parsePatterns(DEFAULT_FILTER.acceptPaths),
  rejectPaths: parsePatterns(DEFAULT_FILTER.rejectPaths),
  rejectMethods: parsePatterns(DEFAULT_FILTER.rejectMethods),
};

/** Sends a request with any head; gives the status code. */
async function statusOf(connecting: Promise<Deno.Conn>, line: string, host: string, ...headers: string[]) {
  using connection = await connecting;
  const head = [`${line} HTTP/1.1`, `host: ${host}`, "connection: close", ...headers, "", ""].join("\r\n");
  await connection.write(new TextEncoder().encode(head));
  const buffer = new Uint8Array(12);
  await connection.read(buffer);
  return Number(new TextDecoder().decode(buffer).slice(9));
}

row(
  "E5",
  "a local proxy: filters, host check, files, Unix socket; watches and upgrades pass through",
  async (context) => {
    const { target, k, namespace, step } = context;
    await using folder = await tempFolder();
    const config = await resolveConfig({ kubeconfig: await adminKubeconfig(folder, context) });
    const anyPort: ListenAddress = { hostname: "127.0.0.1", port: 0 };
    const serve = (options: Partial<ApiProxyOptions> = {}) => {
      return serveApi(config, { address: anyPort, filter: FILTER, ...options });
    };
    const connect = async ({ address }: HttpServer) => {
      const through = { server: `http://${address}`, ca: (await target.locate()).ca };
      return await target.connect({ as: "nobody", namespace, through });
    };
    const ask = ({ address }: HttpServer, line: string, host = "localhost", ...headers: string[]) => {
      const [hostname, port] = address.split(":");
      return statusOf(Deno.connect({ hostname: hostname!, port: Number(port) }), line, host, ...headers);
    };
    const exec = `/api/v1/namespaces/${namespace}/pods/web/exec?command=true`;

    await step("requests and watches, with the proxy's credentials", async () => {
      await using proxy = await serve();
      using through = await connect(proxy);
      strictEqual((await through.whoAmI()).username, "admin");
      const events = through.watch(ConfigMap, { fields: "metadata.name=a" })[Symbol.asyncIterator]();
      const first = events.next();
      const data = { text: "x".repeat(500_000) };
      await through.create(ConfigMap({ metadata: { name: "a" }, data }));
      const { type, object } = (await first).value!;
      deepStrictEqual([type, (object as ConfigMap).data], ["ADDED", data]);
      ok((await namesOf(through.list(ConfigMap))).includes("a"));
      await events.return?.();
    });
    await step("upgrades", async () => {
      await k.create(pod("web", { nodeName: target.processNode, terminationGracePeriodSeconds: 0 }));
      await waitFor(k, Pod, "web", ({ status }) => status?.phase === "Running");
      await using proxy = await serve({ filter: { ...FILTER, rejectPaths: [] } });
      using through = await connect(proxy);
      deepStrictEqual(await through.exec(Pod, "web", ["cat"], { stdin: "x".repeat(100_000) }), {
        exitCode: 0,
        stdout: "x".repeat(100_000),
        stderr: "",
      });
      const { promise: opened, resolve, reject } = Promise.withResolvers<string>();
      const events = new WebSocket(`ws://${proxy.address}/api/v1/namespaces/${namespace}/pods?watch=true`, {
        // Without it, the API server takes the program for a web page of another host.
        headers: { origin: `http://${proxy.address}` },
      });
      events.onmessage = ({ data }) => resolve(data);
      events.onerror = () => reject(new Error("Cannot watch by WebSocket"));
      strictEqual(JSON.parse(await opened).object.metadata.name, "web");
      const closed = new Promise((resolve) => events.onclose = resolve);
      events.close();
      await closed;
    });
    await step("path filter", async () => {
      await using proxy = await serve();
      strictEqual(await ask(proxy, `GET ${exec}`), 403);
      strictEqual(await ask(proxy, `GET ${exec.replace("exec", "%65xec")}`), 403);
      strictEqual(await ask(proxy, `GET /${exec}`), 400);
      await using some = await serve({ filter: { ...FILTER, acceptPaths: parsePatterns("^/version$") } });
      deepStrictEqual([await ask(some, "GET /version"), await ask(some, "GET /api")], [200, 403]);
    });
    await step("method filter", async () => {
      await using proxy = await serve({ filter: { ...FILTER, rejectMethods: parsePatterns("POST,PUT,PATCH,DELETE") } });
      const path = `/api/v1/namespaces/${namespace}/configmaps`;
      deepStrictEqual([await ask(proxy, `GET ${path}`), await ask(proxy, `DELETE ${path}`)], [200, 403]);
    });
    await step("host check", async () => {
      await using proxy = await serve();
      strictEqual(await ask(proxy, "GET /version", "127.0.0.1:8001"), 200);
      strictEqual(await ask(proxy, "GET /version", "example.com"), 403);
      strictEqual(await ask(proxy, "GET /version", "localhost", "origin: http://localhost:3000"), 200);
      strictEqual(await ask(proxy, "GET /version", "localhost", "origin: https://example.com"), 403);
    });
    await step("prefixes and files", async () => {
      await Deno.writeTextFile(join(folder.path, "index.html"), "page");
      const files = { folder: folder.path, prefix: "/" };
      await using proxy = await serve({ apiPrefix: "/k8s/", files });
      const text = async (path: string) => await (await fetch(`http://${proxy.address}${path}`)).text();
      strictEqual(await text("/"), "page");
      ok(JSON.parse(await text("/k8s/version")).gitVersion);
      strictEqual(await ask(proxy, "GET /version"), 404);
    });
    await step("Unix socket", async () => {
      const path = join(folder.path, "proxy.sock");
      await using _proxy = await serve({ address: { path } });
      const connection = Deno.connect({ transport: "unix", path });
      strictEqual(await statusOf(connection, "GET /version", "localhost"), 200);
    });
  },
);
