/**
 * What tables show of volumes and of what is about them.
 *
 * @module
 */

import type { PersistentVolume, PersistentVolumeClaim } from "../../kinds/core/v1.ts";
import type { CSIDriver, StorageClass } from "../../kinds/storage/v1.ts";
import { type Cells, cellsOf, count, field, joined } from "./cells.ts";

const ACCESS_MODES = [["ReadWriteOnce", "RWO"], ["ReadOnlyMany", "ROX"], ["ReadWriteMany", "RWX"], [
  "ReadWriteOncePod",
  "RWOP",
]] as const;
const BETA_CLASS = "volume.beta.kubernetes.io/storage-class";
const DEFAULT_CLASS = [
  "storageclass.kubernetes.io/is-default-class",
  "storageclass.beta.kubernetes.io/is-default-class",
];

const VOLUME_CELLS: Cells = {
  VolumeAttributesClass: field("spec.volumeAttributesClassName", "<unset>"),
  VolumeMode: field("spec.volumeMode", "<unset>"),
  ...cellsOf<PersistentVolume | PersistentVolumeClaim>({
    Status: ({ metadata, status }) => metadata?.deletionTimestamp ? "Terminating" : status?.phase ?? "",
    StorageClass: ({ metadata, spec }) => metadata?.annotations?.[BETA_CLASS] ?? spec?.storageClassName ?? "",
  }),
};

/** The cells by group and kind. */
export const STORAGE_CELLS: Readonly<Record<string, Cells>> = {
  "/PersistentVolume": {
    ...VOLUME_CELLS,
    "Reclaim Policy": field("spec.persistentVolumeReclaimPolicy"),
    Reason: field("status.reason"),
    ...cellsOf<PersistentVolume>({
      Capacity: ({ spec }) => String(spec?.capacity?.storage ?? "0"),
      "Access Modes": ({ spec }) => accessModes(spec?.accessModes),
      Claim: ({ spec }) => spec?.claimRef ? `${spec.claimRef.namespace ?? ""}/${spec.claimRef.name ?? ""}` : "",
    }),
  },
  "/PersistentVolumeClaim": {
    ...VOLUME_CELLS,
    Volume: field("spec.volumeName"),
    ...cellsOf<PersistentVolumeClaim>({
      Capacity: ({ spec, status }) => spec?.volumeName ? String(status?.capacity?.storage ?? "0") : "",
      "Access Modes": ({ spec, status }) => spec?.volumeName ? accessModes(status?.accessModes) : "",
    }),
  },
  "storage.k8s.io/CSIDriver": {
    AttachRequired: field("spec.attachRequired", true),
    PodInfoOnMount: field("spec.podInfoOnMount", false),
    StorageCapacity: field("spec.storageCapacity", false),
    RequiresRepublish: field("spec.requiresRepublish", false),
    Modes: joined("spec.volumeLifecycleModes", "<none>"),
    ...cellsOf<CSIDriver>({
      TokenRequests: ({ spec }) => spec?.tokenRequests?.map(({ audience }) => audience).join(",") ?? "<unset>",
    }),
  },
  "storage.k8s.io/CSINode": { Drivers: count("spec.drivers") },
  "storage.k8s.io/StorageClass": {
    Provisioner: field("provisioner"),
    ReclaimPolicy: field("reclaimPolicy", "Delete"),
    VolumeBindingMode: field("volumeBindingMode", "Immediate"),
    AllowVolumeExpansion: field("allowVolumeExpansion", false),
    ...cellsOf<StorageClass>({
      Name: (object, _, listed) => {
        return `${object.metadata?.name}${isDefaultClass(object, listed) ? " (default)" : ""}`;
      },
    }),
  },
  "storage.k8s.io/VolumeAttachment": {
    Attacher: field("spec.attacher"),
    PV: field("spec.source.persistentVolumeName"),
    Node: field("spec.nodeName"),
    Attached: field("status.attached", false),
  },
  "storage.k8s.io/VolumeAttributesClass": { DriverName: field("driverName") },
};

function accessModes(modes: readonly string[] = []): string {
  return ACCESS_MODES.filter(([mode]) => modes.includes(mode)).map(([, short]) => short).join(",");
}

/** Of several that are marked as default the youngest counts; only lists tell, as they alone know all. */
function isDefaultClass(object: StorageClass, listed: readonly StorageClass[]): boolean {
  const marked = listed.filter(({ metadata }) => DEFAULT_CLASS.some((key) => metadata?.annotations?.[key] === "true"));
  const age = ({ metadata }: StorageClass) => metadata?.creationTimestamp ?? "";
  const name = ({ metadata }: StorageClass) => metadata?.name ?? "";
  const [first] = marked.sort((a, b) => age(a) > age(b) || (age(a) === age(b) && name(a) < name(b)) ? -1 : 1);
  return first === object;
}
