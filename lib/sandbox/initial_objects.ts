/**
 * What is in a cluster from its first moment.
 *
 * @module
 */

import { Namespace, PriorityClass, Service, StorageClass } from "../kinds/mod.ts";
import type { KubeObject } from "../kube/object.ts";
import { objectKey } from "./storage/storage.ts";
import type { Registry } from "./registry/registry.ts";

const NAMESPACES = ["default", "kube-system", "kube-public", "kube-node-lease"];

/**
 * Makes what every cluster has, as far as it is not there.
 *
 * @param registry Where.
 */
export function createInitialObjects(registry: Registry): void {
  for (const object of initialObjects()) {
    const { apiVersion, kind, metadata } = object;
    const resource = registry.resources.findKind(apiVersion, kind)!;
    const namespace = metadata!.namespace ?? "";
    if (registry.storage.get(resource.storedAs, objectKey(namespace, metadata!.name!))) continue;
    registry.create(resource, namespace, object, { fieldManager: "kube-apiserver" });
  }
}

function initialObjects(): KubeObject[] {
  return [
    ...NAMESPACES.map((name) => Namespace({ metadata: { name } })),
    PriorityClass({
      metadata: { name: "system-cluster-critical" },
      value: 2_000_000_000,
      description:
        "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
    }),
    PriorityClass({
      metadata: { name: "system-node-critical" },
      value: 2_000_001_000,
      description: "Used for system critical pods that must not be moved from their current node.",
    }),
    StorageClass({
      metadata: { name: "standard", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
      provisioner: "kubescript.dev/sandbox",
    }),
    Service({
      metadata: {
        name: "kubernetes",
        namespace: "default",
        labels: { component: "apiserver", provider: "kubernetes" },
      },
      spec: { clusterIP: "10.0.0.1", ports: [{ name: "https", port: 443, targetPort: 6443 }] },
    }),
  ];
}
