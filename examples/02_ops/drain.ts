#!/usr/bin/env -S deno run -A
/**
 * Drains a Node, as `kubectl drain --ignore-daemonsets` does: it gets no new Pods, and those that it has are evicted as
 * fast as their PodDisruptionBudgets allow. If that fails, the Node stays cordoned: run it again.
 */
import { setTimeout } from "node:timers/promises";
import { ApiError, connect, controllerOf, KubescriptError, type Live, parseDuration } from "@kubescript/kubescript";
import { Node, Pod } from "@kubescript/kubescript/kinds";

await using k = await connect({ usage: "drain.ts NODE [TIMEOUT]" });
const [node = k.usage(), timeout = "10m"] = k.args;
const endMs = performance.now() + parseDuration(timeout);

await k.patch(Node, node, { spec: { unschedulable: true } });
for (let pods = await listPods(); pods.length > 0; pods = await listPods()) {
  const lost = pods.find((pod) => !controllerOf(pod) && !/Succeeded|Failed/.test(pod.status?.phase ?? ""));
  if (lost) throw new KubescriptError(`Cannot evict Pod "${lost.metadata.name}": it has no controller to replace it`);
  for (const pod of pods) await evict(pod);
  if (k.dryRun) break; // in which none of them goes
  if (performance.now() > endMs) {
    throw new KubescriptError(`Cannot drain Node "${node}" within ${timeout}: Pods left: ${pods.length}`);
  }
  await setTimeout(2_000, undefined, { signal: k.signal });
}

async function listPods(): Promise<Live<Pod>[]> {
  const pods = await k.list(Pod, { allNamespaces: true, fields: `spec.nodeName=${node}` }).toArray();
  // A DaemonSet would put its Pods back at once, and mirror Pods are the kubelet's own.
  return pods.filter((pod) =>
    controllerOf(pod)?.kind !== "DaemonSet" && !pod.metadata.annotations?.["kubernetes.io/config.mirror"]
  );
}

async function evict(pod: Live<Pod>): Promise<void> {
  const { name, namespace, deletionTimestamp } = pod.metadata;
  if (deletionTimestamp) return;
  const error = await k.evict(Pod, pod).catch((error) => error);
  if (error instanceof ApiError && error.isTooManyRequests) {
    console.log(`${namespace}/${name} has to wait: ${error.causes[0]?.message ?? error.message}`);
  } else if (error && !(error.isNotFound || error.isConflict)) throw error; // it is gone, or another has its name
}
