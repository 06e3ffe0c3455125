/**
 * What etcd and the watch cache are to kube-apiserver: objects by their keys, in memory, with the revisions that they
 * had. Everything is synchronous, so that nothing can happen between a read and the write that follows from it.
 *
 * @module
 */

import type { Draft, StoredObject } from "../registry/served_resource.ts";
import { History } from "./history.ts";
import { type SortedEntries, SortedMap } from "./sorted_map.ts";
import type { StorageLog } from "./storage_log.ts";

/** What happened to an object. */
export interface StorageEvent {
  /** What happened. */
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  /** Under what it is stored, such as `apps/deployments`. */
  readonly storedAs: string;
  /** Its key, as `namespace/name`. */
  readonly key: string;
  /** The revision that the write made. */
  readonly revision: number;
  /** The object; a deleted one as it was, with the revision of its deletion. */
  readonly object: StoredObject;
  /** The object as it was before, if it was there. */
  readonly old?: StoredObject;
}

/** Settings of a {@linkcode Storage}. */
export interface StorageOptions {
  /** How many writes to one resource can be read back; those before are compacted. @default {10_000} */
  readonly historyLimit?: number;
  /** Keeps what is written. */
  readonly log?: StorageLog;
}

/** A revision that is not known any more. */
export class CompactedError extends Error {
  /** The revision. */
  readonly revision: number;
  /** The oldest revision that is known. */
  readonly oldest: number;

  /**
   * Makes an error.
   *
   * @param revision The revision.
   * @param oldest The oldest revision that is known.
   */
  constructor(revision: number, oldest: number) {
    super(`Cannot read revision ${revision}: ${oldest} is the oldest that is known`);
    this.name = "CompactedError";
    this.revision = revision;
    this.oldest = oldest;
  }
}

/** Where revisions of a new storage begin: a real API server has written about so much when it is ready. */
const FIRST_REVISION = 200;
const NOTHING: SortedMap<StoredObject> = new SortedMap();

/** Makes the key of an object. */
export function objectKey(namespace: string, name: string): string {
  return namespace === "" ? name : `${namespace}/${name}`;
}

/**
 * Objects with their revisions.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const storage = new Storage();
 * const before = storage.revision;
 * storage.put("/configmaps", "shop/a", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } });
 * strictEqual(storage.get("/configmaps", "shop/a")?.metadata.resourceVersion, String(before + 1));
 * strictEqual([...storage.entriesAt(before, "/configmaps")].length, 0);
 * ```
 */
export class Storage {
  readonly #objects = new Map<string, SortedMap<StoredObject>>();
  readonly #histories = new Map<string, History>();
  readonly #listeners = new Set<(event: StorageEvent) => void>();
  readonly #undelivered: StorageEvent[] = [];
  readonly #historyLimit: number;
  readonly #log: StorageLog | undefined;
  #revision: number;
  #compacted: number;
  #isDelivering = false;

  /**
   * Makes a storage that holds what its log has.
   *
   * @param options Settings.
   */
  constructor({ historyLimit = 10_000, log }: StorageOptions = {}) {
    this.#historyLimit = historyLimit;
    this.#log = log;
    const { revision, entries } = log?.load() ?? { revision: 0, entries: [] };
    for (const { storedAs, key, object } of entries) this.#objectsOf(storedAs).set(key, object!);
    this.#revision = Math.max(revision, FIRST_REVISION);
    this.#compacted = this.#revision;
  }

  /** The revision of the last write. */
  get revision(): number {
    return this.#revision;
  }

  /**
   * Finds an object.
   *
   * @param storedAs Under what it is stored.
   * @param key Its key.
   * @returns The object; `undefined` if there is none.
   */
  get(storedAs: string, key: string): StoredObject | undefined {
    return this.#objects.get(storedAs)?.get(key);
  }

  /**
   * Counts objects.
   *
   * @param storedAs Under what they are stored.
   * @returns How many there are.
   */
  count(storedAs: string): number {
    return this.#objects.get(storedAs)?.size ?? 0;
  }

  /**
   * Walks through objects in the order of their keys.
   *
   * @param storedAs Under what they are stored.
   * @param prefix What their keys begin with, such as `shop/`.
   * @param from The least key.
   * @returns Keys and objects; nothing must be written meanwhile.
   */
  entries(storedAs: string, prefix?: string, from?: string): SortedEntries<StoredObject> {
    return (this.#objects.get(storedAs) ?? NOTHING).entries(prefix, from);
  }

  /**
   * Walks through objects as they were.
   *
   * @param revision The revision.
   * @param storedAs Under what they are stored.
   * @param prefix What their keys begin with.
   * @param from The least key.
   * @returns Keys and objects; nothing must be written meanwhile.
   * @throws {CompactedError} If the revision is not known any more.
   */
  entriesAt(
    revision: number,
    storedAs: string,
    prefix = "",
    from: string = prefix,
  ): SortedEntries<StoredObject> {
    const events = this.since(revision, storedAs);
    if (events.length === 0) return this.entries(storedAs, prefix, from);
    const objects = new SortedMap<StoredObject>();
    for (const [key, object] of this.entries(storedAs, prefix, from)) objects.set(key, object);
    for (const { key, old } of events.toReversed()) {
      if (!key.startsWith(prefix) || key < from) continue;
      if (old === undefined) objects.delete(key);
      else objects.set(key, old);
    }
    return objects.entries();
  }

  /**
   * Lists what happened after a revision.
   *
   * @param revision The revision.
   * @param storedAs Under what the objects are stored.
   * @returns The events, oldest first.
   * @throws {CompactedError} If the revision is not known any more.
   */
  since(revision: number, storedAs: string): readonly StorageEvent[] {
    const history = this.#histories.get(storedAs);
    const oldest = Math.max(this.#compacted, history?.dropped ?? 0);
    if (revision < oldest) throw new CompactedError(revision, oldest);
    return history?.since(revision) ?? [];
  }

  /**
   * Stores an object, new or changed, under the next revision.
   *
   * @param storedAs Under what it is stored.
   * @param key Its key.
   * @param draft The object, which must not be changed afterwards.
   * @returns The same object with its new `resourceVersion`.
   */
  put(storedAs: string, key: string, draft: Draft): StoredObject {
    const old = this.get(storedAs, key);
    const revision = this.#revision + 1;
    draft.metadata.resourceVersion = String(revision);
    this.#log?.append({ revision, storedAs, key, object: draft });
    this.#objectsOf(storedAs).set(key, draft);
    this.#record(
      old === undefined
        ? { type: "ADDED", storedAs, key, revision, object: draft }
        : { type: "MODIFIED", storedAs, key, revision, object: draft, old },
    );
    return draft;
  }

  /**
   * Removes an object.
   *
   * @param storedAs Under what it is stored.
   * @param key Its key.
   * @returns The object as it was, with the revision of its deletion; `undefined` if there is none.
   */
  delete(storedAs: string, key: string): StoredObject | undefined {
    const old = this.get(storedAs, key);
    if (old === undefined) return undefined;
    const revision = this.#revision + 1;
    this.#log?.append({ revision, storedAs, key, object: undefined });
    this.#objectsOf(storedAs).delete(key);
    const object = { ...old, metadata: { ...old.metadata, resourceVersion: String(revision) } };
    this.#record({ type: "DELETED", storedAs, key, revision, object, old });
    return object;
  }

  /**
   * Forgets what was before a revision.
   *
   * @param revision The revision; the present one by default.
   */
  compact(revision: number = this.#revision): void {
    this.#compacted = Math.max(this.#compacted, Math.min(revision, this.#revision));
    for (const history of this.#histories.values()) history.dropUpTo(this.#compacted);
  }

  /**
   * Tells of every write, in order. A write by a listener is told after all have heard of the one before.
   *
   * @param listener Hears of writes.
   * @returns Stops it.
   */
  subscribe(listener: (event: StorageEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #record(event: StorageEvent): void {
    this.#revision = event.revision;
    let history = this.#histories.get(event.storedAs);
    if (history === undefined) {
      history = new History(this.#historyLimit);
      this.#histories.set(event.storedAs, history);
    }
    history.add(event);
    this.#undelivered.push(event);
    if (!this.#isDelivering) this.#deliver();
  }

  #deliver(): void {
    this.#isDelivering = true;
    try {
      for (let event; (event = this.#undelivered.shift()) !== undefined;) {
        for (const listener of [...this.#listeners]) listener(event);
      }
    } finally {
      this.#isDelivering = false;
    }
  }

  #objectsOf(storedAs: string): SortedMap<StoredObject> {
    let objects = this.#objects.get(storedAs);
    if (objects === undefined) {
      objects = new SortedMap();
      this.#objects.set(storedAs, objects);
    }
    return objects;
  }
}
