/**
 * One reflector with its store, for any number of consumers.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import type { LiveObject } from "../kube/object.ts";
import { compareResourceVersions } from "../kube/resource_version.ts";
import { Reflector, type ReflectorTiming } from "./reflector.ts";
import { INITIAL_REFLECTOR_STATE, type ReflectorStatus } from "./reflector_state.ts";
import type { ServerGate } from "./server_gate.ts";
import { type Kept, Store, type StoreEvent } from "./store.ts";
import type { WatchSource } from "./watch_source.ts";

/**
 * Who wants to know what happens. What it throws is reported, and nobody else notices.
 *
 * @typeParam V What is kept of an object.
 */
export interface InformerConsumer<V> {
  /** Told about every change, after the content has it; at first, about all that is there. */
  readonly onEvent?: (event: StoreEvent<V>) => void;
  /** Told how the watch is doing, at first and whenever that changes. */
  readonly onStatus?: (status: ReflectorStatus) => void;
}

/**
 * What a shared informer is made of.
 *
 * @typeParam V What is kept of an object.
 */
export interface SharedInformerOptions<V> {
  /** What it reads. */
  readonly source: WatchSource;
  /** Makes what is kept of an object. */
  readonly project: (object: LiveObject) => V;
  /** What all reflectors of the server go through. */
  readonly gate: ServerGate;
  /** The clock. */
  readonly clock: Clock;
  /** Told what consumers, projections and indexes throw. */
  readonly onError: (error: unknown) => void;
  /** How long the reflector is patient. */
  readonly timing?: Partial<ReflectorTiming> | undefined;
}

/**
 * Follows one kind and selection, and tells consumers what happens.
 *
 * @typeParam V What is kept of an object.
 */
export class SharedInformer<V extends Kept> {
  /** The content. */
  readonly store: Store<V>;
  readonly #reflector: Reflector;
  readonly #onError: (error: unknown) => void;
  readonly #consumers = new Set<InformerConsumer<V>>();
  readonly #synced = Promise.withResolvers<void>();
  #status = INITIAL_REFLECTOR_STATE.status;

  /**
   * Makes an informer, which does nothing until it runs.
   *
   * @param options What it is made of.
   */
  constructor({ project, onError, ...options }: SharedInformerOptions<V>) {
    this.#onError = onError;
    this.store = new Store<V>({ project, onError, onEvents: (events) => this.#onEvents(events) });
    this.#reflector = new Reflector({
      ...options,
      target: this.store,
      onStatus: (status) => {
        this.#status = status;
        for (const consumer of [...this.#consumers]) this.#tell(consumer, () => consumer.onStatus?.(status));
      },
    });
  }

  /** How the watch is doing. */
  get status(): ReflectorStatus {
    return this.#status;
  }

  /** Settles when the content has been read as a whole. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  /**
   * Runs until the signal aborts.
   *
   * @param signal Stops it.
   * @returns Settles when everything has ended.
   */
  run(signal: AbortSignal): Promise<void> {
    return this.#reflector.run(signal);
  }

  /**
   * Tells a consumer what is there, and what happens from then on.
   *
   * @param consumer The consumer.
   * @returns What ends that.
   */
  subscribe(consumer: InformerConsumer<V>): Disposable {
    this.#consumers.add(consumer);
    this.#tell(consumer, () => consumer.onStatus?.(this.#status));
    for (const object of this.store.list()) {
      this.#tell(consumer, () => consumer.onEvent?.({ type: "added", object, from: "list" }));
    }
    return { [Symbol.dispose]: () => void this.#consumers.delete(consumer) };
  }

  /**
   * Takes over the answer to a write, unless the watch is as far already.
   *
   * @param object The object as it was written.
   * @param by Who wrote.
   */
  absorb(object: LiveObject, by: string): void {
    const { resourceVersion } = this.#reflector;
    // While the content is read as a whole, nobody can tell which of both is newer.
    if (resourceVersion === undefined) return;
    const order = compareResourceVersions(object.metadata.resourceVersion, resourceVersion);
    // What the watch has passed may be gone already, and must not come back.
    const isAhead = order !== undefined && order > 0;
    if (isAhead || this.store.holdsBack(object)) this.store.absorb(object, by);
  }

  // All events of one call are told to one consumer first: one that joins in between has seen them in the content.
  #onEvents(events: readonly StoreEvent<V>[]): void {
    this.#synced.resolve();
    for (const consumer of [...this.#consumers]) {
      for (const event of events) this.#tell(consumer, () => consumer.onEvent?.(event));
    }
  }

  #tell(consumer: InformerConsumer<V>, call: () => void): void {
    if (!this.#consumers.has(consumer)) return;
    try {
      call();
    } catch (error) {
      this.#onError(error);
    }
  }
}
