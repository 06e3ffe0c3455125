/**
 * Requests to subresources that have objects of their own: scale, eviction, binding, token.
 *
 * @module
 */

import type { KubeRequest } from "./request.ts";
import { nameObject, type ObjectAddress, objectPath } from "./resource_path.ts";
import type { ResourceType } from "./resource_type.ts";
import { applyRequest, type DeletionOptions, patchRequest, type WriteQuery } from "./write_request.ts";

/** How many there are to be of a scalable object, and how many there are. */
export interface Scale {
  /** What is wanted. */
  readonly spec: { readonly replicas?: number };
  /** What there is. */
  readonly status?: { readonly replicas: number; readonly selector?: string };
}

/** Options of a change of scale. */
export interface ScaleQuery extends WriteQuery {
  /** Whether to own the number, by a server-side apply instead of a merge patch. @default {false} */
  readonly apply?: boolean | undefined;
  /** Takes the number over if others own it; only with `apply`. */
  readonly force?: boolean | undefined;
}

/** What a ServiceAccount's token is for. See `TokenRequestSpec v1 authentication.k8s.io`. */
export interface TokenSpec {
  /** Who is to accept the token; by default the API server. */
  readonly audiences?: readonly string[] | undefined;
  /** How long it is to be valid, in seconds; at least 600, by default 3,600. The server may shorten it. */
  readonly expirationSeconds?: number | undefined;
  /** The Pod, Node or Secret with which the token ends. */
  readonly boundObjectRef?: { readonly apiVersion: string; readonly kind: string; readonly name: string } | undefined;
}

/**
 * Sets how many there are to be.
 *
 * @param type The kind.
 * @param address Which object.
 * @param replicas How many.
 * @param options Whether to apply, force, dry run, field manager.
 * @returns The request. It says what is to be, but may undo what somebody else has set since.
 * @throws {RangeError} If it is not a number of replicas.
 * @throws {TypeError} If the number is to be applied and the field manager is missing.
 */
export function scaleRequest(
  type: ResourceType,
  { namespace, name }: ObjectAddress,
  replicas: number,
  { apply, force, fieldManager, ...write }: ScaleQuery = {},
): KubeRequest {
  // JSON has no NaN: `null` would be sent, which means the default.
  if (!Number.isInteger(replicas) || replicas < 0) {
    throw new RangeError(`Cannot scale ${type.kind} "${name}" to ${replicas}: it is not a number of replicas`);
  }
  const subresource = "scale";
  const spec = { replicas };
  if (!apply) {
    return patchRequest(type, { namespace, name, subresource }, { spec }, "merge", { ...write, fieldManager });
  }
  if (!fieldManager) throw new TypeError(`Cannot apply the scale of ${type.kind} "${name}": "fieldManager" is missing`);
  const metadata = type.namespaced && namespace ? { namespace, name } : { name };
  const scale = { apiVersion: "autoscaling/v1", kind: "Scale", metadata, spec };
  return applyRequest(type, scale, { ...write, fieldManager, force, subresource });
}

/**
 * Asks a Pod to go, if its PodDisruptionBudgets allow.
 *
 * @param type The kind of Pods.
 * @param address Which Pod.
 * @param options Grace period, preconditions, dry run.
 * @returns The request; with a uid it may be repeated.
 */
export function evictRequest(
  type: ResourceType,
  { namespace, name }: ObjectAddress,
  { dryRun, ...options }: DeletionOptions = {},
): KubeRequest {
  const deleteOptions = { ...options, ...(dryRun && { dryRun: [dryRun] }) };
  const body = { apiVersion: "policy/v1", kind: "Eviction", metadata: { namespace, name }, deleteOptions };
  const idempotent = options.preconditions?.uid !== undefined;
  return { ...postRequest("evict", type, { namespace, name, subresource: "eviction" }, body), idempotent };
}

/**
 * Puts a Pod onto a Node, as the scheduler does.
 *
 * @param type The kind of Pods.
 * @param address Which Pod.
 * @param node The Node's name.
 * @returns The request.
 */
export function bindRequest(type: ResourceType, { namespace, name }: ObjectAddress, node: string): KubeRequest {
  const target = { apiVersion: "v1", kind: "Node", name: node };
  const body = { apiVersion: "v1", kind: "Binding", metadata: { namespace, name }, target };
  return postRequest("bind", type, { namespace, name, subresource: "binding" }, body);
}

/**
 * Makes a token for a ServiceAccount. It is valid even if it is asked for in a dry run.
 *
 * @param type The kind of ServiceAccounts.
 * @param address Which ServiceAccount.
 * @param spec What it is for.
 * @returns The request.
 */
export function tokenRequest(type: ResourceType, { namespace, name }: ObjectAddress, spec: TokenSpec): KubeRequest {
  const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec };
  return postRequest("make a token for", type, { namespace, name, subresource: "token" }, body);
}

function postRequest(what: string, type: ResourceType, address: ObjectAddress, body: unknown): KubeRequest {
  return {
    method: "POST",
    verb: "create",
    path: objectPath(type, address),
    what: `${what} ${nameObject(type, { ...address, subresource: undefined })}`,
    target: { type, ...address },
    body,
    idempotent: false,
  };
}
