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
     * of what was in between, and the object of a deletion is the last one that was seen.
     */
    readonly from: "list" | "watch";
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
  apply({ type, object }: WatchEvent): void {
    const key = storeKey(object.metadata);
    const known = this.#objects.get(key);
    if (type !== "DELETED") {
      const next = known && isStale(object, known) ? known : this.#project(object) ?? known;
      if (next && next !== known) this.#options.onEvents(this.#put(key, known, next, "watch"));
    } else if (known && !isStaleDeletion(object, known)) {
      const last = object.metadata.uid === known.metadata.uid ? this.#project(object) : undefined;
      this.#options.onEvents([this.#delete(key, known, last ?? known, "watch")]);
    }
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
      if (known !== next) events.push(...this.#put(key, known, next, "list"));
    }
    this.#options.onEvents(events);
  }

  #put(key: string, known: V | undefined, next: V, from: "list" | "watch"): StoreEvent<V>[] {
    this.#objects.set(key, next);
    this.#updateIndexes(key, known, next);
    if (!known) return [{ type: "added", object: next, from }];
    if (known.metadata.uid === next.metadata.uid) return [{ type: "changed", object: next, old: known, from }];
    return [{ type: "deleted", object: known, from }, { type: "added", object: next, from }];
  }

  #delete(key: string, known: V, last: V, from: "list" | "watch"): StoreEvent<V> {
    this.#objects.delete(key);
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
