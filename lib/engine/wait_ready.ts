/**
 * Waits until objects are ready.
 *
 * @module
 */

import type { DesiredObject } from "../kube/desired_object.ts";
import type { LiveObject } from "../kube/object.ts";
import { type ObjectRef, refKey } from "../kube/object_ref.ts";
import { readinessOf } from "../kube/readiness.ts";
import type { Readiness } from "../kube/readiness_state.ts";
import { formatGroupKind, type ResourceType } from "../kube/resource_type.ts";
import { diagnose } from "./diagnose.ts";
import { follow } from "./follow.ts";
import { expectsStatus, isUntouched } from "./fresh_resource.ts";
import type { NotReady } from "./result.ts";
import type { Session } from "./session.ts";

/** An object to wait for. */
export interface WaitItem {
  /** The object. */
  readonly ref: ObjectRef;
  /** How the API serves its kind. */
  readonly type: ResourceType;
  /** The object as it was seen last. */
  readonly live: LiveObject;
  /** What the script wants of it. */
  readonly desired: DesiredObject;
  /** Whether this run wrote it, so that its controller may not have seen it yet. */
  readonly written: boolean;
}

/** How long to wait. */
export interface WaitOptions {
  /** Milliseconds until the wait is given up. */
  readonly timeoutMs: number;
  /** Ends the wait at once. */
  readonly signal: AbortSignal;
}

interface Waiting {
  readonly item: WaitItem;
  live: LiveObject | undefined;
  readiness: Readiness;
}

const TICK_MS = 1_000;
// A controller that has not said a word about a new custom resource by then probably never will.
const FRESH_GRACE_MS = 10_000;

/**
 * Waits until objects are ready; ends early if only failed ones remain.
 *
 * @param session The session.
 * @param items The objects.
 * @param options How long to wait.
 * @returns The objects that are not ready, with what explains it.
 */
export async function waitReady(
  session: Session,
  items: readonly WaitItem[],
  options: WaitOptions,
): Promise<NotReady[]> {
  const wait = new ReadyWait(session);
  for (const item of items) wait.add(item);
  await wait.run(options);
  return await Promise.all(
    wait.remaining().map(async ({ item, live, readiness }): Promise<NotReady> => ({
      ref: item.ref,
      failed: readiness.state === "failed",
      reason: readiness.reason,
      details: live === undefined ? [] : await diagnose(session, item.type, live),
    })),
  );
}

class ReadyWait {
  readonly #session: Session;
  readonly #startMs: number;
  readonly #waiting = new Map<string, Waiting>();
  readonly #stop = new AbortController();
  #told = "";

  constructor(session: Session) {
    this.#session = session;
    this.#startMs = session.options.clock.monotonic();
  }

  add(item: WaitItem): void {
    const readiness = this.#judge(item, item.live);
    if (readiness.state !== "ready") this.#waiting.set(refKey(item.ref), { item, live: item.live, readiness });
  }

  remaining(): readonly Waiting[] {
    return [...this.#waiting.values()];
  }

  async run({ timeoutMs, signal }: WaitOptions): Promise<void> {
    if (this.#waiting.size === 0 || signal.aborted) return;
    const { clock } = this.#session.options;
    const stop = () => this.#stop.abort();
    const stopTimer = clock.timer(timeoutMs, stop);
    signal.addEventListener("abort", stop, { once: true });
    try {
      this.#tell();
      await Promise.all([this.#tick(), ...this.#groups().map((group) => follow(this.#session, group))]);
    } finally {
      stop();
      stopTimer();
      signal.removeEventListener("abort", stop);
    }
  }

  #groups(): Parameters<typeof follow>[1][] {
    const groups = Map.groupBy(
      this.#waiting,
      ([, { item }]) => `${formatGroupKind(item.type)}/${item.ref.namespace ?? ""}`,
    );
    return [...groups.values()].map((group) => ({
      type: group[0]![1].item.type,
      namespace: group[0]![1].item.ref.namespace,
      keys: group.map(([key]) => key),
      observe: (key, live) => this.#observe(key, live),
      signal: this.#stop.signal,
    }));
  }

  #observe(key: string, live: LiveObject | undefined): void {
    const waiting = this.#waiting.get(key);
    if (!waiting) return;
    // A finished Job with a time to live goes by itself.
    if (live === undefined && waiting.item.type.kind === "Job") this.#waiting.delete(key);
    waiting.live = live;
    this.#update(key, waiting);
    this.#tell();
    this.#finish();
  }

  // Some judgements depend on time alone.
  async #tick(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#session.options.clock.sleep(TICK_MS, this.#stop.signal).catch(() => {});
      for (const [key, waiting] of this.#waiting) this.#update(key, waiting);
      this.#finish();
    }
  }

  #update(key: string, waiting: Waiting): void {
    waiting.readiness = waiting.live === undefined
      ? { state: "failed", reason: "it was deleted while the run waited for it" }
      : this.#judge(waiting.item, waiting.live);
    if (waiting.readiness.state === "ready") this.#waiting.delete(key);
  }

  #judge(item: WaitItem, live: LiveObject): Readiness {
    const { readyWhen } = item.desired;
    if (readyWhen !== undefined) {
      const answer = readyWhen(live);
      if (answer === true) return { state: "ready", reason: "" };
      return {
        state: "progressing",
        reason: typeof answer === "string" ? answer : "readyWhen says that it is not ready",
      };
    }
    const graceMs = FRESH_GRACE_MS - (this.#session.options.clock.monotonic() - this.#startMs);
    if (item.written && graceMs > 0 && expectsStatus(item.type) && isUntouched(live)) {
      return { state: "progressing", reason: "its controller has not looked at it yet" };
    }
    return readinessOf(live, { nowMs: this.#session.client.serverTimeMs() });
  }

  #finish(): void {
    if ([...this.#waiting.values()].every(({ readiness }) => readiness.state === "failed")) this.#stop.abort();
  }

  #tell(): void {
    const refs = [...this.#waiting.values()].map(({ item, readiness }) => ({
      ref: item.ref,
      reason: readiness.reason,
    }));
    const text = JSON.stringify(refs);
    if (refs.length === 0 || text === this.#told) return;
    this.#told = text;
    this.#session.options.listen({ type: "waiting", for: "ready", refs });
  }
}
