import { deepStrictEqual, match, ok, rejects, strictEqual, throws } from "node:assert/strict";
import { join } from "node:path";
import type { Client } from "../../lib/client/client.ts";
import { ApiError } from "../../lib/client/errors.ts";
import type { RestMapper } from "../../lib/client/rest_mapper.ts";
import type { Sender } from "../../lib/client/sender.ts";
import { Deployment } from "../../lib/kinds/mod.ts";
import type { KubeRequest } from "../../lib/kube/request.ts";
import { collectionPath } from "../../lib/kube/resource_path.ts";
import { tokens } from "../cluster/pki.ts";
import { runKubescript, tempFolder } from "../e2e/kubescript.ts";
import { until } from "../e2e/objects.ts";
import { FaultProxy } from "../../lib/testing/faults/fault_proxy.ts";
import { writeKubeconfig } from "./kubeconfigs.ts";
import { NAMES } from "./names.ts";
import { recorder } from "./recorder.ts";
import { row } from "./row.ts";
import { installWidgets } from "./widgets.ts";

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

const CATEGORIES: Readonly<Record<string, readonly string[]>> = {
  all: [
    "pods",
    "services",
    "deployments.apps",
    "statefulsets.apps",
    "jobs.batch",
    "horizontalpodautoscalers.autoscaling",
  ],
  "api-extensions": ["customresourcedefinitions.apiextensions.k8s.io", "apiservices.apiregistration.k8s.io"],
};

row("E1", "discovery: endpoints, fallback, names and categories as kubectl resolves them", async (context) => {
  const { target, k, namespace, step, compare } = context;
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
    const list = Object.keys(names);
    const resolved = list.map((name) => mapper.resolve(name));
    await step(`names: ${list.join(", ")}`, () => {
      deepStrictEqual(
        resolved.map(({ plural, version, group }) => `${plural}.${version}.${group}`),
        Object.values(names),
      );
      return Promise.resolve();
    });
    await compare(`names: ${list.join(", ")}, as kubectl`, async (kubectl) => {
      const shown = await kubectl("get", list.join(","), "-v=6", `--namespace=${namespace}`);
      const paths = Array.from(shown.matchAll(/url="[^"]*?(\/apis?\/[^"?]*)\?limit=500"/g), ([, path]) => path);
      deepStrictEqual(resolved.map((type) => collectionPath(type, namespace)), paths);
    });
  }
  const { group, shortName } = widgets;
  const custom = {
    [shortName]: "v1",
    [`widgets.${group}`]: "v1",
    [`Widget.${group}`]: "v1",
    [`widgets.v1beta1.${group}`]: "v1beta1",
  };
  await step("names of custom resources", () => {
    for (const [name, version] of Object.entries(custom)) strictEqual(mapper.resolve(name).version, version, name);
    return Promise.resolve();
  });
  await compare("names of custom resources, as kubectl", async (kubectl) => {
    for (const name of Object.keys(custom)) {
      const shown = await kubectl("get", name, "-v=6", `--namespace=${namespace}`);
      ok(shown.includes(`${collectionPath(mapper.resolve(name), namespace)}?limit=500`), name);
    }
  });
  for (const [category, some] of Object.entries({ ...CATEGORIES, toys: [`widgets.${group}`] })) {
    const found = mapper.category(category).map(({ plural, group }) => group ? `${plural}.${group}` : plural);
    await step(`category ${category}`, () => {
      deepStrictEqual(some.filter((name) => !found.includes(name)), []);
      return Promise.resolve();
    });
    await compare(`category ${category}, as kubectl`, async (kubectl) => {
      const listed = await kubectl("api-resources", `--categories=${category}`, "--output=name");
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
  const { target, k, namespace, step, compare } = context;
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
  await compare("kubectl forgets the list of kinds that it has in its cache", async (kubectl) => {
    await kubectl("api-resources", "--cached=false");
  });
  await step("schema of a kind", async () => {
    for (const kind of [Deployment, "deploy", "deployments.v1.apps"]) {
      const { schema, find } = (await k.schema(kind))!;
      strictEqual(schema, find("io.k8s.api.apps.v1.Deployment"));
    }
    deepStrictEqual((await k.schema(widgets.Widget))?.schema.properties?.spec?.required, ["size"]);
  });
  for (const path of paths) {
    await compare(`explain ${path.replace(namespace, "…")}, as kubectl`, async (kubectl) => {
      const { type, fields } = await explain(k, path);
      const lines = fields.map(({ path, type, required }) => {
        return `${path.split(".").at(-1)} <${type}>${required ? " -required-" : ""}`;
      });
      const explained = readExplanation(await kubectl("explain", path));
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
  const kubeconfig = await writeKubeconfig(folder, target, { cluster, user: { token: tokens.admin } });
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
