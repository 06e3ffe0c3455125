/**
 * Keeps an eye on some objects of one kind in one namespace, by one LIST and one watch, not by polling.
 *
 * @module
 */

import { ApiError, TransportError } from "../client/errors.ts";
import type { LiveObject } from "../kube/object.ts";
import { refKey, refOf } from "../kube/object_ref.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { PART_OF_LABEL } from "../plan/set_identity.ts";
import type { Session } from "./session.ts";

/** What to keep an eye on. */
export interface FollowOptions {
  /** How the API serves the kind. */
  readonly type: ResourceType;
  /** The namespace; absent for cluster-scoped kinds. */
  readonly namespace: string | undefined;
  /** The keys of the objects. */
  readonly keys: readonly string[];
  /** Told how each object is, at first and after every change; `undefined` if it is not there. */
  readonly observe: (key: string, live: LiveObject | undefined) => void;
  /** Ends it. */
  readonly signal: AbortSignal;
}

// A minute bounds how long a connection that died without a word goes unnoticed.
const WATCH_SECONDS = 60;
const RETRY_MS = 1_000;

/**
 * Tells how objects are until the signal aborts.
 *
 * @param session The session; only objects with the label of its set are seen.
 * @param options What to keep an eye on.
 */
export async function follow(session: Session, options: FollowOptions): Promise<void> {
  while (!options.signal.aborted) {
    try {
      await followOnce(session, options);
    } catch (error) {
      if (options.signal.aborted) return;
      // An expired version, or a server that is away for a moment: begin with a list again.
      const passing = error instanceof TransportError || (error instanceof ApiError && !error.isForbidden);
      if (!passing) throw error;
      await session.options.clock.sleep(RETRY_MS, options.signal).catch(() => {});
    }
  }
}

async function followOnce(session: Session, options: FollowOptions): Promise<void> {
  const { type, namespace, keys, observe, signal } = options;
  const selection = { namespace, labels: { [PART_OF_LABEL]: session.set.id }, signal };
  const found = new Map<string, LiveObject>();
  let resourceVersion = "";
  for await (const page of session.client.list(type, selection).pages()) {
    resourceVersion = page.resourceVersion;
    for (const live of page.items) found.set(refKey(refOf(live)), live);
  }
  for (const key of keys) observe(key, found.get(key));
  const watch = { ...selection, resourceVersion, allowWatchBookmarks: true, timeoutSeconds: WATCH_SECONDS };
  for await (const event of session.client.watch(type, watch)) {
    if (event.type === "BOOKMARK") continue;
    const key = refKey(refOf(event.object));
    if (keys.includes(key)) observe(key, event.type === "DELETED" ? undefined : event.object);
  }
}
