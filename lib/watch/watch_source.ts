/**
 * Where a reflector reads from: one kind and selection of one API server, or a stand-in for it.
 *
 * @module
 */

import type { WatchEvent } from "../client/watch_stream.ts";
import type { LiveObject } from "../kube/object.ts";

/** How to list. */
export interface SourceListOptions {
  /** How many objects a page holds; 0 for the whole list as one. */
  readonly limit: number;
  /** Cancels the list. */
  readonly signal: AbortSignal;
}

/** Part of a list. */
export interface SourcePage {
  /** The objects. */
  readonly items: readonly LiveObject[];
  /** The version of the whole list: a watch may begin here. */
  readonly resourceVersion: string;
}

/** How to watch. */
export interface SourceWatchOptions {
  /** Where the watch begins; absent to be sent what there is first (WatchList, KEP-3157). */
  readonly resourceVersion?: string | undefined;
  /** When the server ends the stream, in seconds. */
  readonly timeoutSeconds: number;
  /** Whether to open a new connection. */
  readonly freshConnection: boolean;
  /** Told when the server has accepted the watch. */
  readonly onOpen: () => void;
  /** Ends the stream. */
  readonly signal: AbortSignal;
}

/** Reads objects of one kind and selection. Its errors are those of the client. */
export interface WatchSource {
  /**
   * Lists the latest state.
   *
   * @param options The size of the pages.
   * @returns One page after the other, of one state.
   */
  list(options: SourceListOptions): AsyncIterable<SourcePage>;
  /**
   * Watches until the server ends the stream.
   *
   * @param options Where to begin.
   * @returns One event after the other.
   */
  watch(options: SourceWatchOptions): AsyncIterable<WatchEvent>;
}
