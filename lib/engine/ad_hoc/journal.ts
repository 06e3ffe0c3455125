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

/** Notes the writes of a script. */
export class Journal {
  readonly #dryRun: boolean;
  readonly #onEntry: ((line: string, entry: JournalEntry) => void) | undefined;
  readonly #counts = new Map<string, { readonly entry: JournalEntry; count: number }>();

  /**
   * Makes a journal.
   *
   * @param options Whether the writes are only tried; who is told about each.
   */
  constructor(
    options: { readonly dryRun: boolean; readonly onEntry?: (line: string, entry: JournalEntry) => void },
  ) {
    this.#dryRun = options.dryRun;
    this.#onEntry = options.onEntry;
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
    const { request, note } = entry;
    const { verb } = writeAction(request);
    const key = [verb, request.target?.type.group, request.target?.type.kind ?? request.what, note].join("\n");
    const known = this.#counts.get(key);
    if (known) known.count++;
    else this.#counts.set(key, { entry, count: 1 });
    this.#onEntry?.(this.#line(entry), entry);
  }

  /**
   * Sums up.
   *
   * @returns For example `deleted 12 Pods, patched 3 Deployments`; `changed nothing` if there was no write.
   */
  summary(): string {
    const parts = [...this.#counts.values()].map(({ entry: { request, note }, count }) => {
      const { verb, done } = writeAction(request);
      const what = request.target === undefined ? undefined : countOfKind(count, request.target.type);
      const act = what === undefined ? request.what : `${this.#dryRun ? verb : done} ${what}`;
      return note === undefined ? act : `${act} (${note})`;
    });
    if (this.isEmpty) return this.#dryRun ? "would change nothing" : "changed nothing";
    return `${this.#dryRun ? "would " : ""}${parts.join(", ")}`;
  }

  #line({ request, name, note }: JournalEntry): string {
    const { verb, done } = writeAction(request);
    const target = request.target && { ...request.target, name: name ?? request.target.name };
    const act = target === undefined ? request.what : `${this.#dryRun ? verb : done} ${nameTarget(target)}`;
    return `${this.#dryRun ? "would " : ""}${act}${note === undefined ? "" : `: ${note}`}`;
  }
}
