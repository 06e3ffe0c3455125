/**
 * One measurement of `bench/latency.ts` with `@kubernetes/client-node`, in a process of its own. For `bench/outage.ts`
 * it prints what it is told.
 *
 * @module
 */
import https from "node:https";
import process from "node:process";
import { CoreV1Api, KubeConfig, makeInformer } from "@kubernetes/client-node";

const UPDATES = 1_000;
const INTERVAL_MS = 10;

const [mode, namespace, countText] = process.argv.slice(2);
const count = Number(countText);
const labelSelector = "bench=latency";
const collection = `/api/v1/namespaces/${namespace}/configmaps`;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};
const startMs = performance.now();
const config = new KubeConfig();
config.loadFromDefault();
const api = config.makeApiClient(CoreV1Api);
const list = () => api.listNamespacedConfigMap({ namespace, labelSelector });
const informer = makeInformer(config, collection, list, labelSelector);
let handle = () => {};
const names = new Set();
const started = Promise.withResolvers();
for (const event of ["add", "update"]) {
  informer.on(event, (object) => {
    names.add(object.metadata.name);
    if (names.size === count) started.resolve();
    handle(object);
  });
}
// As its documentation says.
informer.on("error", () => setTimeout(() => informer.start(), 5_000));
await informer.start();
await started.promise;
const startedMs = performance.now() - startMs;
if (mode === "outage") {
  handle = ({ data }) => console.log(data.touched);
  console.log("ready");
  await new Promise(() => {});
}
await sleep(3_000);
if (mode === "latency") await measureLatency();
else await measureBurst();
process.exit(0);

async function measureLatency() {
  const seen = new Map();
  handle = ({ metadata }) => seen.set(metadata.resourceVersion, performance.now());
  const cluster = config.getCurrentCluster();
  const user = config.getCurrentUser();
  const decode = (text) => text && Buffer.from(text, "base64");
  const tls = { ca: decode(cluster.caData), cert: decode(user.certData), key: decode(user.keyData) };
  const agent = new https.Agent({ keepAlive: true, ...tls });
  const written = new Map();
  const put = (i) =>
    new Promise((resolve, reject) => {
      const name = `object-${i % 100}`;
      const headers = { "content-type": "application/json", ...(user.token && { authorization: `Bearer ${user.token}` }) };
      const request = https.request(`${cluster.server}${collection}/${name}`, { method: "PUT", agent, headers }, (answer) => {
        let text = "";
        answer.on("data", (chunk) => text += chunk);
        answer.on("end", () => {
          written.set(JSON.parse(text).metadata.resourceVersion, performance.now());
          resolve();
        });
      });
      request.on("error", reject);
      const metadata = { name, labels: { bench: "latency" } };
      request.end(JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", data: { update: String(i) }, metadata }));
    });
  const puts = [];
  const fromMs = performance.now();
  for (let i = 0; i < UPDATES; i++) {
    await sleep(Math.max(0, fromMs + i * INTERVAL_MS - performance.now()));
    puts.push(put(i));
  }
  await Promise.all(puts);
  await sleep(1_000);
  const delays = [...written].map(([version, atMs]) => (seen.get(version) ?? Infinity) - atMs).sort((a, b) => a - b);
  const known = delays.filter(Number.isFinite);
  const at = (share) => known[Math.floor(known.length * share)];
  console.log(JSON.stringify({ p50Ms: at(0.5), p99Ms: at(0.99), handled: known.length }));
}

async function measureBurst() {
  const before = cpuMs();
  const latest = new Set();
  const done = Promise.withResolvers();
  let last = performance.now();
  handle = (object) => {
    last = performance.now();
    latest.add(`${object.metadata.name} ${object.data?.touched}`);
    if (latest.size >= count) done.resolve();
  };
  console.log("ready");
  await done.promise;
  while (performance.now() - last < 1_000) await sleep(200);
  console.log(JSON.stringify({ startMs: startedMs, cpuMs: cpuMs() - before }));
}
