/**
 * Which rule is run next, and for which object (client-go: a work queue).
 *
 * A key is a rule and an object. It waits at most once, however often it is added; it never runs twice at once; what is
 * added while it runs makes it run again afterwards. So nothing is lost, and a handler never meets itself.
 *
 * @module
 */

import { backoffMs } from "../../base/backoff.ts";
import type { Clock } from "../../base/clock.ts";
import { Heap } from "../../base/heap.ts";

/** Why a key is added, which decides when its turn comes. */
export interface WorkCause {
  /** Whether somebody did something just now; else it is part of a first look, and lets that go before for a while. */
  readonly live: boolean;
  /** Whether what is wanted has changed, so that earlier failures do not count any more. */
  readonly fresh?: boolean;
  /** Not before this many milliseconds. */
  readonly delayMs?: number;
}

/** How a run ended. */
export type WorkResult =
  /** It did what it had to; and again after so many milliseconds, if that is asked for. */
  | { readonly status: "done"; readonly againMs?: number | undefined }
  /** It failed; it is tried again after so many milliseconds, or after a backoff. */
  | { readonly status: "failed"; readonly retryMs?: number | undefined }
  /** It will fail until what is wanted changes. */
  | { readonly status: "permanent" };

/** How the keys of one rule are run. */
export interface WorkRule {
  /** How many keys may run at once. */
  readonly concurrency: number;
  /** How long a key waits until nothing is added any more, in milliseconds; and how long at most. */
  readonly debounce?: { readonly waitMs: number; readonly longestMs: number } | undefined;
  /**
   * Runs a key. It must not throw.
   *
   * @param key The key.
   * @param attempts How often it has failed in a row.
   * @param waitedMs How long it has waited since it could run, in milliseconds.
   */
  run(key: string, attempts: number, waitedMs: number): Promise<WorkResult>;
}

/** How a {@linkcode WorkQueue} works. */
export interface WorkQueueOptions {
  /** The clock. */
  readonly clock: Clock;
  /** How many keys of all rules may run at once. */
  readonly concurrency: number;
}

/** What is in a queue. */
export interface WorkCounts {
  /** How many keys could run now. */
  readonly ready: number;
  /** How many keys wait for a time. */
  readonly delayed: number;
  /** How many keys run. */
  readonly running: number;
  /** How long the oldest of the ready keys has waited, in milliseconds. */
  readonly oldestMs: number;
}

/** How much longer a first look waits than something live: both are served in the order of their waits. */
const FIRST_LOOK_HANDICAP_MS = 5_000;

/** Timers take no more than 24 days, and count anything longer as nothing. */
const LONGEST_TIMER_MS = 24 * 60 * 60 * 1_000;

const BACKOFF = { firstMs: 250, maxMs: 300_000 };

/** Runs keys. */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #concurrency: number;
  readonly #lanes = new Map<string, Lane>();
  readonly #idle: (() => void)[] = [];
  readonly #delayed = new Heap<Delayed>(({ dueMs }) => dueMs);
  #stopTimer: () => void = () => {};
  #running = 0;
  #closed = false;

  /**
   * Makes an empty queue.
   *
   * @param options The clock, and how much may run at once.
   */
  constructor({ clock, concurrency }: WorkQueueOptions) {
    this.#clock = clock;
    this.#concurrency = concurrency;
  }

  /**
   * Adds a rule.
   *
   * @param name Its name.
   * @param rule How its keys are run.
   */
  addRule(name: string, rule: WorkRule): void {
    this.#lanes.set(name, { rule, items: new Map(), ready: new Heap<Ready>(({ rank }) => rank), running: 0 });
  }

  /**
   * Tells whether a rule was added.
   *
   * @param name Its name.
   * @returns Whether it was.
   */
  hasRule(name: string): boolean {
    return this.#lanes.has(name);
  }

  /**
   * Adds a key: it runs soon, unless it waits already.
   *
   * @param name The rule.
   * @param key The key.
   * @param cause Why.
   */
  add(name: string, key: string, cause: WorkCause): void {
    if (this.#closed) return;
    const lane = this.#lanes.get(name)!;
    const item = lane.items.get(key) ?? { state: "new", attempts: 0, sinceMs: 0, version: 0 };
    lane.items.set(key, item);
    if (cause.fresh) item.attempts = 0;
    if (item.state === "running") {
      item.next = merge(item.next, cause);
      return;
    }
    // Earlier failures are not forgotten because of an echo: only what is wanted can make it better.
    if ((item.state === "backoff" || item.state === "parked") && !cause.fresh) return;
    this.#schedule(lane, key, item, cause);
  }

  /**
   * Counts what is in the queue.
   *
   * @param name The rule.
   * @returns The counts.
   */
  counts(name: string): WorkCounts {
    const { items, running } = this.#lanes.get(name)!;
    const nowMs = this.#clock.monotonic();
    const counts = { ready: 0, delayed: 0, running, oldestMs: 0 };
    for (const { state, sinceMs } of items.values()) {
      if (state === "delayed" || state === "backoff") counts.delayed++;
      if (state !== "ready") continue;
      counts.ready++;
      counts.oldestMs = Math.max(counts.oldestMs, nowMs - sinceMs);
    }
    return counts;
  }

  /** How many keys run, or are ready to. */
  get busy(): number {
    let busy = this.#running;
    for (const { items } of this.#lanes.values()) {
      for (const { state } of items.values()) if (state === "ready") busy++;
    }
    return busy;
  }

  /**
   * Waits until nothing runs, and nothing is ready to run.
   *
   * @returns Settles then; what waits for a time is not waited for.
   */
  async idle(): Promise<void> {
    while (this.#running > 0 || (!this.#closed && this.#pick())) {
      await new Promise<void>((resolve) => this.#idle.push(resolve));
    }
  }

  /**
   * Begins nothing any more.
   *
   * @returns Settles when nothing runs any more.
   */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stopTimer();
    while (this.#running > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #schedule(lane: Lane, key: string, item: Item, cause: WorkCause): void {
    const nowMs = this.#clock.monotonic();
    const { debounce } = lane.rule;
    const isReady = item.state === "ready";
    if (!isReady && item.state !== "delayed") item.sinceMs = nowMs;
    const settleMs = debounce ? Math.min(nowMs + debounce.waitMs, item.sinceMs + debounce.longestMs) : nowMs;
    // What waits for its turn is not put off again: it reads what there is when it begins.
    const dueMs = isReady ? nowMs : Math.max(settleMs, nowMs + (cause.delayMs ?? 0));
    const handicapMs = cause.live ? 0 : FIRST_LOOK_HANDICAP_MS;
    if (dueMs > nowMs) return this.#delay(lane, key, item, dueMs, "delayed", handicapMs);
    const rank = Math.min(isReady ? item.rank! : Infinity, item.sinceMs + handicapMs);
    if (isReady && rank === item.rank) return;
    this.#makeReady(lane, key, item, rank);
    this.#pump();
  }

  #delay(lane: Lane, key: string, item: Item, dueMs: number, state: "delayed" | "backoff", handicapMs: number): void {
    item.state = state;
    item.version++;
    this.#delayed.push({ lane, key, item, version: item.version, dueMs, handicapMs });
    this.#setTimer();
  }

  #makeReady(lane: Lane, key: string, item: Item, rank: number): void {
    item.state = "ready";
    item.rank = rank;
    item.version++;
    lane.ready.push({ key, item, version: item.version, rank });
  }

  #setTimer(): void {
    this.#stopTimer();
    const next = this.#delayed.peek();
    if (!next || this.#closed) return;
    const waitMs = Math.max(0, next.dueMs - this.#clock.monotonic());
    this.#stopTimer = this.#clock.timer(Math.min(waitMs, LONGEST_TIMER_MS), () => this.#wake());
  }

  #wake(): void {
    const nowMs = this.#clock.monotonic();
    for (let next = this.#delayed.peek(); next && next.dueMs <= nowMs; next = this.#delayed.peek()) {
      this.#delayed.pop();
      const { lane, key, item, version, handicapMs } = next;
      // It was scheduled anew in the meantime.
      if (item.version !== version) continue;
      item.sinceMs = nowMs;
      this.#makeReady(lane, key, item, nowMs + handicapMs);
    }
    this.#setTimer();
    this.#pump();
  }

  #pump(): void {
    while (!this.#closed && this.#running < this.#concurrency) {
      const lane = this.#pick();
      if (!lane) break;
      const { key, item } = lane.ready.pop()!;
      void this.#run(lane, key, item);
    }
  }

  /** Finds the rule whose turn it is: the one whose first key has waited longest, among those that have room. */
  #pick(): Lane | undefined {
    let best: Lane | undefined;
    for (const lane of this.#lanes.values()) {
      if (lane.running >= lane.rule.concurrency) continue;
      let first = lane.ready.peek();
      while (first && first.item.version !== first.version) {
        lane.ready.pop();
        first = lane.ready.peek();
      }
      if (first && (!best || first.rank < best.ready.peek()!.rank)) best = lane;
    }
    return best;
  }

  async #run(lane: Lane, key: string, item: Item): Promise<void> {
    this.#running++;
    lane.running++;
    item.state = "running";
    item.version++;
    const result = await lane.rule.run(key, item.attempts, this.#clock.monotonic() - item.sinceMs);
    this.#running--;
    lane.running--;
    this.#settle(lane, key, item, result);
    this.#pump();
    for (const wake of this.#idle.splice(0)) wake();
  }

  #settle(lane: Lane, key: string, item: Item, result: WorkResult): void {
    const { next } = item;
    item.next = undefined;
    item.state = "new";
    if (result.status === "done") item.attempts = 0;
    else if (!next?.fresh) {
      item.attempts++;
      if (result.status === "permanent") item.state = "parked";
      else {
        const retryMs = result.retryMs ?? backoffMs(item.attempts, this.#clock.random(), BACKOFF);
        this.#delay(lane, key, item, this.#clock.monotonic() + retryMs, "backoff", 0);
      }
      return;
    }
    if (next && !this.#closed) return this.#schedule(lane, key, item, next);
    const againMs = result.status === "done" ? result.againMs : undefined;
    if (againMs !== undefined) return this.#schedule(lane, key, item, { live: true, delayMs: againMs });
    lane.items.delete(key);
  }
}

interface Lane {
  readonly rule: WorkRule;
  readonly items: Map<string, Item>;
  readonly ready: Heap<Ready>;
  running: number;
}

interface Item {
  state: "new" | "delayed" | "ready" | "running" | "backoff" | "parked";
  /** How often it has failed in a row. */
  attempts: number;
  /** When it was added. */
  sinceMs: number;
  /** Counts its changes of state: entries of an earlier one do not count any more. */
  version: number;
  /** Where it stands among those that are ready. */
  rank?: number;
  /** Why it was added while it ran. */
  next?: WorkCause | undefined;
}

interface Ready {
  readonly key: string;
  readonly item: Item;
  readonly version: number;
  readonly rank: number;
}

interface Delayed {
  readonly lane: Lane;
  readonly key: string;
  readonly item: Item;
  readonly version: number;
  readonly dueMs: number;
  readonly handicapMs: number;
}

function merge(a: WorkCause | undefined, b: WorkCause): WorkCause {
  if (!a) return b;
  return {
    live: a.live || b.live,
    fresh: Boolean(a.fresh || b.fresh),
    delayMs: Math.min(a.delayMs ?? 0, b.delayMs ?? 0),
  };
}
