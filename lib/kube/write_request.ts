/**
 * Requests that write: create, replace, patch, apply, delete.
 *
 * @module
 */

import type { DeepReadonly } from "../base/deep_readonly.ts";
import type { KubeObject } from "./object.ts";
import { formatRef, refOf } from "./object_ref.ts";
import type { Selector, StateOptions } from "./read_request.ts";
import { type KubeRequest, queryString } from "./request.ts";
import { collectionPath, nameCollection, nameObject, type ObjectAddress, objectPath } from "./resource_path.ts";
import type { ResourceType } from "./resource_type.ts";

/** Options of every write, named as the API names them. */
export interface WriteQuery {
  /** `All`: the server does everything but persist. */
  readonly dryRun?: "All" | undefined;
  /** In whose name fields are owned. */
  readonly fieldManager?: string | undefined;
  /** What happens to unknown and duplicate fields; the server's default is `Warn`. */
  readonly fieldValidation?: "Ignore" | "Warn" | "Strict" | undefined;
}

/** Options of a server-side apply. */
export interface ApplyQuery extends WriteQuery {
  /** In whose name fields are owned; the API demands it here. */
  readonly fieldManager: string;
  /** Takes fields over that others own. */
  readonly force?: boolean | undefined;
}

/** Options of a deletion, named as the API names them. */
export interface DeletionOptions {
  /** `All`: the server does everything but persist. */
  readonly dryRun?: "All" | undefined;
  /** Seconds to go gracefully; 0 is at once. */
  readonly gracePeriodSeconds?: number | undefined;
  /** What happens to dependents; the server's default is `Background` for nearly all kinds. */
  readonly propagationPolicy?: "Foreground" | "Background" | "Orphan" | undefined;
  /** Deletes only if the object is still this one. */
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string } | undefined;
}

/** Which objects a deletion of a collection means. */
export interface CollectionQuery extends Selector, StateOptions {
  /** How many objects are deleted at most by one request. */
  readonly limit?: number | undefined;
}

/** How a patch is meant, by the names that kubectl gives its types. */
export type PatchType = "json" | "merge" | "strategic";

const PATCH_TYPES: Readonly<Record<PatchType, string>> = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
};

type Input = DeepReadonly<KubeObject>;

/**
 * Creates an object.
 *
 * @param type The kind.
 * @param object The object, with its namespace.
 * @param options Dry run, field manager, validation.
 * @returns The request. It is never repeated after a fault in which it may have been carried out.
 */
export function createRequest(type: ResourceType, object: Input, options: WriteQuery = {}): KubeRequest {
  const { namespace, name } = object.metadata ?? {};
  if (type.namespaced && !namespace) throw new TypeError(`Cannot create ${type.kind} "${name}" without a namespace`);
  return {
    method: "POST",
    verb: "create",
    path: collectionPath(type, namespace) + queryString(options),
    what: `create ${formatRef(refOf(object))}`,
    target: { type, namespace, name },
    body: object,
    idempotent: false,
  };
}

/**
 * Replaces an object as a whole.
 *
 * @param type The kind.
 * @param object The object; its `metadata.resourceVersion`, if there, must be the current one.
 * @param options Dry run, field manager, validation; the subresource.
 * @returns The request.
 */
export function replaceRequest(
  type: ResourceType,
  object: Input,
  options: WriteQuery & Pick<ObjectAddress, "subresource"> = {},
): KubeRequest {
  const { subresource, ...query } = options;
  const address = addressOf(object, subresource);
  return {
    method: "PUT",
    verb: "update",
    path: objectPath(type, address) + queryString(query),
    what: `replace ${nameObject(type, address)}`,
    target: { type, ...address },
    body: object,
    idempotent: false,
  };
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
  options: WriteQuery = {},
): KubeRequest {
  return {
    method: "PATCH",
    verb: "patch",
    path: objectPath(type, address) + queryString(options),
    what: `patch ${nameObject(type, address)}`,
    target: { type, ...address },
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
 * @param options The field manager, and whether to force; the subresource.
 * @returns The request; repeating it is safe, as an apply says what is to be and not what to do.
 */
export function applyRequest(
  type: ResourceType,
  object: Input,
  options: ApplyQuery & Pick<ObjectAddress, "subresource">,
): KubeRequest {
  const { subresource, ...query } = options;
  const address = addressOf(object, subresource);
  return {
    method: "PATCH",
    verb: "patch",
    path: objectPath(type, address) + queryString(query),
    what: `apply ${nameObject(type, address)}`,
    target: { type, ...address },
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
export function deleteRequest(type: ResourceType, address: ObjectAddress, options: DeletionOptions = {}): KubeRequest {
  return {
    method: "DELETE",
    verb: "delete",
    path: objectPath(type, address),
    what: `delete ${nameObject(type, address)}`,
    target: { type, ...address },
    body: deleteBody(options),
    idempotent: options.preconditions?.uid !== undefined,
  };
}

/**
 * Deletes all objects of a collection that are selected.
 *
 * @param type The kind.
 * @param selection Which objects; without selectors, all of them.
 * @param options Grace period, propagation, dry run.
 * @returns The request.
 */
export function deleteCollectionRequest(
  type: ResourceType,
  selection: CollectionQuery,
  options: Omit<DeletionOptions, "preconditions"> = {},
): KubeRequest {
  const { namespace, ...query } = selection;
  return {
    method: "DELETE",
    verb: "deletecollection",
    path: collectionPath(type, namespace) + queryString(query),
    what: `delete ${nameCollection(type, namespace)}`,
    target: { type, namespace },
    body: deleteBody(options),
    idempotent: false,
  };
}

function addressOf({ metadata }: Input, subresource: string | undefined): ObjectAddress {
  return { namespace: metadata?.namespace, name: metadata?.name ?? "", subresource };
}

/** `dryRun` is a list in the body and a single word in the query; the body form works for every server version. */
function deleteBody({ dryRun, ...options }: DeletionOptions): Record<string, unknown> {
  return { apiVersion: "v1", kind: "DeleteOptions", ...options, ...(dryRun && { dryRun: [dryRun] }) };
}
