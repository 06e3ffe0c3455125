/**
 * What is under way between clients and a sandbox, so that a test knows when nothing is.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import type { Answer } from "../client/answer.ts";
import { ForwardingSender } from "../client/forwarding_sender.ts";
import type { AttemptOptions, Sender, StreamOptions } from "../client/sender.ts";
import type { KubeObject } from "../kube/object.ts";
import type { KubeRequest } from "../kube/request.ts";

/** A watch that is under way, until it is disposed. */
interface WatchActivity extends Disposable {
  /**
   * Notes how far it is.
   *
   * @param revision The revision up to which everything has been taken in.
   */
  see(revision: number): void;
}

/** Requests and watches that are under way. */
export class Activity {
  readonly #requests = new Map<object, string>();
  readonly #watches = new Map<object, { readonly key: string; revision: number }>();
  #sleeping = 0;
  #begun = 0;

  /** How many requests wait for their repetition. */
  get sleeping(): number {
    return this.#sleeping;
  }

  /** How many requests and watches were begun so far; those that are opened count again. */
  get begun(): number {
    return this.#begun;
  }

  /**
   * Puts something before a transport that notes what is under way.
   *
   * @param sender The transport.
   * @returns What is to be used instead.
   */
  guard(sender: Sender): Sender {
    return new NotingSender(sender, this);
  }

  /**
   * Makes a clock for a transport: a request that waits for its repetition is not under way.
   *
   * @param clock The clock.
   * @returns What is to be used instead.
   */
  clock(clock: Clock): Clock {
    return {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      random: () => clock.random(),
      timer: (ms, callback) => clock.timer(ms, callback),
      sleep: async (ms, signal) => {
        this.#sleeping++;
        try {
          await clock.sleep(ms, signal);
        } finally {
          this.#sleeping--;
        }
      },
    };
  }

  /**
   * Tells what is still to come.
   *
   * @param revision The revision up to which watches must have been told everything.
   * @param held What is kept from being answered, as method and path.
   * @returns One text for each; none if nothing is under way.
   */
  pending(revision: number, held: { has(key: string): boolean }): string[] {
    const requests = [...this.#requests.values()].filter((key) => !held.has(key));
    const behind = [...this.#watches.values()].filter((watch) => watch.revision < revision && !held.has(watch.key));
    // One that waits for its repetition cannot be told from others, but their number can.
    return [...requests.slice(this.#sleeping), ...behind.map(({ key }) => key)];
  }

  /**
   * Notes a request until it has ended.
   *
   * @typeParam T What it is answered with.
   * @param request The request.
   * @param run Sends it.
   * @returns Its answer.
   */
  async during<T>(request: KubeRequest, run: () => Promise<T>): Promise<T> {
    using _ = this.begin(request);
    return await run();
  }

  /**
   * Notes the begin of a request.
   *
   * @param request The request.
   * @returns Notes its end.
   */
  begin(request: KubeRequest): Disposable {
    const token = {};
    this.#begun++;
    this.#requests.set(token, keyOf(request));
    return { [Symbol.dispose]: () => void this.#requests.delete(token) };
  }

  /**
   * Notes a watch.
   *
   * @param request The request.
   * @returns Takes how far it is; disposing it notes its end.
   */
  watch(request: KubeRequest): WatchActivity {
    const token = {};
    this.#begun++;
    const watch = { key: keyOf(request), revision: 0 };
    this.#watches.set(token, watch);
    return {
      see: (revision) => void (watch.revision = Math.max(watch.revision, revision)),
      [Symbol.dispose]: () => void this.#watches.delete(token),
    };
  }
}

class NotingSender extends ForwardingSender {
  readonly #activity: Activity;

  constructor(sender: Sender, activity: Activity) {
    super(sender);
    this.#activity = activity;
  }

  override async send(request: KubeRequest, options?: AttemptOptions): Promise<Answer> {
    return await this.#activity.during(request, () => this.sender.send(request, options));
  }

  override async *stream<T>(
    request: KubeRequest,
    read: (response: Response) => AsyncIterable<T>,
    options?: StreamOptions,
  ): AsyncGenerator<T> {
    using stack = new DisposableStack();
    const opening = stack.use(this.#activity.begin(request));
    let watch: WatchActivity | undefined;
    const readOpened = (response: Response) => {
      opening[Symbol.dispose]();
      if (/[?&]allowWatchBookmarks=true/.test(request.path)) watch = stack.use(this.#activity.watch(request));
      return read(response);
    };
    for await (const item of this.sender.stream(request, readOpened, options)) {
      yield item;
      // Only now it has been taken in.
      watch?.see(revisionOf(item));
    }
  }
}

function keyOf({ method, path }: KubeRequest): string {
  return `${method} ${path}`;
}

function revisionOf(event: unknown): number {
  return Number((event as { object?: KubeObject }).object?.metadata?.resourceVersion ?? 0);
}
