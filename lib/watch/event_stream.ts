/**
 * Changes for consumers that are slower than the cluster: what has not been read yet is kept once for each object.
 *
 * @module
 */

import type { Kept, StoreEvent } from "./store.ts";
import { storeKey } from "./store.ts";

/** How a stream of events comes and goes. */
export interface EventStreamOptions<V> {
  /** Begins to pass events on; what it returns ends that. */
  readonly subscribe: (onEvent: (event: StoreEvent<V>) => void) => Disposable;
  /** Ends the stream when there will be no more events. */
  readonly closed: AbortSignal;
  /** Ends the stream with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What the reader of a stream does not know yet of one object. */
interface News<V> {
  /** The object as the reader has been told. */
  readonly told?: V | undefined;
  /** That object when it went. */
  readonly gone?: V | undefined;
  /** The object as it is. */
  readonly now?: V | undefined;
  readonly from: StoreEvent<unknown>["from"];
}

/**
 * Makes a stream of events that takes no more memory than the objects, however slowly it is read: several changes of an
 * object become one, and what came and went in between is left out.
 *
 * @typeParam V What is kept of an object.
 * @param options Where the events come from, and what ends the stream.
 * @yields One event after the other.
 */
export async function* streamEvents<V extends Kept>(options: EventStreamOptions<V>): AsyncGenerator<StoreEvent<V>> {
  const { subscribe, closed, signal } = options;
  const pending = new Map<string, News<V>>();
  let wake = Promise.withResolvers<void>();
  const onAbort = () => wake.resolve();
  using cleanup = new DisposableStack();
  for (const end of [closed, ...signal ? [signal] : []]) {
    end.addEventListener("abort", onAbort);
    cleanup.defer(() => end.removeEventListener("abort", onAbort));
  }
  cleanup.use(subscribe((event) => {
    const key = storeKey(event.object.metadata);
    pending.set(key, addNews(pending.get(key), event));
    wake.resolve();
  }));
  for (;;) {
    for (const [key, news] of pending) {
      pending.delete(key);
      for (const event of eventsOf(news)) {
        signal?.throwIfAborted();
        yield event;
      }
    }
    signal?.throwIfAborted();
    if (closed.aborted) return;
    await wake.promise;
    wake = Promise.withResolvers();
  }
}

function addNews<V extends Kept>(news: News<V> | undefined, { type, object, old, from }: StoreEvent<V>): News<V> {
  const told = news ? news.told : type === "deleted" ? object : old;
  if (type !== "deleted") return { told, gone: news?.gone, now: object, from };
  return { told, gone: news?.gone ?? object, from };
}

function eventsOf<V extends Kept>({ told, gone, now, from }: News<V>): StoreEvent<V>[] {
  if (told !== undefined && now !== undefined && told.metadata.uid === now.metadata.uid) {
    return [{ type: "changed", object: now, old: told, from }];
  }
  return [
    ...told === undefined ? [] : [{ type: "deleted", object: gone ?? told, from } as const],
    ...now === undefined ? [] : [{ type: "added", object: now, from } as const],
  ];
}
