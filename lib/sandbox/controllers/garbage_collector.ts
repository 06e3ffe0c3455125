/**
 * The garbage collector: what depended on objects that are gone goes, too.
 *
 * @module
 */

import type { DeepReadonly } from "../../base/deep_readonly.ts";
import type { OwnerReference } from "../../kube/object.ts";
import { isTerminating } from "../../kube/owner.ts";
import type { StoredObject } from "../registry/served_resource.ts";
import type { CachedObject } from "./cache.ts";
import type { Controller, ControllerContext, Watch } from "./controller.ts";
import type { AnyLive, Writer } from "./writer.ts";
import type { Cache } from "./cache.ts";

const ORPHAN = "orphan";
const FOREGROUND = "foregroundDeletion";

/**
 * Makes the garbage collector. Its keys are uids, as an owner may be gone.
 *
 * @param context What it works with.
 * @returns The controller.
 */
export function garbageCollector(context: ControllerContext): Controller {
  return new GarbageCollector(context);
}

class GarbageCollector implements Controller {
  readonly name = "garbage-collector";
  readonly watches: readonly Watch[];
  readonly #cache: Cache;
  readonly #writer: Writer;

  constructor(context: ControllerContext) {
    const { cache } = context;
    const writer = context.writer("generic-garbage-collector");
    this.watches = [{
      storedAs: "*",
      *keys({ metadata }: StoredObject) {
        const { uid = "", ownerReferences = [], finalizers = [] } = metadata;
        if (ownerReferences.length > 0 || finalizers.length > 0) yield uid;
        // An owner that goes with its dependents waits for them.
        for (const owner of ownerReferences) {
          if (cache.find(owner.uid)?.object.metadata.deletionTimestamp) yield owner.uid;
        }
        for (const { object } of cache.dependentsOf(uid)) yield object.metadata.uid!;
      },
    }];
    this.#cache = cache;
    this.#writer = writer;
  }

  reconcile(uid: string): number | undefined {
    const found = this.#cache.find(uid);
    if (!found) return undefined;
    const object = found.object as unknown as AnyLive;
    const finalizers = object.metadata.finalizers ?? [];
    if (isTerminating(object) && finalizers.includes(ORPHAN)) this.#orphan(object);
    else if (isTerminating(object) && finalizers.includes(FOREGROUND)) this.#deleteDependents(object);
    else if (!isTerminating(object)) this.#judge(found, object);
    return undefined;
  }

  #orphan(owner: AnyLive): void {
    for (const { object } of this.#cache.dependentsOf(owner.metadata.uid)) {
      this.#keepOwners(object, (reference) => reference.uid !== owner.metadata.uid);
    }
    this.#dropFinalizer(owner, ORPHAN);
  }

  #deleteDependents(owner: AnyLive): void {
    const dependents = this.#cache.dependentsOf(owner.metadata.uid);
    const blocking = dependents.filter(({ object }) => referenceTo(object, owner)?.blockOwnerDeletion);
    for (const { object } of dependents) {
      if (!isTerminating(object) && this.#allOwnersGo(object)) this.#remove(object, "Foreground");
    }
    const left = blocking.filter(({ object }) => this.#cache.find(object.metadata.uid!) && referenceTo(object, owner));
    const remaining = left.filter(({ object }) => this.#allOwnersGo(this.#cache.find(object.metadata.uid!)!.object));
    if (remaining.length > 0) return;
    for (const { object } of left) this.#keepOwners(object, (reference) => reference.uid !== owner.metadata.uid);
    this.#dropFinalizer(owner, FOREGROUND);
  }

  /** Decides about an object that has owners. */
  #judge({ storedAs }: CachedObject, object: AnyLive): void {
    const references = object.metadata.ownerReferences ?? [];
    if (references.length === 0) return;
    const states = references.map((reference) => this.#stateOf(object, storedAs, reference));
    // Nobody can tell which namespace is meant, so nothing happens.
    if (states.includes("unclear")) return;
    if (states.includes("solid")) {
      // What it does not depend on any more is forgotten.
      if (states.some((state) => state !== "solid")) {
        this.#keepOwners(object as unknown as StoredObject, (_, i) => states[i] === "solid");
      }
    } else if (states.includes("waiting") && this.#cache.dependentsOf(object.metadata.uid).length > 0) {
      this.#remove(object as unknown as StoredObject, "Foreground");
    } else this.#remove(object as unknown as StoredObject, policyOf(object));
  }

  #stateOf(
    object: AnyLive,
    storedAs: string,
    { apiVersion, kind, name, uid }: DeepReadonly<OwnerReference>,
  ): "solid" | "absent" | "waiting" | "unclear" {
    const owner = this.#cache.find(uid)?.object;
    if (!owner) return "absent";
    const { namespace } = owner.metadata;
    const isThat = owner.kind === kind && owner.metadata.name === name && sameGroup(owner.apiVersion, apiVersion);
    if (!isThat || namespace !== undefined && namespace !== object.metadata.namespace) {
      if (storedAs !== "/events") {
        const where = object.metadata.namespace ? `in namespace "${object.metadata.namespace}"` : "at cluster-scope";
        const what = `ownerRef [${apiVersion}/${kind}, namespace: ${
          object.metadata.namespace ?? ""
        }, name: ${name}, uid: ${uid}]`;
        this.#writer.event(object, "Warning", "OwnerRefInvalidNamespace", `${what} does not exist ${where}`);
      }
      return namespace !== undefined && object.metadata.namespace === undefined ? "unclear" : "absent";
    }
    const goes = isTerminating(owner) && owner.metadata.finalizers?.includes(FOREGROUND);
    return goes ? "waiting" : "solid";
  }

  #allOwnersGo(object: StoredObject): boolean {
    return (object.metadata.ownerReferences ?? []).every(({ uid }) => {
      const owner = this.#cache.find(uid)?.object;
      return !owner || isTerminating(owner) && owner.metadata.finalizers?.includes(FOREGROUND);
    });
  }

  #keepOwners(object: StoredObject, keeps: (reference: OwnerReference, index: number) => boolean): void {
    const current = this.#cache.find(object.metadata.uid!)?.object;
    const kept = current?.metadata.ownerReferences?.filter(keeps) ?? [];
    if (!current || kept.length === current.metadata.ownerReferences?.length) return;
    this.#writer.updateMetadata(current as unknown as AnyLive, {
      ownerReferences: kept.length === 0 ? undefined : kept,
    });
  }

  #dropFinalizer(owner: AnyLive, name: string): void {
    const current = this.#cache.find(owner.metadata.uid)?.object as unknown as AnyLive | undefined;
    if (!current) return;
    this.#writer.updateMetadata(current, {
      finalizers: current.metadata.finalizers?.filter((finalizer) => finalizer !== name),
    });
  }

  #remove(object: StoredObject, propagationPolicy: "Foreground" | "Background" | "Orphan"): void {
    this.#writer.delete(object as unknown as AnyLive, { propagationPolicy });
  }
}

// What was asked to go in a certain way keeps to it.
function policyOf({ metadata: { finalizers = [] } }: AnyLive): "Foreground" | "Background" | "Orphan" {
  return finalizers.includes(ORPHAN) ? "Orphan" : finalizers.includes(FOREGROUND) ? "Foreground" : "Background";
}

function referenceTo(object: StoredObject, owner: AnyLive): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find(({ uid }) => uid === owner.metadata.uid);
}

function sameGroup(a: string, b: string): boolean {
  const groupOf = (apiVersion: string) => apiVersion.includes("/") ? apiVersion.split("/")[0] : "";
  return groupOf(a) === groupOf(b);
}
