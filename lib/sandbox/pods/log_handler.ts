/**
 * `pods/log`: what containers wrote.
 *
 * @module
 */

import type { Pod } from "../../kinds/core/v1.ts";
import type { Live } from "../../kube/live.ts";
import type { SubresourceHandler } from "../api/api_server.ts";
import { badRequest } from "../registry/status_error.ts";
import type { ContainerLog, LogSelection } from "./container_log.ts";
import type { Kubelet } from "./kubelet.ts";
import { containerName, workerOf } from "./pod_requests.ts";

/**
 * Makes the handler of logs.
 *
 * @param kubelet What runs Pods.
 * @returns The handler.
 */
export function logHandler(kubelet: Kubelet): SubresourceHandler {
  return ({ info, query, incoming }, resource, { registry }) => {
    const pod = registry.get(resource, info.namespace, info.name) as unknown as Live<Pod>;
    const container = containerName(pod, query.get("container"));
    const selection = selectionOf(query, registry.clock.now());
    const headers = { "content-type": "text/plain" };
    // Of a Pod that has no Node there is nothing to read, which is no error.
    if (!pod.spec?.nodeName) return new Response("", { headers });
    const log = logOf(kubelet, pod, container, isTrue(query, "previous"));
    const body = ReadableStream.from(log.read(selection, incoming.signal)) as ReadableStream<Uint8Array<ArrayBuffer>>;
    return new Response(body, { headers });
  };
}

function logOf(kubelet: Kubelet, pod: Live<Pod>, name: string, previous: boolean): ContainerLog {
  const container = workerOf(kubelet, pod).find(name);
  const where = `container "${name}" in pod "${pod.metadata.name}"`;
  if (previous) {
    if (container?.previousLog) return container.previousLog;
    throw badRequest(`previous terminated ${where} not found`);
  }
  if (!container) throw badRequest(`${where} is not available`);
  if (container.log) return container.log;
  throw badRequest(`${where} is waiting to start: ${container.state.waiting?.reason}`);
}

function selectionOf(query: URLSearchParams, nowMs: number): LogSelection {
  const number = (name: string) => query.has(name) ? Number(query.get(name)) : undefined;
  const sinceSeconds = number("sinceSeconds");
  const sinceTime = query.get("sinceTime");
  return {
    follow: isTrue(query, "follow"),
    timestamps: isTrue(query, "timestamps"),
    tailLines: number("tailLines"),
    limitBytes: number("limitBytes"),
    sinceMs: sinceSeconds !== undefined ? nowMs - sinceSeconds * 1_000 : sinceTime ? Date.parse(sinceTime) : undefined,
  };
}

function isTrue(query: URLSearchParams, name: string): boolean {
  return query.get(name) === "true" || query.get(name) === "1";
}
