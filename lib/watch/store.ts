/**
 * The content that a reflector keeps: the objects of one kind and selection, as they were last seen.
 *
 * Whoever changes it says what the server said; the store compares that with what it has, object by object, and tells
 * what that changes.
 *
 * @module
 */

import type { WatchEvent } from "../client/watch_stream.ts";
import { type LabelSelectorInput, matchesLabels, parseLabelSelector } from "../kube/label_selector.ts";
import type { LiveObject } from "../kube/object.ts";
import { compareResourceVersions } from "../kube/resource_version.ts";
import { Index, type KeysOf } from "./store_index.ts";

/** What a store needs to know of what it keeps. */
export interface Kept {
  /** Its identity, its version, and the labels that it can be found by. */
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string | undefined;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly labels?: Readonly<Record<string, string>> | undefined;
  };
}

/**
 * A change of the content.
 *
 * @typeParam V What is kept of an object.
 */
export type StoreEvent<V> =
  & {
    /**
     * How the change was seen: `watch` as it happened; `list` by reading the content as a whole, so that nothing is known
     * of what was in between, and the object of a deletion is the last one that was seen; `write` by the answer to a write
     * of this program, before the watch had it.
     */
    readonly from: "list" | "watch" | "write";
    /** For `write`: who wrote, as told to `absorb`. */
    readonly by?: string | undefined;
  }
  & (
    /** The object is new, or matches now. */
    | { readonly type: "added"; readonly object: V; readonly old?: undefined }
    /** The object has changed. */
    | { readonly type: "changed"; readonly object: V; readonly old: V }
    /** The object is gone, or does not match any more. */
    | { readonly type: "deleted"; readonly object: V; readonly old?: undefined }
  );

/** Which objects of the content are meant. */
export interface StoreSelection {
  /** The namespace; all of them by default. */
  readonly namespace?: string | undefined;
  /** A label selector. */
  readonly labels?: LabelSelectorInput | undefined;
}

/**
 * How a store works.
 *
 * @typeParam V What is kept of an object.
 */
export interface StoreOptions<V> {
  /** Makes what is kept of an object. */
  readonly project: (object: LiveObject) => V;
  /** Told about changes, after all of them were made; those of one call belong together. */
  readonly onEvents: (events: readonly StoreEvent<V>[]) => void;
  /** Told what the functions that a user gave have thrown. */
  readonly onError: (error: unknown) => void;
}

/**
 * The objects of one kind and selection.
 *
 * @typeParam V What is kept of an object.
 */
export class Store<V extends Kept> {
  readonly #options: StoreOptions<V>;
  #objects = new Map<string, V>();
  #staged = new Map<string, V>();
  /** What was absorbed and has not come by the watch yet. */
  readonly #absorbed = new Map<string, Absorbed<V>>();
  /** The objects that are being written, and what the watch has brought of them meanwhile. */
  readonly #held = new Map<string, { writes: number; events: WatchEvent[] }>();
  readonly #indexes = new Set<Index<V>>();
  readonly #labelIndexes = new Map<string, Index<V>>();
  #namespaceIndex: Index<V> | undefined;
  #complete = false;

  /**
   * Makes an empty store.
   *
   * @param options How it works.
   */
  constructor(options: StoreOptions<V>) {
    this.#options = options;
  }

  /** Whether the content has been read as a whole. */
  get complete(): boolean {
    return this.#complete;
  }

  /** How many objects there are. */
  get size(): number {
    return this.#objects.size;
  }

  /**
   * Finds an object.
   *
   * @param namespace Its namespace; absent for cluster-scoped kinds.
   * @param name Its name.
   * @returns The object, if it is there.
   */
  get(namespace: string | undefined, name: string): V | undefined {
    return this.#objects.get(storeKey({ namespace, name }));
  }

  /**
   * Lists objects. What is selected by one value of a label, or by namespace, is found without looking at the others.
   *
   * @param selection Which objects; all of them by default.
   * @returns The objects.
   */
  list({ namespace, labels = "" }: StoreSelection = {}): V[] {
    const requirements = parseLabelSelector(labels);
    const exact = requirements.find(({ operator }) => operator === "=");
    const candidates = exact !== undefined
      ? this.#labelIndex(exact.key).get(exact.values[0]!)
      : namespace !== undefined
      ? this.#inNamespace(namespace)
      : [...this.#objects.values()];
    return candidates.filter(({ metadata }) =>
      (namespace === undefined || metadata.namespace === namespace) && matchesLabels(requirements, metadata.labels)
    );
  }

  /**
   * Adds an index, which is kept up to date from then on.
   *
   * @param keysOf Tells under which keys an object is found.
   * @returns The index.
   */
  addIndex(keysOf: KeysOf<V>): Index<V> {
    const index = new Index(keysOf, this.#options.onError);
    for (const [key, object] of this.#objects) index.update(key, undefined, object);
    this.#indexes.add(index);
    return index;
  }

  /**
   * Gives up an index.
   *
   * @param index The index.
   */
  removeIndex(index: Index<V>): void {
    this.#indexes.delete(index);
  }

  /**
   * Takes over what a watch has reported, unless it is older than what is known.
   *
   * @param event The event: `ADDED`, `MODIFIED` or `DELETED`.
   */
  apply(event: WatchEvent): void {
    const key = storeKey(event.object.metadata);
    const held = this.#held.get(key);
    if (held) held.events.push(event);
    else this.#apply(key, event);
  }

  /**
   * Keeps what a watch reports about an object back while it is being written: the watch may be faster than the answer,
   * and only that tells which of the versions is our own.
   *
   * @param id Its namespace and name.
   * @returns Ends that.
   */
  hold(id: Parameters<typeof storeKey>[0]): () => void {
    const key = storeKey(id);
    const held = this.#held.get(key) ?? { writes: 0, events: [] };
    this.#held.set(key, held);
    held.writes++;
    return () => {
      if (--held.writes > 0) return;
      this.#held.delete(key);
      for (const event of held.events) this.#apply(key, event);
    };
  }

  /**
   * Tells whether a version of an object is among what is kept back.
   *
   * @param object The object.
   * @returns Whether it is.
   */
  holdsBack({ metadata }: LiveObject): boolean {
    const { events = [] } = this.#held.get(storeKey(metadata)) ?? {};
    return events.some(({ object }) => object.metadata.resourceVersion === metadata.resourceVersion);
  }

  #apply(key: string, { type, object }: WatchEvent): void {
    const known = this.#objects.get(key);
    if (type !== "DELETED") {
      if (known && isStale(object, known)) return this.#confirm(key, known, object.metadata.resourceVersion);
      const next = this.#project(object);
      if (next) this.#options.onEvents(this.#put(key, known, next, "watch"));
    } else if (known && !isStaleDeletion(object, known)) {
      const last = object.metadata.uid === known.metadata.uid ? this.#project(object) : undefined;
      this.#options.onEvents([this.#delete(key, known, last ?? known, "watch")]);
    }
  }

  /**
   * Takes over the answer to a write, so that whoever reads sees it at once; the watch, when it has it, then tells
   * nothing new. It must be newer than all that the watch has brought.
   *
   * @param object The object as it was written.
   * @param by Who wrote.
   */
  absorb(object: LiveObject, by: string): void {
    const key = storeKey(object.metadata);
    const known = this.#objects.get(key);
    if (known && isStale(object, known)) return;
    const next = this.#project(object);
    if (!next) return;
    const { old = known ?? next, versions } = this.#absorbed.get(key) ?? { versions: new Set() };
    const events = this.#put(key, known, next, "write").map((event) => ({ ...event, by }));
    this.#absorbed.set(key, { old, versions: versions.add(object.metadata.resourceVersion) });
    this.#options.onEvents(events);
  }

  /** Begins to collect the content as a whole. */
  stageNothing(): void {
    this.#staged = new Map();
  }

  /**
   * Collects an object.
   *
   * @param object The object.
   */
  stage(object: LiveObject): void {
    const key = storeKey(object.metadata);
    const staged = this.#staged.get(key);
    if (staged && isStale(object, staged)) return;
    const known = this.#objects.get(key);
    // What has not changed is kept as it is, so that it is not there twice.
    const next = known && isSame(object, known) ? known : this.#project(object) ?? known;
    if (next) this.#staged.set(key, next);
  }

  /**
   * Takes an object out of what was collected.
   *
   * @param object The object as it was last.
   */
  unstage(object: LiveObject): void {
    const key = storeKey(object.metadata);
    const staged = this.#staged.get(key);
    if (staged && !isStaleDeletion(object, staged)) this.#staged.delete(key);
  }

  /** Makes what was collected the content. What it lacks was deleted in the meantime. */
  replace(): void {
    const staged = this.#staged;
    this.#staged = new Map();
    this.#complete = true;
    const events: StoreEvent<V>[] = [];
    for (const [key, known] of this.#objects) {
      if (!staged.has(key)) events.push(this.#delete(key, known, known, "list"));
    }
    for (const [key, next] of staged) {
      const known = this.#objects.get(key);
      const absorbed = this.#absorbed.get(key);
      if (known !== next) events.push(...this.#put(key, known, next, "list"));
      // What others did before our write is not told by the list.
      else if (absorbed) events.push({ type: "changed", object: next, old: absorbed.old, from: "list" });
    }
    this.#absorbed.clear();
    // It is newer than what was kept back.
    for (const { events } of this.#held.values()) events.length = 0;
    this.#options.onEvents(events);
  }

  /**
   * The watch has brought something older than what was absorbed. If it is our own write, all is known; else somebody
   * wrote before us, which nobody was told yet.
   */
  #confirm(key: string, known: V, resourceVersion: string): void {
    const absorbed = this.#absorbed.get(key);
    if (!absorbed) return;
    const isOurs = absorbed.versions.delete(resourceVersion);
    if (known.metadata.resourceVersion === resourceVersion) this.#absorbed.delete(key);
    if (isOurs) return;
    this.#options.onEvents([{ type: "changed", object: known, old: absorbed.old, from: "watch" }]);
  }

  #put(key: string, known: V | undefined, next: V, from: StoreEvent<V>["from"]): StoreEvent<V>[] {
    this.#objects.set(key, next);
    this.#absorbed.delete(key);
    this.#updateIndexes(key, known, next);
    if (!known) return [{ type: "added", object: next, from }];
    if (known.metadata.uid === next.metadata.uid) return [{ type: "changed", object: next, old: known, from }];
    return [{ type: "deleted", object: known, from }, { type: "added", object: next, from }];
  }

  #delete(key: string, known: V, last: V, from: "list" | "watch"): StoreEvent<V> {
    this.#objects.delete(key);
    this.#absorbed.delete(key);
    this.#updateIndexes(key, known, undefined);
    return { type: "deleted", object: last, from };
  }

  #updateIndexes(key: string, known: V | undefined, next: V | undefined): void {
    for (const index of this.#indexes) index.update(key, known, next);
  }

  // An object that cannot be projected stays as it was: a wrong deletion would be worse than old content.
  #project(object: LiveObject): V | undefined {
    try {
      return this.#options.project(object);
    } catch (error) {
      this.#options.onError(error);
      return undefined;
    }
  }

  #labelIndex(label: string): Index<V> {
    let index = this.#labelIndexes.get(label);
    if (!index) {
      index = this.addIndex(({ metadata: { labels = {} } }) =>
        Object.hasOwn(labels, label) ? labels[label] : undefined
      );
      this.#labelIndexes.set(label, index);
    }
    return index;
  }

  #inNamespace(namespace: string): V[] {
    this.#namespaceIndex ??= this.addIndex(({ metadata }) => metadata.namespace);
    return this.#namespaceIndex.get(namespace);
  }
}

/**
 * Makes the key of an object in a store.
 *
 * @param id Namespace and name.
 * @returns For example `shop/web`, or `web` for cluster-scoped kinds.
 */
export function storeKey(
  { namespace, name }: { readonly namespace?: string | undefined; readonly name: string },
): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

interface Absorbed<V> {
  /** The object before the first of the writes. */
  readonly old: V;
  /** The versions of the writes. */
  readonly versions: Set<string>;
}

function isSame(object: Kept, known: Kept): boolean {
  return object.metadata.uid === known.metadata.uid &&
    object.metadata.resourceVersion === known.metadata.resourceVersion;
}

function isStale(object: Kept, known: Kept): boolean {
  const order = compareResourceVersions(object.metadata.resourceVersion, known.metadata.resourceVersion);
  return order !== undefined && order <= 0;
}

// A deletion may carry the version that the object had, or that of its end.
function isStaleDeletion(object: Kept, known: Kept): boolean {
  const order = compareResourceVersions(object.metadata.resourceVersion, known.metadata.resourceVersion);
  return order === undefined ? object.metadata.uid !== known.metadata.uid : order < 0;
}
