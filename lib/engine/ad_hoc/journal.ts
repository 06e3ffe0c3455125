/**
 * What a script has done to the cluster: noted write by write, and summed up in the end.
 *
 * @module
 */

import type { KubeRequest } from "../../kube/request.ts";
import type { FieldChange } from "../../plan/change.ts";
import { countOfKind, nameTarget, writeAction } from "./write_action.ts";

/** One write. */
export interface JournalEntry {
  /** The request. */
  readonly request: KubeRequest;
  /** The name that the object got, if the server made it. */
  readonly name?: string | undefined;
  /** The fields that it changes, if that is known. */
  readonly fields?: readonly FieldChange[];
  /** What else to know, such as `not permitted`. */
  readonly note?: string | undefined;
}

/** How to keep a {@linkcode Journal}. */
export interface JournalOptions {
  /** Whether the writes are only tried. */
  readonly dryRun: boolean;
  /** Told about each write, in words. */
  readonly onEntry?: (line: string, entry: JournalEntry) => void;
}

/** Notes the writes of a script. */
export class Journal {
  readonly #options: JournalOptions;
  readonly #counts = new Map<string, { readonly entry: JournalEntry; count: number }>();

  /**
   * Makes a journal.
   *
   * @param options How to keep it.
   */
  constructor(options: JournalOptions) {
    this.#options = options;
  }

  /** Whether there was no write. */
  get isEmpty(): boolean {
    return this.#counts.size === 0;
  }

  /**
   * Notes a write.
   *
   * @param entry The write.
   */
  note(entry: JournalEntry): void {
    const { request, note, name } = entry;
    const { target, what } = request;
    const key = [writeAction(request).verb, target?.type.group, target?.type.kind ?? what, note].join("\n");
    const known = this.#counts.get(key);
    if (known) known.count++;
    else this.#counts.set(key, { entry, count: 1 });
    const about = target && nameTarget(name === undefined ? target : { ...target, name });
    const suffix = note === undefined ? "" : `, ${note}`;
    this.#options.onEntry?.(`${this.#would}${this.#act(request, about)}${suffix}`, entry);
  }

  /**
   * Sums up.
   *
   * @returns For example `deleted 12 Pods, patched 3 Deployments`; `changed nothing` if there was no write.
   */
  summary(): string {
    if (this.isEmpty) return this.#options.dryRun ? "would change nothing" : "changed nothing";
    const parts = [...this.#counts.values()].map(({ entry: { request, note }, count }) => {
      const act = this.#act(request, request.target && countOfKind(count, request.target.type));
      return note === undefined ? act : `${act} (${note})`;
    });
    return this.#would + parts.join(", ");
  }

  get #would(): string {
    return this.#options.dryRun ? "would " : "";
  }

  /** Requests to any path are about nothing that could be named. */
  #act(request: KubeRequest, about: string | undefined): string {
    const { verb, done } = writeAction(request);
    return about === undefined ? request.what : `${this.#options.dryRun ? verb : done} ${about}`;
  }
}
