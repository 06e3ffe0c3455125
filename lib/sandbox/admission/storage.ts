/**
 * What admission adds to new claims and volumes.
 *
 * @module
 */

import type { AdmissionAttributes } from "../registry/admission.ts";
import type { Part } from "../schema/typed_walk.ts";
import type { AdmissionContext } from "./admission_context.ts";

const DEFAULT_ANNOTATION = "storageclass.kubernetes.io/is-default-class";
const PROTECTION: Readonly<Record<string, string>> = {
  "/persistentvolumes": "kubernetes.io/pv-protection",
  "/persistentvolumeclaims": "kubernetes.io/pvc-protection",
  "storage.k8s.io/volumeattributesclasses": "kubernetes.io/vac-protection",
};

/**
 * `StorageObjectInUseProtection`: keeps a volume or claim as long as somebody uses it.
 *
 * @param attributes The request.
 */
export function storageObjectInUse({ operation, resource, subresource, object }: AdmissionAttributes): void {
  const finalizer = PROTECTION[resource.storedAs];
  if (operation !== "CREATE" || subresource !== "" || finalizer === undefined || object === undefined) return;
  const { metadata } = object;
  if (!metadata.finalizers?.includes(finalizer)) metadata.finalizers = [...(metadata.finalizers ?? []), finalizer];
}

/**
 * `DefaultStorageClass`: gives a claim that names no class the newest of the default ones.
 *
 * @param attributes The request.
 * @param context What it can ask for.
 */
export function defaultStorageClass(
  { operation, resource, subresource, object }: AdmissionAttributes,
  { list }: AdmissionContext,
): void {
  if (operation !== "CREATE" || resource.storedAs !== "/persistentvolumeclaims" || subresource !== "") return;
  const { spec } = object as Part;
  if (spec.storageClassName !== undefined) return;
  const [newest] = [...list("storage.k8s.io/storageclasses")]
    .filter(({ metadata }) => metadata.annotations?.[DEFAULT_ANNOTATION] === "true")
    .sort(({ metadata: a }, { metadata: b }) =>
      b.creationTimestamp!.localeCompare(a.creationTimestamp!) || a.name!.localeCompare(b.name!)
    );
  if (newest !== undefined) spec.storageClassName = newest.metadata.name;
}
