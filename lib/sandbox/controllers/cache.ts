/**
 * All stored objects, as controllers look them up. As the world tells about every write at once, it is never behind.
 *
 * @module
 */

import type { Live } from "../../kube/live.ts";
import type { KubeObject } from "../../kube/object.ts";
import { controllerOf, type Owner } from "../../kube/owner.ts";
import type { StoredObject } from "../registry/served_resource.ts";
import type { KindKey } from "./kinds.ts";
import type { World, WorldEvent } from "./world.ts";

/** An object and under what it is stored. */
export interface CachedObject {
  /** Such as `apps/deployments`. */
  readonly storedAs: string;
  /** The object. */
  readonly object: StoredObject;
}

/** The objects of one kind by their keys, and by namespaces. */
class KindCache {
  readonly namespaces = new Map<string, Map<string, StoredObject>>();

  of(namespace: string): Map<string, StoredObject> {
    let objects = this.namespaces.get(namespace);
    if (!objects) this.namespaces.set(namespace, objects = new Map());
    return objects;
  }
}

/** Hears of the objects of a kind; one that changes is removed as it was, and added as it is. */
export interface Tracker<T> {
  /** Takes an object in. */
  add(object: T): void;
  /** Takes it out. */
  remove(object: T): void;
}

/** The stored objects with indexes by uid and by owner. */
export class Cache {
  readonly #kinds = new Map<string, KindCache>();
  readonly #byUid = new Map<string, CachedObject>();
  readonly #byOwner = new Map<string, Map<string, CachedObject>>();
  readonly #free = new Map<string, Map<string, StoredObject>>();
  readonly #trackers = new Map<string, Tracker<StoredObject>[]>();

  /**
   * Reads all that is stored.
   *
   * @param world Where it is stored.
   */
  fill(world: Pick<World, "resources" | "list">): void {
    const stored = new Set(world.resources.all().map(({ storedAs }) => storedAs));
    for (const storedAs of stored) {
      const resource = world.resources.findStored(storedAs);
      for (const object of resource ? world.list(resource, undefined, {}).items : []) {
        this.apply({ type: "ADDED", storedAs, object });
      }
    }
  }

  /**
   * Takes a change over.
   *
   * @param event The change.
   */
  apply({ type, storedAs, object }: WorldEvent): void {
    const { namespace = "", name = "", uid = "" } = object.metadata;
    const kind = this.#kind(storedAs);
    const before = kind.of(namespace).get(name);
    const trackers = this.#trackers.get(storedAs) ?? [];
    if (before) {
      this.#unlink(storedAs, before);
      for (const tracker of trackers) tracker.remove(before);
    }
    if (type === "DELETED") {
      kind.of(namespace).delete(name);
      return;
    }
    kind.of(namespace).set(name, object);
    for (const tracker of trackers) tracker.add(object);
    const cached = { storedAs, object };
    this.#byUid.set(uid, cached);
    for (const owner of object.metadata.ownerReferences ?? []) entryOf(this.#byOwner, owner.uid).set(uid, cached);
    if (!controllerOf(object)) entryOf(this.#free, `${storedAs} ${namespace}`).set(name, object);
  }

  /**
   * Keeps an index up to date.
   *
   * @typeParam T The type of what is in it.
   * @param kind Its kind.
   * @param tracker Is given all that is there, and every change from now on.
   */
  track<T extends KubeObject>(kind: KindKey<T>, tracker: Tracker<Live<T>>): void {
    const trackers = this.#trackers.get(kind.storedAs) ?? [];
    this.#trackers.set(kind.storedAs, [...trackers, tracker as unknown as Tracker<StoredObject>]);
    for (const object of this.list(kind)) tracker.add(object);
  }

  /**
   * Finds an object.
   *
   * @typeParam T Its type.
   * @param kind Its kind.
   * @param namespace Its namespace; empty for cluster-scoped kinds.
   * @param name Its name.
   * @returns The object, if it is there.
   */
  get<T extends KubeObject>(kind: KindKey<T>, namespace: string, name: string): Live<T> | undefined {
    return this.getStored(kind.storedAs, namespace, name) as Live<T> | undefined;
  }

  /**
   * Finds an object as it is stored.
   *
   * @param storedAs Under what.
   * @param namespace Its namespace; empty for cluster-scoped kinds.
   * @param name Its name.
   * @returns The object, if it is there.
   */
  getStored(storedAs: string, namespace: string, name: string): StoredObject | undefined {
    return this.#kind(storedAs).namespaces.get(namespace)?.get(name);
  }

  /**
   * Finds the object that a key of a work queue names.
   *
   * @typeParam T Its type.
   * @param kind Its kind.
   * @param key Namespace and name, see {@linkcode keyOf}.
   * @returns The object, if it is there.
   */
  byKey<T extends KubeObject>(kind: KindKey<T>, key: string): Live<T> | undefined {
    const slash = key.indexOf("/");
    return this.get(kind, key.slice(0, slash), key.slice(slash + 1));
  }

  /**
   * Lists objects.
   *
   * @typeParam T Their type.
   * @param kind Their kind.
   * @param namespace Their namespace; absent for all.
   * @returns The objects, oldest first.
   */
  list<T extends KubeObject>(kind: KindKey<T>, namespace?: string): Live<T>[] {
    return this.listStored(kind.storedAs, namespace) as unknown as Live<T>[];
  }

  /**
   * Lists objects as they are stored.
   *
   * @param storedAs Under what.
   * @param namespace Their namespace; absent for all.
   * @returns The objects, oldest first.
   */
  listStored(storedAs: string, namespace?: string): StoredObject[] {
    const { namespaces } = this.#kind(storedAs);
    if (namespace !== undefined) return [...namespaces.get(namespace)?.values() ?? []];
    return [...namespaces.values()].flatMap((objects) => [...objects.values()]);
  }

  /**
   * Lists the objects that an owner controls.
   *
   * @typeParam T Their type.
   * @param kind Their kind.
   * @param owner The owner.
   * @returns The objects, oldest first.
   */
  controlledBy<T extends KubeObject>(kind: KindKey<T>, owner: Owner): Live<T>[] {
    return this.dependentsOf(owner.metadata.uid)
      .filter(({ storedAs, object }) => storedAs === kind.storedAs && controllerOf(object)?.uid === owner.metadata.uid)
      .map(({ object }) => object as unknown as Live<T>);
  }

  /**
   * Lists the objects that nothing controls.
   *
   * @typeParam T Their type.
   * @param kind Their kind.
   * @param namespace Their namespace.
   * @returns The objects.
   */
  uncontrolled<T extends KubeObject>(kind: KindKey<T>, namespace: string): Live<T>[] {
    return [...this.#free.get(`${kind.storedAs} ${namespace}`)?.values() ?? []] as unknown as Live<T>[];
  }

  /**
   * Lists the objects that depend on an owner.
   *
   * @param uid The uid of the owner, which need not exist.
   * @returns The objects.
   */
  dependentsOf(uid: string): CachedObject[] {
    return [...this.#byOwner.get(uid)?.values() ?? []];
  }

  /**
   * Finds an object by its uid.
   *
   * @param uid The uid.
   * @returns The object, if it is there.
   */
  find(uid: string): CachedObject | undefined {
    return this.#byUid.get(uid);
  }

  /**
   * Lists all objects.
   *
   * @returns The objects of all kinds.
   */
  all(): Iterable<CachedObject> {
    return this.#byUid.values();
  }

  /**
   * Lists all objects of a namespace.
   *
   * @param namespace The namespace.
   * @returns The objects of all kinds.
   */
  contents(namespace: string): CachedObject[] {
    return [...this.#kinds].flatMap(([storedAs, { namespaces }]) =>
      [...namespaces.get(namespace)?.values() ?? []].map((object) => ({ storedAs, object }))
    );
  }

  #kind(storedAs: string): KindCache {
    let kind = this.#kinds.get(storedAs);
    if (!kind) this.#kinds.set(storedAs, kind = new KindCache());
    return kind;
  }

  #unlink(storedAs: string, { metadata }: StoredObject): void {
    const { namespace = "", name = "", uid = "", ownerReferences = [] } = metadata;
    this.#byUid.delete(uid);
    for (const owner of ownerReferences) removeFrom(this.#byOwner, owner.uid, uid);
    removeFrom(this.#free, `${storedAs} ${namespace}`, name);
  }
}

/**
 * Makes the key by which work queues name an object.
 *
 * @param object The object.
 * @returns Its namespace (empty for cluster-scoped kinds), a slash and its name.
 */
export function keyOf(
  { metadata }: {
    readonly metadata?: { readonly namespace?: string | undefined; readonly name?: string | undefined };
  },
): string {
  return `${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`;
}

function entryOf<T>(index: Map<string, Map<string, T>>, key: string): Map<string, T> {
  let entry = index.get(key);
  if (!entry) index.set(key, entry = new Map());
  return entry;
}

function removeFrom<T>(index: Map<string, Map<string, T>>, key: string, name: string): void {
  const entry = index.get(key);
  entry?.delete(name);
  if (entry?.size === 0) index.delete(key);
}
