/**
 * Paths under which the API serves collections, objects and subresources.
 *
 * @module
 */

import { formatRef } from "./object_ref.ts";
import { formatApiVersion, type ResourceType } from "./resource_type.ts";

/** The address of one object, or of one of its subresources. */
export interface ObjectAddress {
  /** The namespace; ignored for cluster-scoped kinds. */
  readonly namespace?: string | undefined;
  /** The object's name. */
  readonly name: string;
  /** A subresource, such as `status`. */
  readonly subresource?: string | undefined;
}

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
 * Names an object for messages.
 *
 * @param type The kind.
 * @param address Which object.
 * @returns For example `Deployment/shop/web`, or `status of Deployment/shop/web`.
 */
export function nameObject(type: ResourceType, address: ObjectAddress): string {
  const ref = formatRef({ ...type, namespace: type.namespaced ? address.namespace : undefined, name: address.name });
  return address.subresource === undefined ? ref : `${address.subresource} of ${ref}`;
}

/**
 * Names a collection for messages.
 *
 * @param type The kind.
 * @param namespace The namespace; absent for all namespaces and for cluster-scoped kinds.
 * @returns For example `deployments in namespace "shop"`.
 */
export function nameCollection(type: ResourceType, namespace: string | undefined): string {
  if (!type.namespaced) return type.plural;
  return namespace === undefined ? `${type.plural} in all namespaces` : `${type.plural} in namespace "${namespace}"`;
}
