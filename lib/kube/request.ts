/**
 * Requests of the Kubernetes API as values: every verb is a pure function from what is meant to what is sent.
 *
 * Nothing here performs I/O; `lib/client` sends what these functions return. Options carry the API's own names and
 * defaults, see {@link https://kubernetes.io/docs/reference/using-api/api-concepts/ | API concepts}.
 *
 * @module
 */

import type { KubeObject } from "./object.ts";
import { formatRef, refOf } from "./object_ref.ts";
import { formatApiVersion, type ResourceType } from "./resource_type.ts";

/** The verbs of the API, as authorization names them. */
export type Verb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete" | "deletecollection";

/** One request, ready to be sent. */
export interface KubeRequest {
  /** The HTTP method. */
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** The path below the server's address, with its query. */
  readonly path: string;
  /** What it does, for messages: `apply Deployment/shop/web`. */
  readonly what: string;
  /** What it does, as authorization names it. */
  readonly verb: Verb;
  /** The body, as a JSON value. */
  readonly body?: unknown;
  /** The type of the body; `application/json` by default. */
  readonly contentType?: string;
  /** The type of answer to ask for; `application/json` by default. */
  readonly accept?: string;
  /**
   * Whether sending it twice has the effect of sending it once, so that it may be repeated after a fault in which
   * it may have been carried out. Reads always are.
   */
  readonly idempotent: boolean;
}

/** The address of one object, or of one of its subresources. */
export interface ObjectAddress {
  /** The namespace; ignored for cluster-scoped kinds. */
  readonly namespace?: string | undefined;
  /** The object's name. */
  readonly name: string;
  /** A subresource, such as `status`. */
  readonly subresource?: string | undefined;
}

/** Options of a list, named as the API names them. */
export interface ListOptions {
  /** The namespace; all namespaces if absent. */
  readonly namespace?: string | undefined;
  /** Restricts to objects whose labels match. */
  readonly labelSelector?: string | undefined;
  /** Restricts to objects whose fields match. */
  readonly fieldSelector?: string | undefined;
  /** How many objects a page holds. */
  readonly limit?: number | undefined;
  /** Where the next page begins, from the answer before. */
  readonly continue?: string | undefined;
  /** Which state to read, see {@linkcode ListOptions.resourceVersionMatch}. */
  readonly resourceVersion?: string | undefined;
  /** How `resourceVersion` is meant. */
  readonly resourceVersionMatch?: "Exact" | "NotOlderThan" | undefined;
  /** Asks for `PartialObjectMetadata` instead of whole objects. */
  readonly metadataOnly?: boolean | undefined;
}

/** Options of a watch. */
export interface WatchOptions {
  /** The namespace; all namespaces if absent. */
  readonly namespace?: string | undefined;
  /** Restricts to objects whose labels match. */
  readonly labelSelector?: string | undefined;
  /** Restricts to objects whose fields match. */
  readonly fieldSelector?: string | undefined;
  /** Where the watch begins. */
  readonly resourceVersion?: string | undefined;
  /** Asks for `BOOKMARK` events. */
  readonly allowWatchBookmarks?: boolean | undefined;
  /** When the server ends the stream, in seconds. */
  readonly timeoutSeconds?: number | undefined;
}

/** Options of every write. */
export interface WriteOptions {
  /** `All`: the server does everything but persist. */
  readonly dryRun?: "All" | undefined;
  /** In whose name fields are owned. */
  readonly fieldManager?: string | undefined;
  /** What happens to unknown and duplicate fields; the server's default is `Warn`. */
  readonly fieldValidation?: "Ignore" | "Warn" | "Strict" | undefined;
}

/** Options of a server-side apply. */
export interface ApplyOptions extends WriteOptions {
  /** In whose name fields are owned; the API demands it here. */
  readonly fieldManager: string;
  /** Takes fields over that others own. */
  readonly force?: boolean | undefined;
}

/** Options of a deletion. */
export interface DeleteOptions {
  /** `All`: the server does everything but persist. */
  readonly dryRun?: "All" | undefined;
  /** Seconds to go gracefully; 0 is at once. */
  readonly gracePeriodSeconds?: number | undefined;
  /** What happens to dependents; the server's default is `Background` for nearly all kinds. */
  readonly propagationPolicy?: "Foreground" | "Background" | "Orphan" | undefined;
  /** Deletes only if the object is still this one. */
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string } | undefined;
}

/** The types of a patch, by the names that kubectl gives them. */
export const PATCH_TYPES = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
} as const;

/** The name of a patch type. */
export type PatchType = keyof typeof PATCH_TYPES;

const METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

/**
 * Makes the path of a collection.
 *
 * @param type The kind.
 * @param namespace The namespace; absent for all namespaces and for cluster-scoped kinds.
 * @returns For example `/apis/apps/v1/namespaces/shop/deployments`.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const deployments = { group: "apps", version: "v1", kind: "Deployment", plural: "deployments", namespaced: true };
 * strictEqual(collectionPath(deployments, "shop"), "/apis/apps/v1/namespaces/shop/deployments");
 * ```
 */
export function collectionPath(type: ResourceType, namespace?: string): string {
  const root = type.group === "" ? `/api/${type.version}` : `/apis/${formatApiVersion(type)}`;
  return namespace !== undefined && type.namespaced
    ? `${root}/namespaces/${encodeURIComponent(namespace)}/${type.plural}`
    : `${root}/${type.plural}`;
}

/**
 * Makes the path of one object or subresource.
 *
 * @param type The kind.
 * @param address Which object.
 * @returns For example `/api/v1/namespaces/shop/pods/web-0/status`.
 * @throws {TypeError} If a namespaced kind is addressed without a namespace, or the name is empty.
 */
export function objectPath(type: ResourceType, address: ObjectAddress): string {
  if (address.name === "") throw new TypeError(`Cannot address ${type.kind} as the name is empty`);
  if (type.namespaced && !address.namespace) {
    throw new TypeError(`Cannot address ${type.kind} "${address.name}" without a namespace`);
  }
  const path = `${collectionPath(type, address.namespace)}/${encodeURIComponent(address.name)}`;
  return address.subresource === undefined ? path : `${path}/${address.subresource}`;
}

/**
 * Reads one object.
 *
 * @param type The kind.
 * @param address Which object.
 * @returns The request.
 */
export function getRequest(type: ResourceType, address: ObjectAddress): KubeRequest {
  const path = objectPath(type, address);
  return { method: "GET", verb: "get", path, what: `get ${nameObject(type, address)}`, idempotent: true };
}

/**
 * Reads one page of a list.
 *
 * @param type The kind.
 * @param options What to select, and which page.
 * @returns The request.
 */
export function listRequest(type: ResourceType, options: ListOptions = {}): KubeRequest {
  const { namespace, metadataOnly, ...query } = options;
  return {
    method: "GET",
    verb: "list",
    path: collectionPath(type, namespace) + queryString(query),
    what: `list ${nameCollection(type, namespace)}`,
    idempotent: true,
    ...(metadataOnly && { accept: `${METADATA_LIST},application/json` }),
  };
}

/**
 * Watches a collection.
 *
 * @param type The kind.
 * @param options What to select, and where to begin.
 * @returns The request; its answer is a stream of JSON lines.
 */
export function watchRequest(type: ResourceType, options: WatchOptions = {}): KubeRequest {
  const { namespace, ...query } = options;
  return {
    method: "GET",
    verb: "watch",
    path: collectionPath(type, namespace) + queryString({ ...query, watch: true }),
    what: `watch ${nameCollection(type, namespace)}`,
    idempotent: true,
  };
}

/**
 * Creates an object.
 *
 * @param type The kind.
 * @param object The object, with its namespace.
 * @param options Dry run, field manager, validation.
 * @returns The request. It is never repeated after a fault in which it may have been carried out.
 */
export function createRequest(type: ResourceType, object: KubeObject, options: WriteOptions = {}): KubeRequest {
  if (type.namespaced && !object.metadata?.namespace) {
    throw new TypeError(`Cannot create ${type.kind} "${object.metadata?.name}" without a namespace`);
  }
  const path = collectionPath(type, object.metadata?.namespace) + queryString(options);
  const what = `create ${formatRef(refOf(object))}`;
  return { method: "POST", verb: "create", path, what, body: object, idempotent: false };
}

/**
 * Replaces an object as a whole.
 *
 * @param type The kind.
 * @param object The object; its `metadata.resourceVersion`, if there, must be the current one.
 * @param options Dry run, field manager, validation.
 * @returns The request.
 */
export function replaceRequest(type: ResourceType, object: KubeObject, options: WriteOptions = {}): KubeRequest {
  const { namespace, name = "" } = object.metadata ?? {};
  const path = objectPath(type, { namespace, name }) + queryString(options);
  const what = `replace ${formatRef(refOf(object))}`;
  return { method: "PUT", verb: "update", path, what, body: object, idempotent: false };
}

/**
 * Patches an object.
 *
 * @param type The kind.
 * @param address Which object.
 * @param patch The patch: an object, or a list of operations for a JSON patch.
 * @param patchType How the patch is meant.
 * @param options Dry run, field manager, validation.
 * @returns The request.
 */
export function patchRequest(
  type: ResourceType,
  address: ObjectAddress,
  patch: unknown,
  patchType: PatchType,
  options: WriteOptions = {},
): KubeRequest {
  return {
    method: "PATCH",
    verb: "patch",
    path: objectPath(type, address) + queryString(options),
    what: `patch ${nameObject(type, address)}`,
    body: patch,
    contentType: PATCH_TYPES[patchType],
    idempotent: false,
  };
}

/**
 * Applies an object (server-side apply, KEP-555).
 *
 * @param type The kind.
 * @param object The fields to own; with `metadata.uid` the object must already exist under that uid.
 * @param options The field manager, and whether to force.
 * @returns The request; repeating it is safe, as an apply says what is to be and not what to do.
 */
export function applyRequest(type: ResourceType, object: KubeObject, options: ApplyOptions): KubeRequest {
  const { namespace, name = "" } = object.metadata ?? {};
  return {
    method: "PATCH",
    verb: "patch",
    path: objectPath(type, { namespace, name }) + queryString(options),
    what: `apply ${formatRef(refOf(object))}`,
    body: object,
    contentType: "application/apply-patch+yaml",
    idempotent: true,
  };
}

/**
 * Deletes one object.
 *
 * @param type The kind.
 * @param address Which object.
 * @param options Grace period, propagation, preconditions, dry run.
 * @returns The request; it may be repeated only if a uid says which object is meant.
 */
export function deleteRequest(type: ResourceType, address: ObjectAddress, options: DeleteOptions = {}): KubeRequest {
  const { dryRun, ...rest } = options;
  return {
    method: "DELETE",
    verb: "delete",
    path: objectPath(type, address),
    what: `delete ${nameObject(type, address)}`,
    // `dryRun` is a list in the body and a single word in the query; the body form works for every server version.
    body: { apiVersion: "v1", kind: "DeleteOptions", ...rest, ...(dryRun && { dryRun: [dryRun] }) },
    idempotent: options.preconditions?.uid !== undefined,
  };
}

function nameObject(type: ResourceType, address: ObjectAddress): string {
  const ref = formatRef({ ...type, namespace: type.namespaced ? address.namespace : undefined, name: address.name });
  return address.subresource === undefined ? ref : `${address.subresource} of ${ref}`;
}

function nameCollection(type: ResourceType, namespace: string | undefined): string {
  if (!type.namespaced) return type.plural;
  return namespace === undefined ? `${type.plural} in all namespaces` : `${type.plural} in namespace "${namespace}"`;
}

function queryString(query: object): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(key, String(value));
  }
  return parameters.size === 0 ? "" : `?${parameters}`;
}
