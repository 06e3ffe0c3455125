/**
 * Requests to the subresources of Pods that are streams: log, exec, attach, portforward.
 *
 * Options carry the API's own names, see `PodLogOptions v1 core`, `PodExecOptions v1 core` and so on.
 *
 * @module
 */

import { type KubeRequest, queryString } from "./request.ts";
import { formatRef } from "./object_ref.ts";
import { objectPath } from "./resource_path.ts";
import type { ResourceType } from "./resource_type.ts";

/** The kind of Pods. */
export const POD_TYPE: ResourceType = { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true };

/** Which Pod. */
export interface PodAddress {
  /** The namespace. */
  readonly namespace: string;
  /** The name. */
  readonly name: string;
}

/** Which part of a container's log is read. See `PodLogOptions v1 core`. */
export interface LogQuery {
  /** The container; needed if the Pod has several. */
  readonly container?: string | undefined;
  /** Whether to go on with what is logged later. */
  readonly follow?: boolean | undefined;
  /** Whether the log of the run before the last restart is meant. */
  readonly previous?: boolean | undefined;
  /** Only lines of so many seconds. */
  readonly sinceSeconds?: number | undefined;
  /** Only lines from a time on, RFC 3339. */
  readonly sinceTime?: string | undefined;
  /** How many lines before the end to begin with. */
  readonly tailLines?: number | undefined;
  /** How many bytes to read at most; the last line may be cut. */
  readonly limitBytes?: number | undefined;
  /** Whether each line begins with its time, RFC 3339. */
  readonly timestamps?: boolean | undefined;
}

/** Which streams of a container are connected. See `PodAttachOptions v1 core`. */
export interface AttachQuery {
  /** The container; needed if the Pod has several. */
  readonly container?: string | undefined;
  /** Whether to send to stdin. */
  readonly stdin?: boolean | undefined;
  /** Whether to receive stdout. */
  readonly stdout?: boolean | undefined;
  /** Whether to receive stderr; not with a terminal, which has but one output. */
  readonly stderr?: boolean | undefined;
  /** Whether the process has a terminal. */
  readonly tty?: boolean | undefined;
}

/** What is run in a container. See `PodExecOptions v1 core`. */
export interface ExecQuery extends AttachQuery {
  /** The program and its arguments; no shell is between. */
  readonly command: readonly string[];
}

/**
 * Reads the log of a container.
 *
 * @param pod Which Pod.
 * @param query Which container, and which part of its log.
 * @returns The request; its answer is text.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const { path } = logRequest({ namespace: "shop", name: "web-0" }, { tailLines: 10 });
 * strictEqual(path, "/api/v1/namespaces/shop/pods/web-0/log?tailLines=10");
 * ```
 */
export function logRequest(pod: PodAddress, query: LogQuery = {}): KubeRequest {
  // The answer is plain text, and a refusal is JSON.
  return { ...podRequest("read the log of", pod, "log", query), verb: "get", accept: "application/json, */*" };
}

/**
 * Runs a command in a container.
 *
 * @param pod Which Pod.
 * @param query The container, the command, its streams.
 * @returns The request, to be upgraded to a WebSocket.
 */
export function execRequest(pod: PodAddress, query: ExecQuery): KubeRequest {
  return podRequest(`run "${query.command[0]}" in`, pod, "exec", query);
}

/**
 * Connects to the process that a container runs.
 *
 * @param pod Which Pod.
 * @param query The container, its streams.
 * @returns The request, to be upgraded to a WebSocket.
 */
export function attachRequest(pod: PodAddress, query: AttachQuery): KubeRequest {
  return podRequest("attach to", pod, "attach", query);
}

/**
 * Connects to ports of a Pod.
 *
 * @param pod Which Pod.
 * @returns The request, to be upgraded to a WebSocket.
 */
export function portForwardRequest(pod: PodAddress): KubeRequest {
  return podRequest("forward a port to", pod, "portforward", {});
}

// Authorization asks for `get`, as the method is GET, and since Kubernetes 1.35 for `create` as well. What is done is not
// a read, so it is called `create` here.
function podRequest(what: string, pod: PodAddress, subresource: string, query: object): KubeRequest {
  const { namespace, name } = pod;
  const idempotent = subresource === "log";
  const target = { type: POD_TYPE, namespace, name, subresource };
  const path = objectPath(POD_TYPE, target) + queryString(query);
  return {
    method: "GET",
    verb: "create",
    path,
    what: `${what} ${formatRef({ ...POD_TYPE, ...pod })}`,
    target,
    idempotent,
  };
}
