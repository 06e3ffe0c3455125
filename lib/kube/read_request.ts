/**
 * Requests that read: one object, a list, a watch.
 *
 * @module
 */

import { type KubeRequest, queryString } from "./request.ts";
import { collectionPath, nameCollection, nameObject, type ObjectAddress, objectPath } from "./resource_path.ts";
import type { ResourceType } from "./resource_type.ts";

/** What a list or a watch selects. */
export interface Selector {
  /** The namespace; all namespaces if absent. */
  readonly namespace?: string | undefined;
  /** Restricts to objects whose labels match. */
  readonly labelSelector?: string | undefined;
  /** Restricts to objects whose fields match. */
  readonly fieldSelector?: string | undefined;
}

/**
 * Which state to read.
 *
 * @see {@link https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions | Resource versions}
 */
export interface StateOptions {
  /** The version of the state; absent for the latest one, `0` for any. */
  readonly resourceVersion?: string | undefined;
  /** How `resourceVersion` is meant. */
  readonly resourceVersionMatch?: "Exact" | "NotOlderThan" | undefined;
}

/** Options of a list, named as the API names them. */
export interface ListQuery extends Selector, StateOptions {
  /** How many objects a page holds. */
  readonly limit?: number | undefined;
  /** Where the next page begins, from the answer before. */
  readonly continue?: string | undefined;
  /** How much of each object is asked for, whole objects by default. */
  readonly as?: ListForm | undefined;
}

/** How much of each object a list holds: `metadata` alone, or the rows and columns that kubectl prints. */
export type ListForm = "metadata" | "table";

/** Options of a watch, named as the API names them. */
export interface WatchQuery extends Selector, StateOptions {
  /** Asks for `BOOKMARK` events. */
  readonly allowWatchBookmarks?: boolean | undefined;
  /** Asks for the objects that there are as `ADDED` events, and for a bookmark after them (KEP-3157). */
  readonly sendInitialEvents?: boolean | undefined;
  /** When the server ends the stream, in seconds. */
  readonly timeoutSeconds?: number | undefined;
  /** Whether events hold nothing but the metadata of objects. */
  readonly as?: "metadata" | undefined;
}

const ACCEPT = {
  metadata: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json",
  table: "application/json;as=Table;g=meta.k8s.io;v=v1,application/json",
} as const satisfies Record<ListForm, string>;

const ACCEPT_METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";

/**
 * Reads one object.
 *
 * @param type The kind.
 * @param address Which object.
 * @param options Which state.
 * @returns The request.
 */
export function getRequest(type: ResourceType, address: ObjectAddress, options: StateOptions = {}): KubeRequest {
  return {
    method: "GET",
    verb: "get",
    path: objectPath(type, address) + queryString(options),
    what: `get ${nameObject(type, address)}`,
    target: { type, ...address },
    idempotent: true,
  };
}

/**
 * Reads one page of a list.
 *
 * @param type The kind.
 * @param options What to select, and which page.
 * @returns The request.
 */
export function listRequest(type: ResourceType, options: ListQuery = {}): KubeRequest {
  const { namespace, as, ...query } = options;
  return {
    method: "GET",
    verb: "list",
    path: collectionPath(type, namespace) + queryString(query),
    what: `list ${nameCollection(type, namespace)}`,
    target: { type, namespace },
    idempotent: true,
    ...(as && { accept: ACCEPT[as] }),
  };
}

/**
 * Watches a collection.
 *
 * @param type The kind.
 * @param options What to select, and where to begin.
 * @returns The request; its answer is a stream of JSON lines.
 */
export function watchRequest(type: ResourceType, options: WatchQuery = {}): KubeRequest {
  const { namespace, as, ...query } = options;
  return {
    method: "GET",
    verb: "watch",
    path: collectionPath(type, namespace) + queryString({ ...query, watch: true }),
    what: `watch ${nameCollection(type, namespace)}`,
    target: { type, namespace },
    idempotent: true,
    ...(as && { accept: ACCEPT_METADATA }),
  };
}
