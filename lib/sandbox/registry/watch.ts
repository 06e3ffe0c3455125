/**
 * Watching objects, as the watch cache of kube-apiserver serves it.
 *
 * @module
 */

import type { Status } from "../../kube/status.ts";
import { formatApiVersion } from "../../kube/resource_type.ts";
import { CompactedError, type StorageEvent } from "../storage/storage.ts";
import type { Core } from "./core.ts";
import { forbiddenField, notSupported } from "./field_error.ts";
import { checkReached, storageRevision } from "./revision_request.ts";
import { Selection, type Selectors } from "./selection.ts";
import type { FieldError, ServedResource, StoredObject } from "./served_resource.ts";
import { expired, invalid, StatusError } from "./status_error.ts";

/** Options of a watch. See the API reference, `ListOptions v1 meta`. */
export interface WatchOptions extends Selectors {
  /** After which revision; empty or `0` for what there is now, and everything after. */
  readonly resourceVersion?: string;
  /** `NotOlderThan`, with `sendInitialEvents` only. */
  readonly resourceVersionMatch?: string;
  /** Whether to begin with what there is now, and to say by a bookmark when that is told. */
  readonly sendInitialEvents?: boolean;
  /** Whether the client understands bookmarks. */
  readonly allowWatchBookmarks?: boolean;
  /** After how many milliseconds the watch will be stopped, if that is known: a bookmark comes shortly before. */
  readonly timeoutMs?: number;
}

/** What a watch tells. */
export type WatchEvent =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK"; readonly object: StoredObject }
  | { readonly type: "ERROR"; readonly object: Status };

/** Hears of events; it is called synchronously. After `ERROR` nothing comes any more. */
export type WatchListener = (event: WatchEvent) => void;

/** The annotation of the bookmark that ends the initial events. */
const INITIAL_EVENTS_END = "k8s.io/initial-events-end";
const BOOKMARK_INTERVAL_MS = 60_000;
/** How long before the end of a watch its last bookmark comes. */
const BOOKMARK_BEFORE_END_MS = 2_000;
/** What the watch cache does not hold: the storage itself answers, in other words. */
const UNCACHED: ReadonlySet<string> = new Set(["/events"]);

/** All watches of a registry. */
export class Watches {
  readonly #core: Core;
  readonly #watches = new Map<string, Set<Watch>>();
  /** Those whose clients understand bookmarks. */
  readonly #bookmarked = new Set<Watch>();

  /**
   * Begins to listen to the storage.
   *
   * @param core The core of the registry.
   */
  constructor(core: Core) {
    this.#core = core;
    core.storage.subscribe((event) => {
      for (const watch of [...this.#watches.get(event.storedAs) ?? []]) watch.see(event);
    });
  }

  /**
   * Starts a watch.
   *
   * @param resource The resource.
   * @param namespace The namespace; `undefined` for all.
   * @param options Which objects, and since when.
   * @param listener Hears of what happens; of what has happened already before this method returns.
   * @returns Stops the watch.
   * @throws {StatusError} If the options make no sense.
   */
  start(
    resource: ServedResource,
    namespace: string | undefined,
    options: WatchOptions,
    listener: WatchListener,
  ): () => void {
    const selection = new Selection(resource, namespace, options);
    checkOptions(options);
    selection.check();
    const revision = storageRevision(options.resourceVersion);
    const watch = new Watch(this.#core, resource, selection, listener, revision);
    let watches = this.#watches.get(resource.storedAs);
    if (watches === undefined) this.#watches.set(resource.storedAs, watches = new Set());
    try {
      watch.begin(options, revision);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      // A client that got this far reads a stream.
      listener({ type: "ERROR", object: error.status });
      return () => {};
    }
    watches.add(watch);
    const stopBookmarks = options.allowWatchBookmarks ? this.#beginBookmarks(watch, options.timeoutMs) : () => {};
    return () => {
      stopBookmarks();
      watches.delete(watch);
    };
  }

  /** Sends bookmarks now, without waiting for their time. */
  sendBookmarks(): void {
    for (const watch of this.#bookmarked) watch.bookmark(this.#core.storage.revision);
  }

  #beginBookmarks(watch: Watch, timeoutMs: number = Infinity): () => void {
    const { clock, storage } = this.#core;
    let stop = () => {};
    const wait = (leftMs: number) => {
      const beforeEndMs = leftMs - BOOKMARK_BEFORE_END_MS;
      const waitMs = beforeEndMs > 0 ? Math.min(BOOKMARK_INTERVAL_MS, beforeEndMs) : BOOKMARK_INTERVAL_MS;
      stop = clock.timer(waitMs, () => {
        watch.bookmark(storage.revision);
        wait(leftMs - waitMs);
      });
    };
    wait(timeoutMs);
    this.#bookmarked.add(watch);
    return () => {
      stop();
      this.#bookmarked.delete(watch);
    };
  }
}

class Watch {
  readonly #core: Core;
  readonly #resource: ServedResource;
  readonly #selection: Selection;
  readonly #listener: WatchListener;
  /** The revision up to which everything is told. */
  #revision: number;

  constructor(
    core: Core,
    resource: ServedResource,
    selection: Selection,
    listener: WatchListener,
    revision: number,
  ) {
    this.#core = core;
    this.#resource = resource;
    this.#selection = selection;
    this.#listener = listener;
    this.#revision = revision;
  }

  begin({ sendInitialEvents, allowWatchBookmarks }: WatchOptions, revision: number): void {
    const { storage } = this.#core;
    if (sendInitialEvents ?? revision === 0) {
      if (sendInitialEvents) checkReached(storage, revision);
      this.#revision = storage.revision;
      for (const [, stored] of storage.entries(this.#resource.storedAs, this.#selection.prefix)) {
        const object = this.#core.view(this.#resource, stored);
        if (this.#selection.has(object)) this.#listener({ type: "ADDED", object });
      }
      if (sendInitialEvents && allowWatchBookmarks) this.bookmark(this.#revision, { [INITIAL_EVENTS_END]: "true" });
    } else if (revision === 0) this.#revision = storage.revision;
    else if (revision < storage.revision) this.#replay(revision);
  }

  see({ type, key, revision, object, old }: StorageEvent): void {
    if (revision <= this.#revision || !key.startsWith(this.#selection.prefix)) return;
    this.#revision = revision;
    const { is, object: now } = this.#judge(type === "DELETED" ? undefined : object);
    const { is: was, object: before } = this.#judge(old);
    if (is) this.#listener({ type: was ? "MODIFIED" : "ADDED", object: now });
    else if (was) {
      const gone = type === "DELETED"
        ? this.#core.view(this.#resource, object)
        : { ...before, metadata: { ...before.metadata, resourceVersion: String(revision) } };
      this.#listener({ type: "DELETED", object: gone });
    }
  }

  bookmark(revision: number, annotations?: Record<string, string>): void {
    const { kind } = this.#resource;
    const metadata = { resourceVersion: String(revision), ...annotations && { annotations } };
    this.#listener({ type: "BOOKMARK", object: { kind, apiVersion: formatApiVersion(this.#resource), metadata } });
  }

  #replay(revision: number): void {
    let events;
    try {
      events = this.#core.storage.since(revision, this.#resource.storedAs);
    } catch (error) {
      if (!(error instanceof CompactedError)) throw error;
      throw expired(
        UNCACHED.has(this.#resource.storedAs)
          ? "The resourceVersion for the provided watch is too old."
          : `too old resource version: ${revision} (${error.oldest})`,
      );
    }
    for (const event of events) this.see(event);
    this.#revision = this.#core.storage.revision;
  }

  #judge(stored: StoredObject | undefined): { is: true; object: StoredObject } | { is: false; object?: never } {
    if (stored === undefined) return { is: false };
    const object = this.#core.view(this.#resource, stored);
    return this.#selection.has(object) ? { is: true, object } : { is: false };
  }
}

function checkOptions({ sendInitialEvents, resourceVersionMatch: match }: WatchOptions): void {
  const field = "resourceVersionMatch";
  const errors: FieldError[] = [];
  if (sendInitialEvents !== undefined && match !== "NotOlderThan") {
    errors.push(forbiddenField(field, `sendInitialEvents requires setting ${field} to NotOlderThan`));
  }
  if (match) {
    if (sendInitialEvents === undefined) {
      errors.push(forbiddenField(field, `${field} is forbidden for watch unless sendInitialEvents is provided`));
    }
    if (match !== "NotOlderThan") errors.push(notSupported(field, match, ["NotOlderThan"]));
  }
  if (errors.length > 0) throw invalid({ group: "meta.k8s.io", kind: "ListOptions" }, "", errors);
}
