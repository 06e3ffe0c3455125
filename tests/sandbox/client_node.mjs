/**
 * What `tests/sandbox/client_node_test.ts` does with `@kubernetes/client-node`, in a process of its own: prints what it
 * sees, one JSON value on each line.
 *
 * @module
 */
// deno-lint-ignore-file no-import-prefix -- nothing else uses it
import { createConnection, createServer } from "node:net";
import process from "node:process";
import { Readable, Writable } from "node:stream";
import {
  AppsV1Api,
  Attach,
  CoreV1Api,
  Exec,
  KubeConfig,
  KubernetesObjectApi,
  Log,
  makeInformer,
  PatchStrategy,
  PortForward,
  setHeaderOptions,
  Watch,
} from "npm:@kubernetes/client-node@2.0.1";

const namespace = "default";
const config = new KubeConfig();
config.loadFromDefault();
const core = config.makeApiClient(CoreV1Api);
const apps = config.makeApiClient(AppsV1Api);

const steps = { objects, patches, refusals, watches, informer, workloads, streams, ports };
for (const [name, step] of Object.entries(steps)) {
  const timer = setTimeout(() => (console.error(`${name} takes too long`), process.exit(1)), 20_000);
  console.log(JSON.stringify([name, await step()]));
  clearTimeout(timer);
}
process.exit(0);

async function objects() {
  const body = { metadata: { name: "a", labels: { set: "one" } }, data: { x: "1" } };
  const { metadata } = await core.createNamespacedConfigMap({ namespace, body });
  const list = await core.listNamespacedConfigMap({ namespace, labelSelector: "set=one", limit: 1 });
  return [typeof metadata.uid, list.items.map(({ data }) => data)];
}

async function patches() {
  const api = KubernetesObjectApi.makeApiClient(config);
  const applied = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace }, data: { y: "2" } };
  await api.patch(applied, undefined, undefined, "me", true, PatchStrategy.ServerSideApply);
  for (
    const [type, body] of [
      [PatchStrategy.MergePatch, { data: { z: "3" } }],
      [PatchStrategy.JsonPatch, [{ op: "remove", path: "/data/x" }]],
      [PatchStrategy.StrategicMergePatch, { metadata: { labels: { more: "yes" } } }],
    ]
  ) await core.patchNamespacedConfigMap({ namespace, name: "a", body }, setHeaderOptions("Content-Type", type));
  const { data, metadata } = await core.readNamespacedConfigMap({ namespace, name: "a" });
  return [data, metadata.labels, metadata.managedFields.map(({ operation }) => operation)];
}

async function refusals() {
  try {
    await core.readNamespacedConfigMap({ namespace, name: "none" });
  } catch ({ code, body }) {
    return [code, JSON.parse(body).reason];
  }
}

async function watches() {
  const seen = [];
  const enough = Promise.withResolvers();
  const request = await new Watch(config).watch(
    `/api/v1/namespaces/${namespace}/configmaps`,
    { labelSelector: "set=two" },
    (type, { metadata }) => seen.push([type, metadata.name]) === 2 && enough.resolve(),
    () => {},
  );
  await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: "b", labels: { set: "two" } } } });
  await core.deleteNamespacedConfigMap({ namespace, name: "b" });
  await enough.promise;
  request.abort();
  return seen;
}

async function informer() {
  const labelSelector = "set=three";
  const list = () => core.listNamespacedConfigMap({ namespace, labelSelector });
  const informer = makeInformer(config, `/api/v1/namespaces/${namespace}/configmaps`, list, labelSelector);
  const updated = Promise.withResolvers();
  const added = Promise.withResolvers();
  informer.on("add", ({ metadata }) => added.resolve(metadata.name));
  informer.on("update", ({ data }) => updated.resolve(data));
  informer.on("error", updated.reject);
  await informer.start();
  const body = { metadata: { name: "c", labels: { set: "three" } } };
  await core.createNamespacedConfigMap({ namespace, body });
  const name = await added.promise;
  await core.replaceNamespacedConfigMap({ namespace, name: "c", body: { ...body, data: { new: "yes" } } });
  const data = await updated.promise;
  await informer.stop();
  return [name, data];
}

async function workloads() {
  const template = { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "main", image: "web:1" }] } };
  const spec = { replicas: 2, selector: { matchLabels: { app: "web" } }, template };
  await apps.createNamespacedDeployment({ namespace, body: { metadata: { name: "web" }, spec } });
  for (;;) {
    const { status } = await apps.readNamespacedDeployment({ namespace, name: "web" });
    if (status.availableReplicas === 2) return status.availableReplicas;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function streams() {
  const containers = [{ name: "main", image: "none", command: ["sh", "-c", "echo ready; exec cat"], stdin: true }];
  await core.createNamespacedPod({ namespace, body: { metadata: { name: "tool" }, spec: { containers } } });
  const phase = async () => (await core.readNamespacedPod({ namespace, name: "tool" })).status.phase;
  while (await phase() !== "Running") await new Promise((resolve) => setTimeout(resolve, 20));
  const ran = await run(["sh", "-c", "cat; echo failed >&2; exit 3"], "hello\n");
  const attached = collect("echoed");
  const connection = await new Attach(config).attach(
    ...[namespace, "tool", "main", attached.stream, null, Readable.from(["echoed\n"]), false],
  );
  await attached.done;
  connection.close();
  const log = collect("ready");
  (await new Log(config).log(namespace, "tool", "main", log.stream, { follow: true }), await log.done);
  return [ran, log.text().split("\n")[0]];
}

async function run(command, input) {
  const [stdout, stderr] = [collect(), collect()];
  const status = await new Promise((resolve, reject) => {
    const stdin = Readable.from([input]);
    new Exec(config).exec(namespace, "tool", "main", command, stdout.stream, stderr.stream, stdin, false, resolve)
      .catch(reject);
  });
  return [stdout.text(), stderr.text(), status.reason, status.details.causes[0].message];
}

/** A stream that keeps what is written to it, and tells when a text has come. */
function collect(wanted) {
  let text = "";
  const done = Promise.withResolvers();
  const stream = new Writable({
    write(chunk, _encoding, callback) {
      text += chunk;
      if (wanted !== undefined && text.includes(wanted)) done.resolve();
      callback();
    },
  });
  return { stream, done: done.promise, text: () => text };
}

async function ports() {
  const echo = createServer((socket) => socket.pipe(socket)).listen(0, "127.0.0.1");
  await new Promise((resolve) => echo.on("listening", resolve));
  const { port } = echo.address();
  const forward = new PortForward(config);
  const ask = async (target) => {
    const errors = collect("refused");
    const server = createServer((socket) =>
      forward.portForward(namespace, "tool", [target], socket, errors.stream, socket)
    );
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    const socket = createConnection(server.address().port, "127.0.0.1");
    const answer = new Promise((resolve) => socket.on("data", (data) => resolve(String(data))));
    socket.write("hello");
    const said = await Promise.race([answer, errors.done.then(() => "refused")]);
    socket.destroy();
    server.close();
    return said;
  };
  const answers = [await ask(port), await ask(1)];
  echo.close();
  return answers;
}
