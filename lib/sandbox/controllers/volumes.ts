/**
 * Claims of storage: each gets a volume that fits, or a new one of its class.
 *
 * @module
 */

import type { PersistentVolume, PersistentVolumeClaim } from "../../kinds/core/v1.ts";
import type { StorageClass } from "../../kinds/storage/v1.ts";
import type { Live } from "../../kube/live.ts";
import { isTerminating } from "../../kube/owner.ts";
import { compareQuantities } from "../../kube/quantity.ts";
import { keyOf } from "./cache.ts";
import { type Controller, type ControllerContext, type Watch, watchSelf } from "./controller.ts";
import { CLAIMS, PODS, STORAGE_CLASSES, VOLUMES } from "./kinds.ts";
import { hasEnded } from "./pods.ts";
import { selects } from "../../kube/label_selector.ts";
import type { Writer } from "./writer.ts";
import type { Cache } from "./cache.ts";

const CLAIM_PROTECTION = "kubernetes.io/pvc-protection";
const VOLUME_PROTECTION = "kubernetes.io/pv-protection";
const BOUND = { "pv.kubernetes.io/bind-completed": "yes", "pv.kubernetes.io/bound-by-controller": "yes" };

/**
 * Makes the controller that binds claims to volumes.
 *
 * @param context What it works with.
 * @returns The controller.
 */
export function volumeController(context: ControllerContext): Controller {
  return new VolumeController(context);
}

class VolumeController implements Controller {
  readonly name = "persistentvolume";
  readonly watches: readonly Watch[];
  readonly #cache: Cache;
  readonly #writer: Writer;

  constructor(context: ControllerContext) {
    const { cache } = context;
    const writer = context.writer("persistentvolume-controller", "kube-controller-manager");
    // That a volume or a class is there now may help claims that wait.
    const waiting = () => cache.list(CLAIMS).filter(({ status }) => status?.phase !== "Bound").map(keyOf);
    this.watches = [
      watchSelf(CLAIMS),
      { storedAs: VOLUMES.storedAs, keys: (object) => [keyOf(object), ...waiting()] },
      { storedAs: STORAGE_CLASSES.storedAs, keys: waiting },
      { storedAs: CLAIMS.storedAs, keys: ({ spec }) => volumeKey((spec as PersistentVolumeClaim["spec"])?.volumeName) },
      { storedAs: PODS.storedAs, keys: (object) => claimsOf(object as unknown as Parameters<typeof claimsOf>[0]) },
    ];
    this.#cache = cache;
    this.#writer = writer;
  }

  reconcile(key: string): number | undefined {
    // Claims have a namespace, volumes have none.
    if (key.startsWith("/")) return this.#follow(key.slice(1));
    const claim = this.#cache.byKey(CLAIMS, key);
    if (claim && isTerminating(claim)) this.#protect(claim);
    else if (claim && claim.status?.phase !== "Bound") this.#bind(claim);
    return undefined;
  }

  #bind(claim: Live<PersistentVolumeClaim>): void {
    const { volumeName, storageClassName } = claim.spec!;
    const storageClass = storageClassName ? this.#cache.get(STORAGE_CLASSES, "", storageClassName) : undefined;
    const found = volumeName ? this.#cache.get(VOLUMES, "", volumeName) : this.#findVolume(claim);
    if (!found && !volumeName && storageClass?.volumeBindingMode === "WaitForFirstConsumer" && !this.#isUsed(claim)) {
      const message = "waiting for first consumer to be created before binding";
      return this.#writer.event(claim, "Normal", "WaitForFirstConsumer", message);
    }
    const volume = found ?? (storageClass && !volumeName ? this.#provision(claim, storageClass) : undefined);
    if (!volume) {
      if (claim.status?.phase !== "Pending") this.#writer.updateStatus(claim, { ...claim.status, phase: "Pending" });
      if (volumeName) return;
      const message = "no persistent volumes available for this claim and no storage class is set";
      return this.#writer.event(claim, "Normal", "FailedBinding", message);
    }
    const { apiVersion, kind, metadata: { name, namespace, resourceVersion, uid } } = claim;
    const claimRef = { apiVersion, kind, name, namespace, resourceVersion, uid };
    if (volume.spec!.claimRef?.uid !== uid) this.#writer.update(volume, { spec: { ...volume.spec, claimRef } });
    this.#tellVolume(volume.metadata.name, "Bound");
    const annotations = { ...claim.metadata.annotations, ...BOUND };
    this.#writer.update(claim, {
      metadata: { ...claim.metadata, annotations },
      spec: { ...claim.spec, volumeName: volume.metadata.name },
    });
    const { accessModes, capacity } = this.#cache.get(VOLUMES, "", volume.metadata.name)!.spec!;
    this.#writer.updateStatus(this.#cache.byKey(CLAIMS, keyOf(claim))!, { accessModes, capacity, phase: "Bound" });
  }

  #findVolume(claim: Live<PersistentVolumeClaim>): Live<PersistentVolume> | undefined {
    const { accessModes = [], storageClassName = "", selector, resources, volumeMode = "Filesystem" } = claim.spec!;
    const size = resources?.requests?.storage ?? "0";
    return this.#cache.list(VOLUMES).filter(({ spec, metadata }) => {
      const ref = spec!.claimRef;
      const isReserved = ref?.name === claim.metadata.name && ref.namespace === claim.metadata.namespace &&
        (!ref.uid || ref.uid === claim.metadata.uid);
      return (ref === undefined || isReserved) && metadata.deletionTimestamp === undefined &&
        (spec!.storageClassName ?? "") === storageClassName && (spec!.volumeMode ?? "Filesystem") === volumeMode &&
        accessModes.every((mode) => spec!.accessModes?.includes(mode)) &&
        compareQuantities(spec!.capacity?.storage ?? "0", size) >= 0 &&
        (selector === undefined || selects(selector, metadata.labels));
    }).toSorted((a, b) => compareQuantities(a.spec!.capacity!.storage!, b.spec!.capacity!.storage!))[0];
  }

  #provision(claim: Live<PersistentVolumeClaim>, storageClass: Live<StorageClass>): Live<PersistentVolume> {
    const { accessModes = [], resources, volumeMode = "Filesystem" } = claim.spec!;
    const name = `pvc-${claim.metadata.uid}`;
    const { provisioner, reclaimPolicy = "Delete" } = storageClass;
    const created = this.#writer.create(VOLUMES, {
      metadata: { name, annotations: { "pv.kubernetes.io/provisioned-by": provisioner } },
      spec: {
        accessModes,
        capacity: { storage: resources?.requests?.storage ?? "0" },
        csi: { driver: provisioner, volumeHandle: name },
        persistentVolumeReclaimPolicy: reclaimPolicy as "Delete",
        storageClassName: storageClass.metadata.name,
        volumeMode,
      },
    });
    this.#writer.event(claim, "Normal", "ProvisioningSucceeded", `Successfully provisioned volume ${name}`);
    return created;
  }

  /** Keeps the phase of a volume, and removes one whose claim is gone if its policy says so. */
  #follow(name: string): undefined {
    const volume = this.#cache.get(VOLUMES, "", name);
    if (!volume) return undefined;
    const ref = volume.spec!.claimRef;
    const claim = ref && this.#cache.get(CLAIMS, ref.namespace ?? "", ref.name ?? "");
    const isBound = claim !== undefined && (!ref!.uid || claim.metadata.uid === ref!.uid);
    if (isTerminating(volume)) {
      if (!isBound) this.#dropFinalizer(volume, VOLUME_PROTECTION);
    } else if (!ref) this.#tellVolume(name, "Available");
    else if (!isBound && ref.uid) {
      this.#tellVolume(name, "Released");
      const policy = volume.spec!.persistentVolumeReclaimPolicy;
      if (policy === "Delete") this.#writer.delete(this.#cache.get(VOLUMES, "", name)!);
    }
    return undefined;
  }

  #tellVolume(name: string, phase: string): void {
    const volume = this.#cache.get(VOLUMES, "", name)!;
    this.#writer.updateStatus(volume, { ...volume.status, phase });
  }

  /** Lets a claim go that nobody uses any more. */
  #protect(claim: Live<PersistentVolumeClaim>): void {
    if (!this.#isUsed(claim)) this.#dropFinalizer(claim, CLAIM_PROTECTION);
  }

  #isUsed(claim: Live<PersistentVolumeClaim>): boolean {
    return this.#cache.list(PODS, claim.metadata.namespace).some((pod) =>
      !hasEnded(pod) && claimsOf(pod).includes(keyOf(claim))
    );
  }

  #dropFinalizer(object: Live<PersistentVolume> | Live<PersistentVolumeClaim>, name: string): void {
    const { finalizers } = object.metadata;
    if (!finalizers?.includes(name)) return;
    this.#writer.updateMetadata(object, { finalizers: finalizers.filter((finalizer) => finalizer !== name) });
  }
}

function volumeKey(name: string | undefined): string[] {
  return name ? [`/${name}`] : [];
}

function claimsOf(
  { metadata, spec }: {
    readonly metadata: { readonly namespace?: string | undefined };
    readonly spec?: {
      readonly volumes?: readonly { readonly persistentVolumeClaim?: { readonly claimName: string } }[];
    };
  },
): string[] {
  return (spec?.volumes ?? []).flatMap(({ persistentVolumeClaim }) =>
    persistentVolumeClaim ? [`${metadata.namespace}/${persistentVolumeClaim.claimName}`] : []
  );
}
