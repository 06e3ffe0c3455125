import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { serveHttp } from "../../client/transport/http_server.ts";
import { budgets, configMap, pods, testWorld } from "../registry/test_world_test.ts";
import { apiHandler } from "./api_server.ts";

const anyPort = { hostname: "127.0.0.1", port: 0 };

/** Starts a server and gives what sends requests to it. */
async function serve(world = testWorld()) {
  const server = await serveHttp(anyPort, apiHandler({ registry: world.registry }));
  const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    fetch(`http://${server.address}${path}`, {
      method,
      headers: { "content-type": "application/json", ...headers },
      ...body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) },
    });
  return {
    ...world,
    send,
    // deno-lint-ignore no-explicit-any -- tests read what they expect
    json: async (...args: Parameters<typeof send>): Promise<any> => await (await send(...args)).json(),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const CONFIG_MAPS = "/api/v1/namespaces/shop/configmaps";

Deno.test("apiHandler() serves all verbs", async () => {
  await using api = await serve();
  const created = await api.send("POST", CONFIG_MAPS, configMap("a", { x: "1" }));
  strictEqual(created.status, 201);
  const object = await created.json();
  match(object.metadata.uid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  deepStrictEqual(await api.json("GET", `${CONFIG_MAPS}/a`), object);

  const list = await api.json("GET", CONFIG_MAPS);
  strictEqual(list.kind, "ConfigMapList");
  deepStrictEqual(list.items.map(({ metadata }: typeof object) => metadata.name), ["a"]);
  strictEqual("kind" in list.items[0], false);

  const updated = await api.json("PUT", `${CONFIG_MAPS}/a`, { ...object, data: { x: "2" } });
  strictEqual(updated.data.x, "2");
  const stale = await api.send("PUT", `${CONFIG_MAPS}/a`, { ...object, data: { x: "3" } });
  strictEqual(stale.status, 409);
  strictEqual(
    (await stale.json()).message,
    'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
  );

  const patched = await api.json("PATCH", `${CONFIG_MAPS}/a`, { data: { y: "1" } }, {
    "content-type": "application/merge-patch+json",
  });
  deepStrictEqual(patched.data, { x: "2", y: "1" });

  const deleted = await api.json("DELETE", `${CONFIG_MAPS}/a`);
  deepStrictEqual(deleted.details, { name: "a", kind: "configmaps", uid: object.metadata.uid });
  deepStrictEqual(await api.json("GET", `${CONFIG_MAPS}/a`), {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: 'configmaps "a" not found',
    reason: "NotFound",
    details: { name: "a", kind: "configmaps" },
    code: 404,
  });
});

Deno.test("apiHandler() applies and tells who owns what", async () => {
  await using api = await serve();
  const apply = (manager: string, data: Record<string, string>, query = "") =>
    api.send("PATCH", `${CONFIG_MAPS}/a?fieldManager=${manager}${query}`, configMap("a", data), {
      "content-type": "application/apply-patch+yaml",
    });
  const first = await apply("one", { x: "1" });
  strictEqual(first.status, 201);
  const { metadata } = await first.json();
  deepStrictEqual(metadata.managedFields[0].fieldsV1, { "f:data": { "f:x": {} } });
  const again = await apply("one", { x: "1" });
  strictEqual(again.status, 200);
  strictEqual((await again.json()).metadata.resourceVersion, metadata.resourceVersion);
  const conflict = await apply("two", { x: "2" });
  strictEqual(conflict.status, 409);
  strictEqual((await conflict.json()).message, 'Apply failed with 1 conflict: conflict with "one": .data.x');
  strictEqual((await (await apply("two", { x: "2" }, "&force=true")).json()).data.x, "2");
});

Deno.test("apiHandler() streams watches", async () => {
  await using api = await serve();
  const answer = await api.send("GET", `${CONFIG_MAPS}?watch=1&labelSelector=app%3Da`);
  strictEqual(answer.headers.get("content-type"), "application/json");
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  const next = async () => JSON.parse((await reader.read()).value!);
  await api.send("POST", CONFIG_MAPS, configMap("a", {}, { labels: { app: "a" } })).then((r) => r.body?.cancel());
  const added = await next();
  deepStrictEqual([added.type, added.object.metadata.name], ["ADDED", "a"]);
  await api.send("PATCH", `${CONFIG_MAPS}/a`, { metadata: { labels: null } }, {
    "content-type": "application/merge-patch+json",
  }).then((r) => r.body?.cancel());
  const deleted = await next();
  strictEqual(deleted.type, "DELETED");
  deepStrictEqual(deleted.object.metadata.labels, { app: "a" });
  ok(Number(deleted.object.metadata.resourceVersion) > Number(added.object.metadata.resourceVersion));
  await reader.cancel();
});

Deno.test("apiHandler() refuses as the API server does", async (t) => {
  const cases: [
    method: string,
    path: string,
    headers: Record<string, string>,
    body: string | undefined,
    expected: string,
  ][] = [
    ["GET", "/nope", {}, undefined, "404 404 page not found\n"],
    ["GET", "/apis/nope/v1/foo", {}, undefined, "404 404 page not found\n"],
    ["GET", "/api/v1/foo", {}, undefined, "404 the server could not find the requested resource"],
    ["GET", `${CONFIG_MAPS}/a/foo`, {}, undefined, "404 the server could not find the requested resource"],
    ["POST", "/api/v1/configmaps", {}, "{}", "405 the server does not allow this method on the requested resource"],
    ["OPTIONS", CONFIG_MAPS, {}, undefined, "405 the server does not allow this method on the requested resource"],
    [
      "POST",
      CONFIG_MAPS,
      { "content-type": "text/plain" },
      "{}",
      "415 the body of the request was in an unknown format - accepted media types include: application/json, " +
      "application/yaml, application/vnd.kubernetes.protobuf",
    ],
    [
      "POST",
      CONFIG_MAPS,
      { "content-type": "application/vnd.kubernetes.protobuf" },
      "abc",
      "400 the object provided is unrecognized (must be of type ConfigMap): provided data does not appear to be a " +
      "protobuf message, expected prefix [107 56 115 0] (616263)",
    ],
    [
      "GET",
      CONFIG_MAPS,
      { accept: "text/html" },
      undefined,
      "406 406: Not Acceptable\n\nAvailable representations: application/json, application/yaml",
    ],
    [
      "GET",
      CONFIG_MAPS,
      { accept: "application/json;as=Foo;v=v1;g=meta.k8s.io" },
      undefined,
      "406 only the following media types are accepted: application/json, application/yaml",
    ],
    ["GET", `${CONFIG_MAPS}?limit=x`, {}, undefined, '400 strconv.ParseInt: parsing "x": invalid syntax'],
    [
      "POST",
      `${CONFIG_MAPS}?dryRun=x`,
      {},
      "{}",
      '422 CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["x"]: supported values: "All"',
    ],
    ["POST", CONFIG_MAPS, {}, " ".repeat(3 * 1024 * 1024 + 1), "413 Request entity too large: limit is 3145728"],
    [
      "PATCH",
      `${CONFIG_MAPS}/a?force=true`,
      { "content-type": "application/merge-patch+json" },
      "{}",
      '422 PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
    ],
    [
      "PATCH",
      `${CONFIG_MAPS}/a`,
      { "content-type": "application/apply-patch+yaml" },
      "{}",
      '422 PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    ],
  ];
  await using api = await serve();
  for (const [method, path, headers, body, expected] of cases) {
    await t.step(`${method} ${path} ${JSON.stringify(headers)}`, async () => {
      const answer = await api.send(method, path, body, headers);
      const text = await answer.text();
      const message = text.startsWith("{") ? JSON.parse(text).message : text;
      strictEqual(`${answer.status} ${message}`, expected);
    });
  }
});

Deno.test("apiHandler() answers in the form that the client asks for", async (t) => {
  await using api = await serve();
  await api.json("POST", CONFIG_MAPS, configMap("a", { x: "1" }));
  const cases: [path: string, headers: Record<string, string>, expected: RegExp][] = [
    [
      "/a",
      { accept: "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io" },
      /^\{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io\/v1","metadata":\{"name":"a"/,
    ],
    [
      "",
      { accept: "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json" },
      /^\{"kind":"PartialObjectMetadataList"/,
    ],
    [
      "",
      { accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json" },
      /^\{"kind":"Table".*"cells":\["a"\]/,
    ],
    ["/a", { accept: "application/vnd.kubernetes.protobuf,application/json" }, /^\{"kind":"ConfigMap"/],
    ["/a", { accept: "application/yaml" }, /^apiVersion: v1\ndata:\n {2}x: "?'?1/],
    ["/a?pretty=true", {}, /^\{\n {2}"kind": "ConfigMap",\n/],
  ];
  for (const [path, headers, expected] of cases) {
    await t.step(`${path} ${headers.accept}`, async () => {
      match(await (await api.send("GET", CONFIG_MAPS + path, undefined, headers)).text(), expected);
    });
  }
});

Deno.test("apiHandler() tells of unknown fields, and who wrote what, by headers", async () => {
  await using api = await serve();
  const answer = await api.send("POST", CONFIG_MAPS, { metadata: { name: "a", labels: { a: "b" } }, foo: 1 }, {
    "user-agent": "tool/1.0 (x)",
  });
  strictEqual(answer.headers.get("warning"), '299 - "unknown field \\"foo\\""');
  strictEqual((await answer.json()).metadata.managedFields[0].manager, "tool");
});

Deno.test("apiHandler() scales", async () => {
  await using api = await serve();
  const path = "/apis/apps/v1/namespaces/shop/deployments";
  await api.json("POST", path, { metadata: { name: "a" }, spec: { replicas: 2 } });
  deepStrictEqual((await api.json("GET", `${path}/a/scale`)).spec, { replicas: 2 });
  const scaled = await api.json("PUT", `${path}/a/scale`, { metadata: { name: "a" }, spec: { replicas: 3 } });
  deepStrictEqual([scaled.kind, scaled.spec], ["Scale", { replicas: 3 }]);
  const { spec, metadata } = await api.json("GET", `${path}/a`);
  deepStrictEqual([spec.replicas, metadata.generation], [3, 2]);
});

Deno.test("apiHandler() binds and evicts Pods as far as budgets allow", async () => {
  await using api = await serve();
  const { registry } = api;
  const PODS = "/api/v1/namespaces/shop/pods";
  await api.json("POST", PODS, { metadata: { name: "p", labels: { app: "a" } }, spec: {} });
  const binding = { metadata: { name: "p" }, target: { kind: "Node", name: "n" } };
  strictEqual((await api.json("POST", `${PODS}/p/binding`, binding)).status, "Success");
  match((await api.json("POST", `${PODS}/p/binding`, binding)).message, /pod p is already assigned to node "n"$/);

  const status = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
  const pod = await api.json("GET", `${PODS}/p`);
  registry.update(pods, "shop", "p", { ...pod, status }, { subresource: "status" });
  const budget = { apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata: { name: "b" } };
  const spec = { selector: { matchLabels: { app: "a" } } };
  const allow = (disruptionsAllowed: number) => {
    const draft = { ...budget, spec, status: { disruptionsAllowed, currentHealthy: 1, desiredHealthy: 1 } };
    registry.update(budgets, "shop", "b", draft, { subresource: "status" });
  };
  registry.create(budgets, "shop", { ...budget, spec } as typeof budget);
  allow(0);
  const refused = await api.send("POST", `${PODS}/p/eviction`, { metadata: { name: "p" } });
  strictEqual(refused.status, 429);
  strictEqual(
    (await refused.json()).details.causes[0].message,
    "The disruption budget b needs 1 healthy pods and has 1 currently",
  );
  allow(1);
  strictEqual((await api.json("POST", `${PODS}/p/eviction`, { metadata: { name: "p" } })).status, "Success");
  const evicted = await api.json("GET", `${PODS}/p`);
  ok(evicted.metadata.deletionTimestamp);
  strictEqual(evicted.status.conditions.at(-1).type, "DisruptionTarget");
});

Deno.test("apiHandler() keeps Namespaces until they are finalized", async () => {
  await using api = await serve();
  const path = "/api/v1/namespaces";
  await api.json("POST", path, { metadata: { name: "n" }, spec: { finalizers: ["kubernetes"] } });
  strictEqual((await api.json("DELETE", `${path}/n`)).status.phase, "Terminating");
  const finalized = await api.json("PUT", `${path}/n/finalize`, { metadata: { name: "n" }, spec: {} });
  strictEqual(finalized.metadata.name, "n");
  strictEqual((await api.send("GET", `${path}/n`).then((answer) => answer.json())).code, 404);
});
