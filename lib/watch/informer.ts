/**
 * One consumer's access to a kind that is watched.
 *
 * @module
 */

import { parseRef, type Ref } from "../kube/ref.ts";
import { streamEvents } from "./event_stream.ts";
import type { ReflectorStatus } from "./reflector_state.ts";
import type { InformerConsumer, SharedInformer } from "./shared_informer.ts";
import type { Kept, StoreEvent, StoreSelection } from "./store.ts";
import type { Index, KeysOf } from "./store_index.ts";

/** Settings of a wait. */
export interface InformerWaitOptions {
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The objects of one kind and selection as they were last seen, and what happens to them (client-go: SharedInformer).
 *
 * What it returns may be a little older than what the server has. Objects belong to all consumers: they must not be
 * changed. Disposing it ends its subscriptions, and the watch if nobody else needs it.
 *
 * @typeParam V What is kept of an object.
 */
export class Informer<V extends Kept> implements Disposable {
  readonly #shared: SharedInformer<V>;
  readonly #namespace: string | undefined;
  readonly #held = new DisposableStack();
  readonly #closed = new AbortController();

  /**
   * Gives access to a shared informer.
   *
   * @param shared The shared informer.
   * @param options The namespace of references that name none, absent for cluster-scoped kinds; what to do when it is
   * disposed.
   */
  constructor(
    shared: SharedInformer<V>,
    options: { readonly namespace: string | undefined; readonly onDispose: () => void },
  ) {
    this.#shared = shared;
    this.#namespace = options.namespace;
    this.#held.defer(options.onDispose);
    this.#held.defer(() => this.#closed.abort());
  }

  /** How the watch is doing. */
  get status(): ReflectorStatus {
    return this.#shared.status;
  }

  /** Whether the objects have been read as a whole (client-go: HasSynced). */
  get hasSynced(): boolean {
    return this.#shared.store.complete;
  }

  /** How many objects there are. */
  get size(): number {
    return this.#shared.store.size;
  }

  /**
   * Waits until the objects have been read as a whole.
   *
   * @param options The signal that ends the wait; without it, a missing permission or kind is waited for as well.
   */
  async synced({ signal }: InformerWaitOptions = {}): Promise<void> {
    if (!signal) return await this.#shared.synced;
    signal.throwIfAborted();
    const aborted = Promise.withResolvers<never>();
    const onAbort = () => aborted.reject(signal.reason);
    signal.addEventListener("abort", onAbort);
    try {
      await Promise.race([this.#shared.synced, aborted.promise]);
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  /**
   * Finds an object.
   *
   * @param ref Which object.
   * @returns The object, if it is there.
   */
  get(ref: Ref): V | undefined {
    const { namespace, name } = parseRef(ref);
    return this.#shared.store.get(this.#namespace && (namespace ?? this.#namespace), name);
  }

  /**
   * Lists objects. What is selected by one value of a label, or by namespace, is found without looking at the others.
   *
   * @param selection Which objects; all of them by default.
   * @returns The objects.
   */
  list(selection: StoreSelection = {}): V[] {
    return this.#shared.store.list(selection);
  }

  /**
   * Adds an index, which is kept up to date until this is disposed.
   *
   * @param keysOf Tells under which keys an object is found: several, one, or none. It must depend on the object alone.
   * @returns The index.
   */
  index(keysOf: KeysOf<V>): Index<V> {
    const { store } = this.#shared;
    return this.#held.adopt(store.addIndex(keysOf), (index) => store.removeIndex(index));
  }

  /**
   * Tells a consumer what is there, and then at once whatever happens. It must be quick, as everybody waits for it.
   *
   * @param consumer The consumer.
   * @returns What ends that before this is disposed.
   */
  subscribe(consumer: InformerConsumer<V>): Disposable {
    return this.#held.use(this.#shared.subscribe(consumer));
  }

  /**
   * Iterates over what is there, and then over what happens, until this is disposed. A slow reader skips intermediate
   * states, but no object and no deletion that it has to know of.
   *
   * @param options The signal that ends the iteration with an error.
   * @returns The changes.
   */
  events({ signal }: InformerWaitOptions = {}): AsyncIterable<StoreEvent<V>> {
    const subscribe = (onEvent: (event: StoreEvent<V>) => void) => this.#shared.subscribe({ onEvent });
    return streamEvents({ subscribe, closed: this.#closed.signal, signal });
  }

  /** Ends the subscriptions, and the watch if nobody else needs it. */
  [Symbol.dispose](): void {
    this.#held.dispose();
  }
}
