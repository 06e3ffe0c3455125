import type { WatchEvent } from "../client/watch_stream.ts";
import type { SourceListOptions, SourcePage, SourceWatchOptions, WatchSource } from "./watch_source.ts";

/** A list or a watch that a test answers. */
export class FakeAnswer<T> {
  /** What arrives even though the signal has come. */
  readonly onItsWay: T[] = [];
  readonly #queue: T[] = [];
  #end: { readonly error?: unknown } | undefined;
  #wake = Promise.withResolvers<void>();

  /** Whether it has ended. */
  get isOver(): boolean {
    return this.#end !== undefined;
  }

  /** Sends something. */
  send(...items: T[]): void {
    this.#queue.push(...items);
    this.#wake.resolve();
  }

  /** Ends the answer. */
  end(): void {
    this.#end = {};
    this.#wake.resolve();
  }

  /** Ends the answer with an error. */
  fail(error: unknown): void {
    this.#end = { error };
    this.#wake.resolve();
  }

  /** What was sent, until the end or the signal. */
  async *read(signal: AbortSignal): AsyncGenerator<T> {
    if (signal.aborted) this.fail(signal.reason);
    signal.addEventListener("abort", () => {
      this.#queue.push(...this.onItsWay);
      this.fail(signal.reason);
    });
    for (;;) {
      while (this.#queue.length > 0) yield this.#queue.shift()!;
      if (this.#end && "error" in this.#end) throw this.#end.error;
      if (this.#end) return;
      await this.#wake.promise;
      this.#wake = Promise.withResolvers();
    }
  }
}

/** A watch that a test answers. */
export class FakeWatch extends FakeAnswer<WatchEvent> {
  readonly options: SourceWatchOptions;

  constructor(options: SourceWatchOptions) {
    super();
    this.options = options;
  }

  /** Accepts the watch, and sends events. */
  open(...events: WatchEvent[]): void {
    this.options.onOpen();
    this.send(...events);
  }
}

/** A list that a test answers. */
export class FakeList extends FakeAnswer<SourcePage> {
  readonly options: SourceListOptions;

  constructor(options: SourceListOptions) {
    super();
    this.options = options;
  }
}

/** A source that a test answers for. */
export class FakeSource implements WatchSource {
  /** The lists that were asked for. */
  readonly lists: FakeList[] = [];
  /** The watches that were asked for. */
  readonly watches: FakeWatch[] = [];

  list(options: SourceListOptions): AsyncIterable<SourcePage> {
    const list = new FakeList(options);
    this.lists.push(list);
    return list.read(options.signal);
  }

  watch(options: SourceWatchOptions): AsyncIterable<WatchEvent> {
    const watch = new FakeWatch(options);
    this.watches.push(watch);
    return watch.read(options.signal);
  }
}
