/**
 * The verbs of the API on objects, without HTTP. They are synchronous: as there is one thread, no two of them meet.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import type { KubeObject } from "../../kube/object.ts";
import { objectKey, type Storage, type StorageEvent } from "../storage/storage.ts";
import { Core, type CoreOptions } from "./core.ts";
import { createObject } from "./create.ts";
import { deleteObject } from "./delete.ts";
import { listObjects, type ListOptions, type ObjectList } from "./list.ts";
import { patchObject } from "./patch.ts";
import { checkReached, storageRevision } from "./revision_request.ts";
import type { ResourceCatalog, ServedResource, StoredObject } from "./served_resource.ts";
import { notFound, StatusError } from "./status_error.ts";
import type { StrategyContext } from "./strategy.ts";
import { updateObject } from "./update.ts";
import { Watches, type WatchListener, type WatchOptions } from "./watch.ts";
import type { Write } from "./write.ts";
import { type ScaleChange, writeScale } from "./write_scale.ts";
import type { DeleteOptions, Deletion, Patch, WriteOptions } from "./write_options.ts";

/** What a registry is made of. */
export type RegistryOptions = CoreOptions;

/** The verbs of the API. */
export class Registry {
  readonly #core: Core;
  readonly #watches: Watches;

  /**
   * Makes a registry.
   *
   * @param options What it is made of.
   */
  constructor(options: RegistryOptions) {
    this.#core = new Core(options);
    this.#watches = new Watches(this.#core);
  }

  /** The resources that are served. */
  get resources(): ResourceCatalog {
    return this.#core.resources;
  }

  /** Time and chance. */
  get clock(): Clock {
    return this.#core.clock;
  }

  /** Where the objects are stored. */
  get storage(): Storage {
    return this.#core.storage;
  }

  /** What admission can ask for. */
  get context(): StrategyContext {
    return this.#core.context();
  }

  /**
   * Draws a uid.
   *
   * @returns A UUID of version 4.
   */
  newUid(): string {
    return this.#core.uid();
  }

  /**
   * Reads an object.
   *
   * @param resource The resource.
   * @param namespace The namespace; empty for cluster-scoped kinds.
   * @param name The name.
   * @param resourceVersion The oldest revision that will do.
   * @returns The object.
   * @throws {StatusError} If there is none.
   */
  get(resource: ServedResource, namespace: string, name: string, resourceVersion?: string): StoredObject {
    checkReached(this.storage, storageRevision(resourceVersion));
    const stored = this.storage.get(resource.storedAs, objectKey(resource.namespaced ? namespace : "", name));
    if (stored === undefined) throw notFound(resource, name);
    return this.#core.view(resource, stored);
  }

  /**
   * Lists objects.
   *
   * @param resource The resource.
   * @param namespace The namespace; `undefined` for all.
   * @param options Which objects, and of which revision.
   * @returns The list.
   * @throws {StatusError} If the options make no sense, or the revision is not known any more.
   */
  list(resource: ServedResource, namespace?: string, options?: ListOptions): ObjectList {
    return listObjects(this.#core, resource, namespace, options);
  }

  /**
   * Watches objects.
   *
   * @param resource The resource.
   * @param namespace The namespace; `undefined` for all.
   * @param options Which objects, and since when.
   * @param listener Hears of what happens, synchronously; of what has happened already before this method returns.
   * @returns Stops the watch.
   * @throws {StatusError} If the options make no sense.
   */
  watch(
    resource: ServedResource,
    namespace: string | undefined,
    options: WatchOptions,
    listener: WatchListener,
  ): () => void {
    return this.#watches.start(resource, namespace, options, listener);
  }

  /** Tells all watches, by bookmarks, how far they are, without waiting for the time of that. */
  sendBookmarks(): void {
    this.#watches.sendBookmarks();
  }

  /**
   * Creates an object.
   *
   * @param resource The resource.
   * @param namespace The namespace; empty for cluster-scoped kinds.
   * @param draft The object; it is not changed.
   * @param options Options of the request.
   * @returns The object as it was stored.
   * @throws {StatusError} If it cannot be created.
   */
  create(resource: ServedResource, namespace: string, draft: KubeObject, options: WriteOptions = {}): StoredObject {
    return createObject(this.#write(resource, namespace, options), draft);
  }

  /**
   * Replaces an object.
   *
   * @param resource The resource.
   * @param namespace The namespace; empty for cluster-scoped kinds.
   * @param name The name.
   * @param draft What is to be there; it is not changed.
   * @param options Options of the request.
   * @returns What is there.
   * @throws {StatusError} If it cannot be changed.
   */
  update(
    resource: ServedResource,
    namespace: string,
    name: string,
    draft: KubeObject,
    options: WriteOptions = {},
  ): StoredObject {
    return updateObject(this.#write(resource, namespace, options), name, draft);
  }

  /**
   * Patches an object.
   *
   * @param resource The resource.
   * @param namespace The namespace; empty for cluster-scoped kinds.
   * @param name The name.
   * @param patch The patch.
   * @param options Options of the request.
   * @returns What is there.
   * @throws {StatusError} If it cannot be patched.
   */
  patch(
    resource: ServedResource,
    namespace: string,
    name: string,
    patch: Patch,
    options: WriteOptions = {},
  ): StoredObject {
    return patchObject(this.#write(resource, namespace, options), name, patch);
  }

  /**
   * Changes how many replicas an object is to have, through its subresource `scale`.
   *
   * @param resource The resource.
   * @param namespace The namespace; empty for cluster-scoped kinds.
   * @param name The name.
   * @param change The change.
   * @param options Options of the request.
   * @returns What is there.
   * @throws {StatusError} If it cannot be scaled so.
   */
  scale(
    resource: ServedResource,
    namespace: string,
    name: string,
    change: ScaleChange,
    options: WriteOptions = {},
  ): StoredObject {
    return writeScale(this.#write(resource, namespace, options), name, change);
  }

  /**
   * Deletes an object.
   *
   * @param resource The resource.
   * @param namespace The namespace; empty for cluster-scoped kinds.
   * @param name The name.
   * @param deleteOptions How to delete it.
   * @param options Options of the request.
   * @returns The object, and whether it is gone.
   * @throws {StatusError} If it cannot be deleted.
   */
  delete(
    resource: ServedResource,
    namespace: string,
    name: string,
    deleteOptions: DeleteOptions = {},
    options: WriteOptions = {},
  ): Deletion<StoredObject> {
    return deleteObject(this.#write(resource, namespace, options), name, deleteOptions);
  }

  /**
   * Deletes the objects of a list.
   *
   * @param resource The resource.
   * @param namespace The namespace; `undefined` for all.
   * @param listOptions Which objects.
   * @param deleteOptions How to delete them.
   * @param options Options of the request.
   * @returns The list of what was to be deleted.
   * @throws {StatusError} If one cannot be deleted.
   */
  deleteCollection(
    resource: ServedResource,
    namespace?: string,
    listOptions: ListOptions = {},
    deleteOptions: DeleteOptions = {},
    options: WriteOptions = {},
  ): ObjectList {
    const list = this.list(resource, namespace, listOptions);
    for (const { metadata } of list.items) {
      try {
        this.delete(resource, metadata.namespace ?? "", metadata.name!, deleteOptions, options);
      } catch (error) {
        // A hook or a listener may have been faster.
        if (!(error instanceof StatusError) || error.reason !== "NotFound") throw error;
      }
    }
    return list;
  }

  /**
   * Tells of every write, in order, synchronously. Of a write by a listener all hear after the one before.
   *
   * @param listener Hears of writes; objects are in the version in which they are stored.
   * @returns Stops it.
   */
  subscribe(listener: (event: StorageEvent) => void): () => void {
    return this.storage.subscribe(listener);
  }

  #write(resource: ServedResource, namespace: string, options: WriteOptions): Write {
    return { core: this.#core, resource, namespace: resource.namespaced ? namespace : "", options };
  }
}
