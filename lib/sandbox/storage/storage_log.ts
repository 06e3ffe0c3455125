/**
 * Where a storage keeps what it holds beyond the end of the process.
 *
 * @module
 */

import type { StoredObject } from "../registry/served_resource.ts";

/** One write. */
export interface LogEntry {
  /** The revision that the write made. */
  readonly revision: number;
  /** Under what the object is stored, such as `apps/deployments`. */
  readonly storedAs: string;
  /** Its key, as `namespace/name`. */
  readonly key: string;
  /** The object; `undefined` if it was deleted. */
  readonly object: StoredObject | undefined;
}

/** A log that has every write before it is acknowledged. */
export interface StorageLog extends Disposable {
  /**
   * Reads what is stored.
   *
   * @returns The last revision (0 if nothing was ever written), and the last entry of each object that is there.
   */
  load(): { readonly revision: number; readonly entries: Iterable<LogEntry> };
  /**
   * Keeps a write; when it returns, the write outlives the process.
   *
   * @param entry The write.
   */
  append(entry: LogEntry): void;
}
