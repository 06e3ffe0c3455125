/**
 * One measurement of `bench/watch.ts` with `@kubernetes/client-node`, in a process of its own.
 *
 * @module
 */
import process from "node:process";
import { CoreV1Api, KubeConfig, makeInformer, Watch } from "@kubernetes/client-node";

const [mode, plural, namespace, count, resourceVersion] = process.argv.slice(2);
const path = `/api/v1/namespaces/${namespace}/${plural}`;
const total = Number(count);
const labelSelector = "bench=watch";
const startMs = performance.now();
const config = new KubeConfig();
config.loadFromDefault();

if (mode === "replay") await replay();
else await sync();

async function sync() {
  const api = config.makeApiClient(CoreV1Api);
  const list = plural === "pods"
    ? () => api.listNamespacedPod({ namespace, labelSelector })
    : () => api.listNamespacedConfigMap({ namespace, labelSelector });
  const informer = makeInformer(config, path, list, labelSelector);
  const synced = Promise.withResolvers();
  let seen = 0;
  informer.on("add", () => ++seen === total && synced.resolve());
  await informer.start();
  await synced.promise;
  report(performance.now() - startMs, informer.list().length);
}

async function replay() {
  const watch = new Watch(config);
  const objects = new Map();
  const done = Promise.withResolvers();
  let seen = 0;
  const replayStartMs = performance.now();
  const onEvent = (_type, object) => {
    objects.set(object.metadata.name, object);
    if (++seen === total) done.resolve();
  };
  await watch.watch(path, { labelSelector, resourceVersion, timeoutSeconds: 300 }, onEvent, () => {});
  await done.promise;
  report(performance.now() - replayStartMs, objects.size);
}

function report(ms, objects) {
  setTimeout(() => {
    const rssMiB = process.memoryUsage().rss / 2 ** 20;
    const { user, system } = process.cpuUsage();
    console.log(JSON.stringify({ ms, cpuMs: (user + system) / 1_000, objects, rssMiB }));
    process.exit(0);
  }, 2_000);
}
