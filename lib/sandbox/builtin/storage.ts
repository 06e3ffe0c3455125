/**
 * Volumes, claims and storage classes.
 *
 * @module
 */

import { jsonEquals } from "../../base/json.ts";
import { compareQuantities } from "../../kube/quantity.ts";
import type { FieldErrors } from "../schema/field_errors.ts";
import type { Part } from "../schema/typed_walk.ts";
import { checkImmutable, checkOneOf, checkSelector, checkSubdomain } from "./checks.ts";
import type { RulesByKind } from "./kind_rules.ts";

const ACCESS_MODES = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
const CLAIM_CHANGES =
  "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";
/** What of a volume's spec is not its source. */
const VOLUME_FIELDS = [
  "accessModes",
  "capacity",
  "claimRef",
  "mountOptions",
  "nodeAffinity",
  "persistentVolumeReclaimPolicy",
  "storageClassName",
  "volumeAttributesClassName",
  "volumeMode",
];

/** The rules of the kinds. */
export const STORAGE: RulesByKind = {
  "/PersistentVolumeClaim": {
    prepareForCreate(claim) {
      claim.status = { phase: "Pending" };
      copyDataSource(claim.spec);
    },
    prepareForUpdate: ({ spec }) => copyDataSource(spec),
    validate: ({ spec }, errors) => validateClaim(spec, "spec", errors),
    validateUpdate: validateClaimUpdate,
  },
  "/PersistentVolume": {
    prepareForCreate(volume, { now }) {
      volume.status = { phase: "Pending", lastPhaseTransitionTime: now };
    },
    prepareForStatusUpdate({ status }, { status: old }, { now }) {
      const isNew = status?.phase !== old?.phase;
      const time = status?.lastPhaseTransitionTime;
      if (isNew && (time === undefined || time === old?.lastPhaseTransitionTime)) status.lastPhaseTransitionTime = now;
      else if (time === undefined && old?.lastPhaseTransitionTime) {
        status.lastPhaseTransitionTime = old.lastPhaseTransitionTime;
      }
    },
    validate: validateVolume,
    validateUpdate({ spec }, { spec: old }, errors) {
      const sourceOf = (one: Part) =>
        Object.fromEntries(Object.entries(one).filter(([field]) => !VOLUME_FIELDS.includes(field)));
      if (!jsonEquals(sourceOf(spec), sourceOf(old))) {
        errors.forbidden("spec.persistentvolumesource", "spec.persistentvolumesource is immutable after creation");
      }
      checkImmutable(errors, "spec.volumeMode", spec.volumeMode, old.volumeMode);
    },
  },
  "storage.k8s.io/StorageClass": {
    validate({ provisioner, reclaimPolicy, volumeBindingMode }, errors) {
      if (!provisioner) errors.required("provisioner");
      checkOneOf(errors, "reclaimPolicy", reclaimPolicy, ["Delete", "Retain"]);
      checkOneOf(errors, "volumeBindingMode", volumeBindingMode, ["Immediate", "WaitForFirstConsumer"]);
    },
    immutableByTag: ["provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"],
  },
  "storage.k8s.io/VolumeAttributesClass": { immutable: ["driverName", "parameters"] },
  "storage.k8s.io/CSIDriver": { immutable: ["spec.attachRequired", "spec.volumeLifecycleModes"] },
  "storage.k8s.io/CSIStorageCapacity": { immutable: ["nodeTopology", "storageClassName"] },
  "storage.k8s.io/VolumeAttachment": { immutable: ["spec"] },
};

function copyDataSource(spec: Part): void {
  if (spec.dataSource && !spec.dataSourceRef) spec.dataSourceRef = { ...spec.dataSource };
  else if (spec.dataSourceRef && !spec.dataSource && !spec.dataSourceRef.namespace) {
    spec.dataSource = { ...spec.dataSourceRef };
  }
}

function validateClaim(spec: Part, path: string, errors: FieldErrors): void {
  checkSelector(errors, `${path}.selector`, spec.selector);
  checkAccessModes(spec, path, errors);
  const size = spec.resources?.requests?.storage;
  if (size === undefined) errors.required(`${path}.resources[storage]`);
  else if (compareQuantities(size, 0) <= 0) {
    errors.invalid(`${path}.resources[storage]`, size, "must be greater than zero");
  }
  checkSubdomain(errors, `${path}.storageClassName`, spec.storageClassName);
  checkOneOf(errors, `${path}.volumeMode`, spec.volumeMode, ["Block", "Filesystem"]);
}

function checkAccessModes({ accessModes = [] }: Part, path: string, errors: FieldErrors): void {
  if (accessModes.length === 0) errors.required(`${path}.accessModes`, "at least 1 access mode is required");
  for (const mode of accessModes) checkOneOf(errors, `${path}.accessModes`, mode, ACCESS_MODES);
}

function validateClaimUpdate({ spec }: Part, { spec: old, status }: Part, errors: FieldErrors): void {
  const isBound = status?.phase === "Bound";
  const fixed = (one: Part): Part => ({
    ...one,
    volumeName: old.volumeName || one.volumeName === undefined ? one.volumeName : undefined,
    volumeAttributesClassName: undefined,
    ...(isBound && { resources: { ...one.resources, requests: undefined } }),
    ...(old.storageClassName === undefined && { storageClassName: undefined }),
  });
  if (JSON.stringify(sorted(fixed(spec))) !== JSON.stringify(sorted(fixed(old)))) {
    errors.forbidden("spec", CLAIM_CHANGES);
  }
  const [size, oldSize] = [spec, old].map(({ resources }) => resources?.requests?.storage);
  if (isBound && size && oldSize && compareQuantities(size, oldSize) < 0) {
    errors.forbidden("spec.resources.requests.storage", "field can not be less than status.capacity");
  }
}

function sorted(value: Part): [string, unknown][] {
  return Object.entries(value).filter(([, one]) => one !== undefined).sort(([a], [b]) => a < b ? -1 : 1);
}

function validateVolume({ spec }: Part, errors: FieldErrors): void {
  checkAccessModes(spec, "spec", errors);
  const { capacity } = spec;
  if (!capacity) errors.required("spec.capacity");
  if (!capacity || !("storage" in capacity)) errors.notSupported("spec.capacity", capacity ?? null, ["storage"]);
  else if (compareQuantities(capacity.storage, 0) <= 0) {
    errors.invalid("spec.capacity[storage]", capacity.storage, "must be greater than zero");
  }
  const [source, ...others] = Object.keys(spec).filter((field) => !VOLUME_FIELDS.includes(field));
  if (source === undefined) errors.required("spec", "must specify a volume type");
  for (const other of others) errors.forbidden(`spec.${other}`, "may not specify more than 1 volume type");
  checkSubdomain(errors, "spec.storageClassName", spec.storageClassName);
}
