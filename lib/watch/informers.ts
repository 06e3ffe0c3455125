/**
 * Watches that are shared: one for each kind and selection, for as long as somebody needs it.
 *
 * @module
 */

import { type Clock, systemClock } from "../base/clock.ts";
import type { Client } from "../client/client.ts";
import { formatLabelSelector, matchesLabels, parseLabelSelector } from "../kube/label_selector.ts";
import type { KindOf, Live } from "../kube/live.ts";
import type { KubeObject, LiveObject } from "../kube/object.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import type { Selection } from "../kube/selection.ts";
import { clientSource } from "./client_source.ts";
import { Informer } from "./informer.ts";
import type { ReflectorTiming } from "./reflector.ts";
import { ServerGate } from "./server_gate.ts";
import { SharedInformer, type SharedInformerOptions } from "./shared_informer.ts";
import type { Kept } from "./store.ts";
import type { WatchSource } from "./watch_source.ts";

/** How informers work. */
export interface InformersOptions {
  /** The clock. @default {systemClock} */
  readonly clock?: Clock | undefined;
  /** Told what consumers, projections and indexes throw. @default {reportError, which ends the program} */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** How long a watch is patient. */
  readonly timing?: Partial<ReflectorTiming> | undefined;
}

/** How much of an object is asked for: its metadata, or all of it. */
export type Form = "metadata" | undefined;

/**
 * An object as an informer reads it.
 *
 * @typeParam T The object's type.
 * @typeParam A How much of the object is asked for.
 */
export type ReadAs<T extends KubeObject, A> = A extends "metadata"
  ? Pick<Live<T>, "metadata"> & Pick<T, "apiVersion" | "kind">
  : Live<T>;

/**
 * What to watch, and what to keep of it.
 *
 * @typeParam A How much of each object is asked for.
 * @typeParam O The objects as they are read.
 * @typeParam V What is kept of an object.
 */
export interface InformerOptions<A, O, V> extends Selection {
  /** How much of each object is asked for: `metadata` alone, or whole objects. */
  readonly as?: A;
  /**
   * Makes what is kept of an object, to save memory: it must keep the metadata that identifies the object, and the labels
   * if objects are found by them. Consumers that pass the same function share the watch.
   *
   * @default {the object without `metadata.managedFields`}
   */
  readonly project?: ((object: O) => V) | undefined;
}

/**
 * Hands out informers (client-go: SharedInformerFactory). Those for the same kind, selection and projection share one
 * watch, which ends with the last of them.
 */
export class Informers implements AsyncDisposable {
  readonly #client: Client;
  readonly #options: Pick<SharedInformerOptions<Kept>, "clock" | "onError" | "timing" | "gate">;
  readonly #running = new Set<Running>();
  #ended = Promise.resolve();

  /**
   * Makes them; nothing is watched yet.
   *
   * @param client The client.
   * @param options How they work.
   */
  constructor(client: Client, options: InformersOptions = {}) {
    const { clock = systemClock, onError = reportError, timing } = options;
    this.#client = client;
    this.#options = { clock, onError, timing, gate: new ServerGate(clock) };
  }

  /**
   * Watches a kind, or joins those who do.
   *
   * @typeParam T The type of the objects.
   * @typeParam A How much of each object is asked for.
   * @typeParam V What is kept of an object.
   * @param kind The kind.
   * @param options Which objects, and what to keep of them.
   * @returns The informer; dispose it in the end.
   * @throws {RangeError} If the label selector is none.
   */
  get<T extends KubeObject, A extends Form = undefined, V extends Kept = ReadAs<T, A>>(
    kind: KindOf<T>,
    options?: InformerOptions<A, ReadAs<T, A>, V>,
  ): Informer<V>;
  /** Watches a kind without a type, or joins those who do. */
  get<V extends Kept = LiveObject>(type: ResourceType, options?: InformerOptions<Form, LiveObject, V>): Informer<V>;
  get(kind: KindOf<KubeObject> | ResourceType, options: InformerOptions<Form, never, Kept> = {}): unknown {
    const type = "plural" in kind ? kind : kind.type;
    const { as, fields, project = withoutManagedFields } = options;
    const managedFields = options.project !== undefined;
    const home = type.namespaced ? options.namespace ?? this.#client.namespace : undefined;
    const selection = {
      namespace: options.allNamespaces ? undefined : home,
      labels: formatLabelSelector(parseLabelSelector(options.labels ?? "")) || undefined,
      fields,
      as,
    };
    const key = JSON.stringify([typeKey(type), selection]);
    const running = [...this.#running].find((other) => other.key === key && other.project === project) ??
      this.#run(
        { key, project: project as Running["project"], type, selection },
        clientSource(this.#client, type, { ...selection, managedFields }),
      );
    const informer = new Informer(running.shared, {
      namespace: home,
      onDispose: () => {
        running.users.delete(informer);
        if (running.users.size === 0) this.#stop(running);
      },
    });
    running.users.add(informer);
    return informer;
  }

  /**
   * Waits with what watches report about an object while it is being written, so that {@linkcode absorb} comes first.
   *
   * @param type The kind.
   * @param id Its namespace and name.
   * @returns What ends that.
   */
  hold(type: ResourceType, id: { readonly namespace?: string | undefined; readonly name: string }): Disposable {
    const key = typeKey(type);
    const holds = [...this.#running].filter((running) => typeKey(running.type) === key)
      .map(({ shared }) => shared.store.hold(id));
    return {
      [Symbol.dispose]() {
        for (const end of holds) end();
      },
    };
  }

  /**
   * Takes over the answer to a write, so that what is read from now on has it, and its echo is no news any more. It is
   * told as an event from `write`. Watches with a field selector do without: only the server can tell what matches.
   *
   * @param type The kind.
   * @param object The object as it was written.
   * @param by Who wrote, as events tell.
   */
  absorb(type: ResourceType, object: LiveObject, by: string): void {
    const key = typeKey(type);
    for (const { type: watched, selection, shared } of this.#running) {
      if (typeKey(watched) !== key || !isSelected(object, selection)) continue;
      const { apiVersion, kind, metadata } = object;
      const copy = { ...selection.as === "metadata" ? { apiVersion, kind } : object, metadata: { ...metadata } };
      shared.absorb(copy, by);
    }
  }

  /**
   * Disposes all informers.
   *
   * @returns Settles when nothing is under way any more.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const { users } of this.#running) {
      for (const informer of users) informer[Symbol.dispose]();
    }
    await this.#ended;
  }

  #run(what: Pick<Running, "key" | "project" | "type" | "selection">, source: WatchSource): Running {
    const shared = new SharedInformer({ ...this.#options, source, project: what.project });
    const stop = new AbortController();
    const running = { ...what, shared, users: new Set<Disposable>(), stop, ended: shared.run(stop.signal) };
    this.#running.add(running);
    return running;
  }

  #stop(running: Running): void {
    this.#running.delete(running);
    running.stop.abort();
    this.#ended = this.#ended.then(() => running.ended);
  }
}

interface WatchedSelection {
  readonly namespace: string | undefined;
  readonly labels: string | undefined;
  readonly fields: string | undefined;
  readonly as: Form;
}

/** A watch that somebody needs. */
interface Running {
  readonly key: string;
  readonly type: ResourceType;
  readonly selection: WatchedSelection;
  readonly project: (object: LiveObject) => Kept;
  readonly shared: SharedInformer<Kept>;
  readonly users: Set<Disposable>;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

function typeKey({ group, version, plural }: ResourceType): string {
  return `${group}/${version}/${plural}`;
}

function isSelected({ metadata }: LiveObject, { namespace, labels = "", fields }: WatchedSelection): boolean {
  return fields === undefined && (namespace === undefined || metadata.namespace === namespace) &&
    matchesLabels(parseLabelSelector(labels), metadata.labels);
}

/**
 * Leaves out who set which fields, which is up to half of an object and of no use to most.
 *
 * @param object The object.
 * @returns The same object, without it.
 */
function withoutManagedFields(object: LiveObject): LiveObject {
  delete object.metadata.managedFields;
  return object;
}
