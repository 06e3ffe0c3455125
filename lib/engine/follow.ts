/**
 * Keeps an eye on some objects of one kind in one namespace, by one watch.
 *
 * @module
 */

import { ApiError } from "../client/errors.ts";
import type { LiveObject } from "../kube/object.ts";
import { refKey, refOf } from "../kube/object_ref.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { PART_OF_LABEL } from "../plan/set_identity.ts";
import { Informers } from "../watch/informers.ts";
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

/**
 * Tells how objects are until the signal aborts.
 *
 * @param session The session; only objects with the label of its set are seen.
 * @param options What to keep an eye on.
 * @throws {ApiError} If the permission to watch is missing.
 */
export async function follow(session: Session, options: FollowOptions): Promise<void> {
  const { type, namespace, keys, observe, signal } = options;
  if (signal.aborted) return;
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => resolve(), { once: true });
  // Not shared: what this run has just made must be seen from the beginning.
  await using informers = new Informers(session.client, { clock: session.options.clock, onError: reject });
  const informer = informers.get(type, { namespace, labels: { [PART_OF_LABEL]: session.set.id } });
  const missing = new Set(keys);
  informer.subscribe({
    onEvent(event) {
      const key = refKey(refOf(event.object));
      missing.delete(key);
      if (keys.includes(key)) observe(key, event.type === "deleted" ? undefined : event.object);
    },
    onStatus({ error }) {
      if (error instanceof ApiError && error.isForbidden) reject(error);
    },
  });
  informer.synced().then(() => missing.forEach((key) => observe(key, undefined))).catch(reject);
  await ended;
}
