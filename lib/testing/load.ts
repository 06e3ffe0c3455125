/**
 * Puts objects into a sandbox as they are to be, status and all.
 *
 * @module
 */

import { isJsonObject } from "../base/json.ts";
import { parseManifests } from "../engine/load/manifest_documents.ts";
import { KubescriptError } from "../kube/error.ts";
import type { KubeObject, LiveObject } from "../kube/object.ts";
import { formatRef, refOf } from "../kube/object_ref.ts";
import type { Registry } from "../sandbox/registry/registry.ts";
import type { ServedResource } from "../sandbox/registry/served_resource.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";

/**
 * Reads what a test gives as objects.
 *
 * @param given Objects, or manifests in YAML or JSON.
 * @returns The objects.
 * @throws {ScriptError} If the text is neither YAML nor JSON.
 */
export async function readObjects(given: string | KubeObject | readonly KubeObject[]): Promise<KubeObject[]> {
  if (typeof given !== "string") return [given].flat() as KubeObject[];
  const documents = await parseManifests(given, "objects of the test");
  return documents.flatMap(({ value }) =>
    isJsonObject(value) && Array.isArray(value.items) ? value.items : [value]
  ) as KubeObject[];
}

/**
 * Creates an object with its status, and its namespace if there is none.
 *
 * @param sandbox Where to.
 * @param object The object.
 * @returns The object as it was stored.
 * @throws {KubescriptError} If it cannot be created.
 */
export function loadObject(sandbox: Sandbox, object: KubeObject): LiveObject {
  const { registry } = sandbox;
  const { apiVersion, kind, metadata = {} } = object;
  const resource = registry.resources.findKind(apiVersion, kind);
  if (!resource) throw new KubescriptError(`Cannot load ${kind}: the sandbox does not serve ${apiVersion}`);
  const namespace = resource.namespaced ? metadata.namespace ?? "default" : "";
  if (namespace !== "" && makeNamespace(registry, namespace)) sandbox.settle();
  const plain = JSON.parse(JSON.stringify(object)) as KubeObject & { status?: unknown };
  try {
    const created = registry.create(resource, namespace, plain);
    const status = plain.status !== undefined && resource.served.has("status");
    return (status ? storeStatus(registry, resource, created, plain.status) : created) as LiveObject;
  } catch (cause) {
    const where = formatRef(refOf({ ...object, metadata: { name: "", ...metadata } } as LiveObject));
    throw new KubescriptError(`Cannot load ${where}: ${(cause as Error).message}`, { cause });
  }
}

function makeNamespace(registry: Registry, name: string): boolean {
  const namespaces = registry.resources.findKind("v1", "Namespace")!;
  if (registry.storage.get(namespaces.storedAs, name) !== undefined) return false;
  registry.create(namespaces, "", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  return true;
}

function storeStatus(registry: Registry, resource: ServedResource, created: KubeObject, status: unknown) {
  const { name = "", namespace = "" } = created.metadata ?? {};
  return registry.update(resource, namespace, name, { ...created, status } as KubeObject, { subresource: "status" });
}
