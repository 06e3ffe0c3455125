/**
 * Records events as client-go's `tools/record` does: what is said again is counted.
 *
 * @module
 */

import type { Event } from "../../kinds/core/v1.ts";
import type { Live } from "../../kube/live.ts";
import type { Cache } from "./cache.ts";
import { formatTime } from "../../kube/time.ts";
import { EVENTS } from "./kinds.ts";
import type { World, WorldWriteOptions } from "./world.ts";
import { type AnyLive, statusOf } from "./writer.ts";

/** What is to be recorded. */
export interface EventDraft {
  /** The object that it is about. */
  readonly about: AnyLive;
  /** Its type. */
  readonly type: "Normal" | "Warning";
  /** Why, for programs. */
  readonly reason: string;
  /** Why, for people. */
  readonly message: string;
  /** Who records it. */
  readonly source: { readonly component: string; readonly host?: string };
  /** As whom it is written. */
  readonly options: WorldWriteOptions;
}

const MAX_REMEMBERED = 4096;

/** Records events. */
export class EventRecorder {
  readonly #world: World;
  readonly #cache: Cache;
  readonly #names = new Map<string, string>();
  #count = 0;

  /**
   * Makes a recorder.
   *
   * @param world Where to write.
   * @param cache What is stored.
   */
  constructor(world: World, cache: Cache) {
    this.#world = world;
    this.#cache = cache;
  }

  /**
   * Records an event. One that cannot be written is dropped, for example in a namespace that goes.
   *
   * @param draft What is to be recorded.
   */
  record(draft: EventDraft): void {
    const resource = this.#world.resources.findKind(EVENTS.apiVersion, EVENTS.kind)!;
    const { about, type, reason, message, source, options } = draft;
    const namespace = about.metadata.namespace ?? "default";
    const key = [about.metadata.uid, type, reason, message, source.component].join("\n");
    const name = this.#names.get(key);
    const before = name === undefined ? undefined : this.#cache.get(EVENTS, namespace, name);
    try {
      if (before) {
        const { count = 1 } = before;
        const lastTimestamp = formatTime(this.#world.clock.now());
        const event = { ...before, count: count + 1, lastTimestamp } as never;
        this.#world.update(resource, namespace, before.metadata.name, event, options);
        return;
      }
      const event = this.#make(draft, namespace);
      this.#remember(key, event.metadata.name);
      this.#world.create(resource, namespace, event as never, options);
    } catch (error) {
      if (!statusOf(error)) throw error;
    }
  }

  #make(
    { about, type, reason, message, source }: EventDraft,
    namespace: string,
  ): Event & Pick<Live<Event>, "metadata"> {
    const { apiVersion, kind, metadata } = about;
    const nowMs = this.#world.clock.now();
    // As nanoseconds, with a counter in those digits that the clock does not have.
    const unique = BigInt(Math.trunc(nowMs)) * 1_000_000n + BigInt(this.#count++ % 1_000_000);
    const time = formatTime(nowMs);
    return {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: `${metadata.name}.${unique.toString(16)}`, namespace } as Event["metadata"] & { name: string },
      involvedObject: {
        apiVersion,
        kind,
        name: metadata.name,
        ...(metadata.namespace && { namespace: metadata.namespace }),
        ...(metadata.resourceVersion && { resourceVersion: metadata.resourceVersion }),
        uid: metadata.uid,
      },
      reason,
      message,
      type,
      count: 1,
      firstTimestamp: time,
      lastTimestamp: time,
      reportingComponent: source.component,
      reportingInstance: source.host ?? "",
      source,
    } as never;
  }

  #remember(key: string, name: string): void {
    if (this.#names.size >= MAX_REMEMBERED) this.#names.delete(this.#names.keys().next().value!);
    this.#names.set(key, name);
  }
}
