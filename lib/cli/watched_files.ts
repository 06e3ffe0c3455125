/**
 * The files that a script is made of, and whether one of them has changed.
 *
 * @module
 */

import { dirname } from "node:path";
import { MANIFEST_READ } from "../engine/load/manifest_documents.ts";
import { locate, toFileUrl } from "../engine/load/location.ts";

/** Editors write a file in several steps. */
const SETTLE_MS = 200;
const MANIFEST = /\.(ya?ml|json)$/i;

/** Watches files, and the manifests that are read from now on. */
export class WatchedFiles implements Disposable {
  readonly #files = new Set<string>();
  readonly #manifestFolders = new Set<string>();
  readonly #watchers = new Map<string, Deno.FsWatcher>();
  readonly #changed = new AbortController();
  readonly #onChange: (file: string) => void;
  readonly #timer: (ms: number, callback: () => void) => () => void;
  #stopTimer: (() => void) | undefined;

  /**
   * Begins to watch.
   *
   * @param files The modules of the script.
   * @param options How to wait; told which file has changed, once.
   */
  constructor(
    files: readonly string[],
    { timer, onChange }: {
      readonly timer: (ms: number, callback: () => void) => () => void;
      readonly onChange: (file: string) => void;
    },
  ) {
    this.#timer = timer;
    this.#onChange = onChange;
    for (const file of files) this.#add(file);
    globalThis.addEventListener(MANIFEST_READ, this.#onRead);
  }

  /** Aborts when a file has changed. */
  get changed(): AbortSignal {
    return this.#changed.signal;
  }

  /** Ends the watching. */
  [Symbol.dispose](): void {
    globalThis.removeEventListener(MANIFEST_READ, this.#onRead);
    this.#stopTimer?.();
    for (const watcher of this.#watchers.values()) watcher.close();
  }

  readonly #onRead = (event: Event): void => {
    const file = String(locate(toFileUrl((event as CustomEvent<string>).detail)));
    this.#manifestFolders.add(dirname(file));
    this.#add(file);
  };

  /** Watches the folder, as many editors put another file in the place of the one that was there. */
  #add(file: string): void {
    const folder = dirname(file);
    this.#files.add(file);
    if (this.#watchers.has(folder)) return;
    try {
      const watcher = Deno.watchFs(folder, { recursive: false });
      this.#watchers.set(folder, watcher);
      void this.#follow(watcher);
    } catch (error) {
      // A folder that is missing is named in the import that wants it, where it can be mended.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  async #follow(watcher: Deno.FsWatcher): Promise<void> {
    for await (const { kind, paths } of watcher) {
      const file = kind === "access" ? undefined : paths.find((path) => this.#concerns(path));
      if (file === undefined || this.#changed.signal.aborted) continue;
      this.#stopTimer?.();
      this.#stopTimer = this.#timer(SETTLE_MS, () => {
        this.#onChange(file);
        this.#changed.abort();
      });
    }
  }

  #concerns(path: string): boolean {
    return this.#files.has(path) || (MANIFEST.test(path) && this.#manifestFolders.has(dirname(path)));
  }
}
