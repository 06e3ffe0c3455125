/**
 * What all verbs of the registry work with.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import type { KubeObject } from "../../kube/object.ts";
import { FieldManager } from "../field_manager/field_manager.ts";
import type { Versions } from "../field_manager/updater.ts";
import { objectKey, type Storage } from "../storage/storage.ts";
import type { Admission } from "./admission.ts";
import type { Draft, ResourceCatalog, ServedResource, StoredObject } from "./served_resource.ts";
import type { StrategyContext } from "./strategy.ts";
import type { WriteOptions } from "./write_options.ts";
import { formatTime } from "../../kube/time.ts";

/** What a registry is made of. */
export interface CoreOptions {
  /** Where objects are stored. */
  readonly storage: Storage;
  /** The resources that are served. */
  readonly resources: ResourceCatalog;
  /** Time and chance. */
  readonly clock: Clock;
  /** What may change and refuse writes. */
  readonly admission: Admission;
}

/** The state that the verbs share; all that is derived from schemas and objects is derived once. */
export class Core {
  readonly storage: Storage;
  readonly resources: ResourceCatalog;
  readonly clock: Clock;
  readonly admission: Admission;
  readonly #fieldManagers = new Map<string, FieldManager>();
  /** The second of the epoch that was last asked for, and how it is written. */
  #second = NaN;
  #now = "";
  readonly #views = new WeakMap<StoredObject, Map<ServedResource, StoredObject>>();

  constructor({ storage, resources, clock, admission }: CoreOptions) {
    this.storage = storage;
    this.resources = resources;
    this.clock = clock;
    this.admission = admission;
  }

  /** The present, RFC 3339 with seconds. */
  now(): string {
    const second = Math.floor(this.clock.now() / 1_000);
    if (second !== this.#second) [this.#second, this.#now] = [second, formatTime(second * 1_000)];
    return this.#now;
  }

  /** A new uid (a UUID of version 4). */
  uid(): string {
    const word = () => Math.floor(this.clock.random() * 2 ** 32).toString(16).padStart(8, "0");
    const [a, b, c, d] = [word(), word(), word(), word()];
    const variant = "89ab"[parseInt(c[0]!, 16) & 3];
    return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-${variant}${c.slice(1, 4)}-${c.slice(4)}${d}`;
  }

  /** The version in which the objects of a resource are stored. */
  storedVersion(resource: ServedResource): ServedResource {
    return this.resources.findStored(resource.storedAs) ?? resource;
  }

  /** A stored object in the version of a resource; always the same one. */
  view(resource: ServedResource, stored: StoredObject): StoredObject {
    if (this.storedVersion(resource) === resource) return stored;
    let views = this.#views.get(stored);
    if (views === undefined) this.#views.set(stored, views = new Map());
    let view = views.get(resource);
    if (view === undefined) views.set(resource, view = resource.fromStored(stored));
    return view;
  }

  /** The bookkeeping of the managed fields of a resource. */
  fieldManager({ storedAs, kind }: ServedResource): FieldManager {
    let manager = this.#fieldManagers.get(storedAs);
    if (manager === undefined) {
      manager = new FieldManager(this.#versions(storedAs, kind));
      this.#fieldManagers.set(storedAs, manager);
    }
    return manager;
  }

  /** What strategies can ask for. */
  context({ user, warn }: Pick<WriteOptions, "user" | "warn"> = {}): StrategyContext {
    const { storage, clock } = this;
    return {
      now: this.now(),
      random: () => clock.random(),
      find: (storedAs, namespace, name) => storage.get(storedAs, objectKey(namespace, name)),
      *list(storedAs, namespace) {
        const prefix = namespace === undefined ? "" : `${namespace}/`;
        for (const [, object] of storage.entries(storedAs, prefix)) yield object;
      },
      warn: (message) => warn?.(message),
      ...user && { user },
    };
  }

  #versions(storedAs: string, kind: string): Versions {
    const find = (apiVersion: string) => {
      const resource = this.resources.findKind(apiVersion, kind);
      return resource?.storedAs === storedAs ? resource : undefined;
    };
    return {
      schema: (apiVersion) => find(apiVersion)?.schema,
      convert: (object: KubeObject, apiVersion) => {
        const from = find(object.apiVersion);
        const to = find(apiVersion);
        if (from === undefined || to === undefined || from === to) return object;
        return to.fromStored(from.toStored(object as Draft));
      },
    };
  }
}
