/**
 * Keeps a store like the server: does what `reflector_state.ts` says, with a source, a clock and a signal.
 *
 * @module
 */

import { backoffMs } from "../base/backoff.ts";
import { type Clock, deadline } from "../base/clock.ts";
import type { WatchEvent } from "../client/watch_stream.ts";
import type { LiveObject } from "../kube/object.ts";
import {
  INITIAL_REFLECTOR_STATE,
  type ReflectorEffect,
  type ReflectorInput,
  type ReflectorState,
  type ReflectorStatus,
  stepReflector,
} from "./reflector_state.ts";
import type { ServerGate } from "./server_gate.ts";
import { watchFailureOf } from "./watch_failure.ts";
import type { WatchSource } from "./watch_source.ts";

/** What a reflector keeps up to date. */
export interface ReflectorTarget {
  /** Takes over an event. */
  apply(event: WatchEvent): void;
  /** Begins to collect the content as a whole. */
  stageNothing(): void;
  /** Collects an object. */
  stage(object: LiveObject): void;
  /** Takes an object out of what was collected. */
  unstage(object: LiveObject): void;
  /** Makes what was collected the content. */
  replace(): void;
}

/** How long a reflector is patient, in milliseconds unless said otherwise. */
export interface ReflectorTiming {
  /** How long the server may take to accept a watch. @default {10_000} */
  readonly openMs: number;
  /** The length of a watch in seconds, up to a tenth less. @default {290} */
  readonly watchSeconds: number;
  /** How long a watch may be silent before it is probed, up to a fifth more. @default {15_000} */
  readonly silenceMs: number;
  /** How long a probe may take, of which the server waits one second for events. @default {5_000} */
  readonly probeMs: number;
  /** How long a watch has to send what its probe has found. @default {2_000} */
  readonly catchUpMs: number;
}

/** What a reflector is made of. */
export interface ReflectorOptions {
  /** What it reads. */
  readonly source: WatchSource;
  /** What it keeps up to date. */
  readonly target: ReflectorTarget;
  /** What all reflectors of the server go through. */
  readonly gate: ServerGate;
  /** The clock. */
  readonly clock: Clock;
  /** Told how the reflector is doing, whenever that changes. */
  readonly onStatus: (status: ReflectorStatus) => void;
  /** How long it is patient. */
  readonly timing?: Partial<ReflectorTiming> | undefined;
}

const TIMING: ReflectorTiming = {
  openMs: 10_000,
  watchSeconds: 290,
  silenceMs: 15_000,
  probeMs: 5_000,
  catchUpMs: 2_000,
};
const BACKOFF = { firstMs: 250, maxMs: 30_000 };
// As client-go and kubectl do.
const PAGE_LIMIT = 500;
const PROBE_SECONDS = 1;

/** Keeps a target like the server until it is stopped. Nothing else ends it. */
export class Reflector {
  readonly #options: ReflectorOptions;
  readonly #timing: ReflectorTiming;
  readonly #main: Lane;
  readonly #probe: Lane;
  #state: ReflectorState = INITIAL_REFLECTOR_STATE;
  #heardMs = 0;

  /**
   * Makes a reflector.
   *
   * @param options What it is made of.
   */
  constructor(options: ReflectorOptions) {
    this.#options = options;
    this.#timing = { ...TIMING, ...options.timing };
    const onEnd = (input: ReflectorInput) => this.#take(input);
    this.#main = new Lane(onEnd);
    this.#probe = new Lane(onEnd);
  }

  /** The version of the content; `undefined` while it is read as a whole. */
  get resourceVersion(): string | undefined {
    return this.#state.resourceVersion;
  }

  /**
   * Runs until the signal aborts.
   *
   * @param signal Stops the reflector.
   * @returns Settles when everything that it had begun has ended.
   */
  async run(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const stopped = new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    this.#take({ type: "begin" });
    await stopped;
    await Promise.all([this.#main.stop(), this.#probe.stop()]);
  }

  #take(input: ReflectorInput): void {
    const { status } = this.#state;
    const { state, effects } = stepReflector(this.#state, input);
    this.#state = state;
    for (const effect of effects) this.#do(effect);
    const { phase, reason } = state.status;
    if (phase !== status.phase || reason !== status.reason) this.#options.onStatus(state.status);
  }

  #do(effect: ReflectorEffect): void {
    const { target } = this.#options;
    switch (effect.type) {
      case "apply":
        return target.apply(effect.event);
      case "stage":
        return effect.objects.forEach((object) => target.stage(object));
      case "unstage":
        return target.unstage(effect.object);
      case "stageNothing":
        return target.stageNothing();
      case "replace":
        return target.replace();
      case "probe":
        return this.#probe.start((signal) => this.#runProbe(effect, signal));
      case "allow":
        return this.#probe.start(async (signal) => {
          await this.#options.clock.sleep(this.#timing.catchUpMs, signal);
          return { type: "due" };
        });
    }
    void this.#probe.stop();
    this.#main.start((signal) => {
      if (effect.type === "list") return this.#list(effect, signal);
      return effect.type === "watch" ? this.#watch(effect, signal) : this.#wait(effect, signal);
    });
  }

  async #wait({ failures, atLeastMs }: EffectOf<"wait">, signal: AbortSignal): Promise<ReflectorInput> {
    const { clock } = this.#options;
    await clock.sleep(atLeastMs + backoffMs(failures, clock.random(), BACKOFF), signal);
    return { type: "begin" };
  }

  async #list({ paged }: EffectOf<"list">, signal: AbortSignal): Promise<ReflectorInput> {
    const { source, gate } = this.#options;
    const attempt = await gate.enter(signal);
    let resourceVersion = "";
    try {
      for await (const page of source.list({ limit: paged ? PAGE_LIMIT : 0, signal })) {
        attempt.answered();
        resourceVersion = page.resourceVersion;
        this.#take({ type: "page", items: page.items });
      }
      return { type: "listed", resourceVersion };
    } catch (error) {
      signal.throwIfAborted();
      const failure = watchFailureOf(error);
      if (failure.kind === "unreachable") attempt.failed();
      else attempt.answered();
      return { type: "failed", failure };
    }
  }

  async #watch({ resourceVersion, freshConnection }: EffectOf<"watch">, signal: AbortSignal): Promise<ReflectorInput> {
    const { source, gate, clock } = this.#options;
    const attempt = await gate.enter(signal);
    let openedMs: number | undefined;
    const livedMs = () => openedMs === undefined ? undefined : clock.monotonic() - openedMs;
    using limit = deadline(clock, this.#timing.openMs, signal);
    using silence = new DisposableStack();
    const onOpen = () => {
      limit[Symbol.dispose]();
      attempt.answered();
      openedMs = this.#heardMs = clock.monotonic();
      silence.use(this.#listen());
      if (!signal.aborted) this.#take({ type: "opened" });
    };
    try {
      const timeoutSeconds = Math.round(this.#timing.watchSeconds * (1 - clock.random() / 10));
      const options = { resourceVersion, timeoutSeconds, freshConnection, onOpen, signal: limit.signal };
      for await (const event of source.watch(options)) {
        if (signal.aborted) break;
        this.#heardMs = clock.monotonic();
        this.#take({ type: "event", event });
      }
      return { type: "ended", livedMs: livedMs() ?? 0 };
    } catch (error) {
      signal.throwIfAborted();
      const failure = watchFailureOf(error);
      if (failure.kind === "unreachable" && openedMs === undefined) attempt.failed();
      else attempt.answered();
      return { type: "failed", failure, livedMs: livedMs() };
    }
  }

  async #runProbe({ resourceVersion }: EffectOf<"probe">, signal: AbortSignal): Promise<ReflectorInput> {
    const { source, clock } = this.#options;
    using limit = deadline(clock, this.#timing.probeMs, signal);
    const options = { resourceVersion, timeoutSeconds: PROBE_SECONDS, freshConnection: true, onOpen() {} };
    try {
      for await (const event of source.watch({ ...options, signal: limit.signal })) {
        if (signal.aborted) break;
        this.#take({ type: "probed", event });
      }
      return { type: "probeEnded" };
    } catch (error) {
      return { type: "probeFailed", failure: watchFailureOf(error) };
    }
  }

  // A timer for each event would cost more than the event.
  #listen(): Disposable {
    const { clock } = this.#options;
    const silenceMs = this.#timing.silenceMs * (1 + clock.random() / 5);
    const onTimer = () => {
      const remainingMs = this.#heardMs + silenceMs - clock.monotonic();
      stop = clock.timer(remainingMs > 0 ? remainingMs : silenceMs, onTimer);
      if (remainingMs <= 0) this.#take({ type: "silent" });
    };
    let stop = clock.timer(silenceMs, onTimer);
    return { [Symbol.dispose]: () => stop() };
  }
}

type EffectOf<T extends ReflectorEffect["type"]> = Extract<ReflectorEffect, { type: T }>;

/** Does one thing at a time: what begins ends what was before. */
class Lane {
  readonly #onEnd: (input: ReflectorInput) => void;
  readonly #underWay = new Set<Promise<unknown>>();
  #current = new AbortController();

  constructor(onEnd: (input: ReflectorInput) => void) {
    this.#onEnd = onEnd;
  }

  start(work: (signal: AbortSignal) => Promise<ReflectorInput>): void {
    this.#current.abort();
    const { signal } = this.#current = new AbortController();
    const running = work(signal).then(
      (input) => signal.aborted || this.#onEnd(input),
      (error) => {
        if (!signal.aborted) throw error;
      },
    ).finally(() => this.#underWay.delete(running));
    this.#underWay.add(running);
  }

  async stop(): Promise<void> {
    this.#current.abort();
    await Promise.all(this.#underWay);
  }
}
