/**
 * Writes down what an informer tells, and waits for it.
 *
 * @module
 */
import type { LiveObject } from "../../lib/kube/object.ts";
import type { Informer } from "../../lib/watch/informer.ts";
import type { ReflectorStatus } from "../../lib/watch/reflector_state.ts";
import type { StoreEvent } from "../../lib/watch/store.ts";

const PATIENCE_MS = 60_000;

/** What an informer has told. */
export class Recorder {
  /** The changes: `changed web (watch)`. */
  readonly events: string[] = [];
  /** The objects of the changes. */
  readonly objects: LiveObject[] = [];
  /** How the watch was doing: `live`, or `waiting: Cannot …`. */
  readonly statuses: string[] = [];
  #told = Promise.withResolvers<void>();

  /**
   * Begins to write down.
   *
   * @param informer The informer.
   */
  constructor(informer: Informer<LiveObject>) {
    informer.subscribe({
      onEvent: (event) => {
        this.events.push(describe(event));
        this.objects.push(event.object);
        this.#tell();
      },
      onStatus: (status) => {
        this.statuses.push(describeStatus(status));
        this.#tell();
      },
    });
  }

  /** Forgets the changes so far. */
  clear(): void {
    this.events.length = 0;
    this.objects.length = 0;
  }

  /**
   * Waits until something was told.
   *
   * @param condition Tells whether it was.
   * @throws {Error} If it was not in time.
   */
  async until(condition: () => boolean): Promise<void> {
    const timeout = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      timeout.reject(new Error(`Cannot wait any longer: ${JSON.stringify([this.events, this.statuses])}`));
    }, PATIENCE_MS);
    try {
      while (!condition()) await Promise.race([this.#told.promise, timeout.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Waits until so many changes were told.
   *
   * @param count How many.
   */
  async untilEvents(count: number): Promise<void> {
    await this.until(() => this.events.length >= count);
  }

  /**
   * Waits until the watch does something.
   *
   * @param phase What it does.
   */
  async untilPhase(phase: ReflectorStatus["phase"]): Promise<void> {
    await this.until(() => this.statuses.at(-1)?.startsWith(phase) === true);
  }

  #tell(): void {
    this.#told.resolve();
    this.#told = Promise.withResolvers();
  }
}

function describe({ type, object, from }: StoreEvent<LiveObject>): string {
  return `${type} ${object.metadata.name} (${from})`;
}

function describeStatus({ phase, reason }: ReflectorStatus): string {
  return reason === "" ? phase : `${phase}: ${reason}`;
}
