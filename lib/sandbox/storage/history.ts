/**
 * The last writes to one resource, as the watch cache of kube-apiserver keeps them.
 *
 * @module
 */

import type { StorageEvent } from "./storage.ts";

/** The last events of a resource. */
export class History {
  readonly #limit: number;
  #events: StorageEvent[] = [];
  #dropped = 0;

  /**
   * Makes an empty history.
   *
   * @param limit How many events it keeps at least; it keeps at most twice as many.
   */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The revision of the last event that is not known any more; 0 if all are. */
  get dropped(): number {
    return this.#dropped;
  }

  /**
   * Adds an event.
   *
   * @param event The event, newer than all before.
   */
  add(event: StorageEvent): void {
    this.#events.push(event);
    // Seldom, as the rest has to be copied.
    if (this.#events.length > 2 * this.#limit) this.dropUpTo(this.#events.at(-this.#limit - 1)!.revision);
  }

  /**
   * Lists events.
   *
   * @param revision The revision after which they happened.
   * @returns The events, oldest first.
   */
  since(revision: number): readonly StorageEvent[] {
    return this.#events.slice(this.#indexAfter(revision));
  }

  /**
   * Drops events.
   *
   * @param revision The revision of the last one to drop.
   */
  dropUpTo(revision: number): void {
    const index = this.#indexAfter(revision);
    if (index === 0) return;
    this.#dropped = this.#events[index - 1]!.revision;
    this.#events = this.#events.slice(index);
  }

  #indexAfter(revision: number): number {
    // What is asked for is nearly always near the end.
    let index = this.#events.length;
    while (index > 0 && this.#events[index - 1]!.revision > revision) index--;
    return index;
  }
}
