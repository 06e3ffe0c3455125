/**
 * Which port of a Pod is meant, and under which number it is to be reached on this machine.
 *
 * @module
 */

import { KubescriptError } from "../../kube/error.ts";
import type { LiveObject } from "../../kube/object.ts";
import { formatRef, refOf } from "../../kube/object_ref.ts";
import type { Pod } from "./pods.ts";

/**
 * A port to forward: its number or name, with a local number before it if that is to be another: `80`, `"http"`,
 * `"8080:80"`, `"8080:http"`, `"0:80"` for any local port that is free.
 */
export type PortArgument = number | string;

/** A port to forward. */
export interface WantedPort {
  /** The local number; `undefined` if it is to be that of the port itself. */
  readonly local: number | undefined;
  /** The port of the object: its number, or its name. */
  readonly remote: number | string;
}

/**
 * Reads a port to forward.
 *
 * @param port The port.
 * @returns Its parts.
 * @throws {RangeError} If it is none.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(parsePort("8080:http"), { local: 8080, remote: "http" });
 * deepStrictEqual(parsePort(":80"), { local: 0, remote: 80 });
 * ```
 */
export function parsePort(port: PortArgument): WantedPort {
  const [, local, remote = ""] = /^(?:(\d*):)?([a-z0-9](?:[a-z0-9-]*[a-z0-9])?)$/.exec(String(port)) ?? [];
  const wanted = {
    local: local === undefined ? undefined : Number(local),
    remote: /^\d+$/.test(remote) ? Number(remote) : remote,
  };
  const numbers = [wanted.local ?? 0, typeof wanted.remote === "number" ? wanted.remote : 1];
  if (remote === "" || wanted.remote === 0 || numbers.some((number) => number > 65_535)) {
    throw new RangeError(`Cannot forward port "${port}": write for example 80, "http", "8080:80" or "0:http"`);
  }
  return wanted;
}

interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly targetPort?: number | string;
}

/** A port that was found. */
export interface FoundPort {
  /** The number by which the object has it: of a Service, that of the Service. */
  readonly own: number;
  /** The number at the Pod. */
  readonly target: number;
}

/**
 * Finds a port.
 *
 * @param object What the port belongs to: a Service has ports of its own, all others have those of their Pods.
 * @param pod The Pod.
 * @param wanted The port's number or name.
 * @returns The port.
 * @throws {KubescriptError} If there is no port of that name, or the Service has none of that number.
 */
export function findPort(object: LiveObject, pod: Pod, wanted: number | string): FoundPort {
  if (object.kind !== "Service") {
    const target = numberIn(pod, wanted);
    return { own: target, target };
  }
  const { ports = [], clusterIP } = object.spec as { ports?: readonly ServicePort[]; clusterIP?: string };
  const found = ports.find(({ name, port }) => wanted === (typeof wanted === "number" ? port : name));
  if (!found) throw missing(object, wanted, ports.map(({ name, port }) => name ? `${port} ("${name}")` : `${port}`));
  const { port, targetPort } = found;
  return { own: port, target: clusterIP === "None" ? port : numberIn(pod, targetPort || port) };
}

function numberIn(pod: Pod, wanted: number | string): number {
  if (typeof wanted === "number") return wanted;
  const ports = [...pod.spec.containers, ...pod.spec.initContainers ?? []].flatMap(({ ports = [] }) => ports);
  const found = ports.find(({ name }) => name === wanted);
  if (!found) throw missing(pod, wanted, ports.flatMap(({ name }) => name ? [`"${name}"`] : []));
  return found.containerPort;
}

function missing(object: LiveObject, wanted: number | string, known: readonly string[]): KubescriptError {
  const port = typeof wanted === "number" ? wanted : `"${wanted}"`;
  const has = known.length === 0 ? "it has none" : `it has ${known.join(", ")}`;
  return new KubescriptError(`Cannot forward port ${port} of ${formatRef(refOf(object))}: there is no such port`, {
    hint: `Name one of its ports: ${has}`,
  });
}
