/**
 * Runs controllers: one queue for all of them, so that what happens is always the same.
 *
 * @module
 */

import { backoffMs } from "../../base/backoff.ts";
import { Cache } from "./cache.ts";
import type { Controller, ControllerContext } from "./controller.ts";
import { EventRecorder } from "./event_recorder.ts";
import type { World, WorldEvent } from "./world.ts";
import { statusOf, Writer } from "./writer.ts";

/** Makes a controller. */
export type ControllerFactory = (context: ControllerContext) => Controller;

/** Options of {@linkcode ControllerManager}. */
export interface ControllerManagerOptions {
  /** The controllers. */
  readonly controllers: readonly ControllerFactory[];
  /**
   * Told about what a controller threw that is no answer of the API server: its own fault.
   *
   * @param error What was thrown.
   * @param controller The name of the controller.
   */
  readonly onError: (error: unknown, controller: string) => void;
}

interface Item {
  readonly controller: Controller;
  readonly key: string;
}

const RETRY = { firstMs: 10, maxMs: 60_000 };

/** Runs controllers on a world. They begin at once; disposing it ends them. */
export class ControllerManager implements Disposable {
  readonly #world: World;
  readonly #cache = new Cache();
  readonly #controllers: readonly Controller[];
  readonly #onError: ControllerManagerOptions["onError"];
  readonly #queue = new Map<string, Item>();
  readonly #failures = new Map<string, number>();
  readonly #timers = new Map<string, () => void>();
  readonly #unsubscribe: () => void;
  #scheduled = false;
  #draining = false;
  #disposed = false;

  /**
   * Starts the controllers.
   *
   * @param world What they look at and write to.
   * @param options The controllers.
   */
  constructor(world: World, { controllers, onError }: ControllerManagerOptions) {
    this.#world = world;
    this.#onError = onError;
    const events = new EventRecorder(world, this.#cache);
    const context: ControllerContext = {
      cache: this.#cache,
      clock: world.clock,
      writer: (component, manager = "kube-controller-manager") =>
        new Writer(world, {
          ...(manager === "kubelet" ? { component: manager, host: component } : { component }),
          manager,
          user: userOf(component, manager),
          events,
        }),
      enqueue: (controller, key) => this.#enqueue({ controller, key }),
    };
    this.#controllers = controllers.map((make) => make(context));
    this.#cache.fill(world);
    for (const kept of this.#cache.all()) this.#enqueueFor({ type: "ADDED", ...kept });
    this.#unsubscribe = world.subscribe((event) => {
      this.#cache.apply(event);
      this.#enqueueFor(event);
    });
  }

  /** What is stored, as the controllers see it. */
  get cache(): Cache {
    return this.#cache;
  }

  /** Lets the controllers do now what they have to do. Afterwards they wait for changes, or for their time. */
  settle(): void {
    if (this.#draining) return;
    this.#draining = true;
    try {
      for (const [id, item] of this.#queue) {
        this.#queue.delete(id);
        this.#reconcile(id, item);
      }
    } finally {
      this.#draining = false;
    }
  }

  /** Ends the controllers. */
  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#unsubscribe();
    for (const stop of this.#timers.values()) stop();
    for (const controller of this.#controllers) controller[Symbol.dispose]?.();
    this.#queue.clear();
  }

  #enqueueFor({ storedAs, object, old }: WorldEvent): void {
    for (const controller of this.#controllers) {
      for (const watch of controller.watches) {
        if (watch.storedAs !== storedAs && watch.storedAs !== "*") continue;
        for (const state of old ? [old, object] : [object]) {
          for (const key of watch.keys(state)) this.#enqueue({ controller, key });
        }
      }
    }
  }

  #enqueue(item: Item): void {
    if (this.#disposed) return;
    this.#queue.set(`${item.controller.name} ${item.key}`, item);
    if (this.#scheduled || this.#draining) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.settle();
    });
  }

  #reconcile(id: string, item: Item): void {
    this.#timers.get(id)?.();
    this.#timers.delete(id);
    let againMs: number | undefined;
    try {
      againMs = item.controller.reconcile(item.key);
      this.#failures.delete(id);
    } catch (error) {
      if (!statusOf(error)) this.#onError(error, item.controller.name);
      const failures = (this.#failures.get(id) ?? 0) + 1;
      this.#failures.set(id, failures);
      againMs = backoffMs(failures, this.#world.clock.random(), RETRY);
    }
    if (againMs === undefined || this.#disposed) return;
    const stop = this.#world.clock.timer(Math.max(0, againMs), () => {
      this.#timers.delete(id);
      this.#enqueue(item);
    });
    this.#timers.set(id, stop);
  }
}

function userOf(component: string, manager: string): { username: string; groups: readonly string[] } {
  const authenticated = "system:authenticated";
  if (manager === "kubelet") return { username: `system:node:${component}`, groups: ["system:nodes", authenticated] };
  if (manager !== "kube-controller-manager") return { username: `system:${manager}`, groups: [authenticated] };
  const groups = ["system:serviceaccounts", "system:serviceaccounts:kube-system", authenticated];
  return { username: `system:serviceaccount:kube-system:${component}`, groups };
}
