/**
 * Who has looked at what, so that a change is told to those whom it concerns without asking all others.
 *
 * @module
 */

import { parseLabelSelector } from "../../kube/label_selector.ts";
import type { LiveObject } from "../../kube/object.ts";
import { isConcerned, type ReadRecord } from "./reads.ts";

/** What the calls for single objects have read. */
export class ReadIndex {
  readonly #records = new Map<string, ReadRecord[]>();
  /** The readers under each key; see `recordKey`. */
  readonly #readers = new Map<string, Set<string>>();

  /**
   * Begins to note what a reader reads. What it read before is forgotten, and what an earlier call still reads does not
   * count.
   *
   * @param reader The reader.
   * @returns Notes something that it has read.
   */
  begin(reader: string): (record: ReadRecord) => void {
    this.delete(reader);
    const records: ReadRecord[] = [];
    this.#records.set(reader, records);
    return (record) => {
      if (this.#records.get(reader) !== records) return;
      records.push(record);
      const key = recordKey(record);
      const readers = this.#readers.get(key);
      if (readers) readers.add(reader);
      else this.#readers.set(key, new Set([reader]));
    };
  }

  /**
   * Forgets a reader.
   *
   * @param reader The reader.
   */
  delete(reader: string): void {
    for (const record of this.#records.get(reader) ?? []) {
      const key = recordKey(record);
      const readers = this.#readers.get(key);
      readers?.delete(reader);
      if (readers?.size === 0) this.#readers.delete(key);
    }
    this.#records.delete(reader);
  }

  /**
   * Finds the readers that have read something that has changed. Those who read something else cost nothing.
   *
   * @param kind The kind of what has changed, as of `formatGroupKind`.
   * @param states It before and after.
   * @returns The readers.
   */
  concerned(kind: string, states: readonly LiveObject[]): Set<string> {
    const found = new Set<string>();
    for (const key of new Set(states.flatMap(({ metadata }) => stateKeys(kind, metadata)))) {
      for (const reader of this.#readers.get(key) ?? []) {
        if (!found.has(reader) && this.#records.get(reader)!.some((record) => isConcerned(record, kind, states))) {
          found.add(reader);
        }
      }
    }
    return found;
  }
}

/** One of the keys of every object that a record is about. */
function recordKey({ kind, ref, selection }: ReadRecord): string {
  if (ref) return key(kind, "name", ref.namespace, ref.name);
  const { namespace, labels = "" } = selection!;
  const exact = parseLabelSelector(labels).find(({ operator }) => operator === "=");
  return exact ? key(kind, "label", namespace, exact.key, exact.values[0]) : key(kind, "all", namespace);
}

/** The keys of an object: by its name, and by every list in which it may be. */
function stateKeys(kind: string, { namespace, name, labels = {} }: LiveObject["metadata"]): string[] {
  const lists = [...new Set([namespace, undefined])].flatMap((place) => [
    key(kind, "all", place),
    ...Object.entries(labels).map(([label, value]) => key(kind, "label", place, label, value)),
  ]);
  return [key(kind, "name", namespace, name), ...lists];
}

function key(...parts: readonly (string | undefined)[]): string {
  return JSON.stringify(parts);
}
