/**
 * Knows how the rules of a runner stand, and tells whoever wants to know: the observer, and Events of the cluster.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import { ApiError } from "../../client/errors.ts";
import type { LiveObject } from "../../kube/object.ts";
import { formatRef, refOf } from "../../kube/object_ref.ts";
import { formatGroupKind, type ResourceType } from "../../kube/resource_type.ts";
import type { Informer } from "../../watch/informer.ts";
import type { ReflectorStatus } from "../../watch/reflector_state.ts";
import type { Kept } from "../../watch/store.ts";
import type { FailureEvents } from "./failure_events.ts";
import type { ObservedRule, RunObserver } from "./observer.ts";
import { RuleFailures } from "./rule_failures.ts";
import { type InputState, phaseOf, type RuleState } from "./rule_state.ts";
import type { WorkCounts } from "./work_queue.ts";

/** Something that rules look at. */
export interface Input {
  /** How the API serves the kind. */
  readonly type: ResourceType;
  /** Which objects of the kind, for people; empty for all of them. */
  readonly selector: string;
  /** Watches it. */
  readonly informer: Pick<Informer<Kept>, "status" | "hasSynced" | "size" | "subscribe">;
}

/** What {@linkcode RunHealth} works with. */
export interface RunHealthOptions {
  /** The clock. */
  readonly clock: Clock;
  /** Takes out of a message what is secret. */
  readonly mask: (message: string) => string;
  /** Records Events; absent if there are to be none. */
  readonly events: FailureEvents | undefined;
  /** Told what happens; absent if nobody looks. */
  readonly observer: RunObserver | undefined;
}

/** What is known of one rule. */
interface Rule {
  readonly type: string;
  readonly inputs: Input[];
  readonly failures: RuleFailures;
  started: boolean;
  broken?: string;
  lastRun?: { readonly atMs: number; readonly result: "done" | "failed"; readonly seconds: number };
  blocked: () => string | undefined;
  throttled: () => string | undefined;
  objects: () => number | undefined;
  nextMs: () => number | undefined;
}

/** How something came to its turn. */
export interface WorkTurn {
  /** How often it has failed in a row. */
  readonly attempts: number;
  /** How long it has waited, in milliseconds. */
  readonly waitedMs: number;
}

/** A call of a function of a rule that is under way. */
export interface CallUnderWay {
  /** Notes that it did what it had to. */
  done(): void;
  /**
   * Notes that it failed.
   *
   * @param error What it threw.
   * @param permanent Whether it is not tried again.
   */
  fail(error: unknown, permanent: boolean): void;
  /** Notes that it was aborted, which says nothing. */
  cancel(): void;
}

const MOST_FAILURES = 20;

/** Knows how rules stand. */
export class RunHealth {
  readonly #options: RunHealthOptions;
  readonly #rules = new Map<string, Rule>();
  /** What is watched, with when the last change was seen; by kind and selector. */
  readonly #watched = new Map<string, { readonly input: Input; readonly rules: Set<string>; eventMs?: number }>();
  /** The calls under way. */
  readonly #calls = new Set<{ readonly rule: string; readonly object: LiveObject | undefined }>();

  /**
   * Makes it.
   *
   * @param options What it works with.
   */
  constructor(options: RunHealthOptions) {
    this.#options = options;
  }

  /** What is under way, such as `tenants Namespace/shop`. */
  get underWay(): readonly string[] {
    return [...this.#calls].map(({ rule, object }) => object ? `${rule} ${formatRef(refOf(object))}` : rule);
  }

  /**
   * Adds a rule.
   *
   * @param name Its name.
   * @param type What kind of rule it is.
   */
  add(name: string, type: string): void {
    const unknown = () => undefined;
    const reads = { blocked: unknown, throttled: unknown, objects: unknown, nextMs: unknown };
    this.#rules.set(name, { type, inputs: [], failures: new RuleFailures(), started: false, ...reads });
  }

  /**
   * Notes what a rule looks at.
   *
   * @param name The rule.
   * @param inputs What it looks at.
   */
  watch(name: string, inputs: Iterable<Input>): void {
    for (const input of inputs) {
      this.#rules.get(name)!.inputs.push(input);
      const key = `${formatGroupKind(input.type)} ${input.selector}`;
      const known = this.#watched.get(key);
      if (known) known.rules.add(name);
      else this.#watched.set(key, { input, rules: new Set([name]) });
      if (!known && this.#options.observer) this.#observe(key, input, this.#options.observer);
    }
  }

  /**
   * Notes that a rule runs.
   *
   * @param name The rule.
   * @param reads How to read what may change about it.
   */
  start(name: string, reads: Partial<Pick<Rule, "blocked" | "throttled" | "objects" | "nextMs">> = {}): void {
    Object.assign(this.#rules.get(name)!, { ...reads, started: true });
  }

  /**
   * Notes that a rule cannot be started.
   *
   * @param name The rule.
   * @param error Why.
   */
  break(name: string, error: unknown): void {
    this.#rules.get(name)!.broken = this.#textOf(error);
  }

  /**
   * Notes that a function of a rule is called.
   *
   * @param name The rule.
   * @param key What it is called for.
   * @param object The object, if there is one.
   * @param turn How it came to its turn.
   * @returns Takes how it ended.
   */
  call(name: string, key: string, object: LiveObject | undefined, turn: WorkTurn): CallUnderWay {
    const { clock, events } = this.#options;
    const rule = this.#rules.get(name)!;
    const call = { rule: name, object };
    const startMs = clock.monotonic();
    this.#calls.add(call);
    const end = (result: "done" | "failed" | "permanent") => {
      this.#calls.delete(call);
      const seconds = (clock.monotonic() - startMs) / 1_000;
      rule.lastRun = { atMs: clock.now(), result: result === "done" ? "done" : "failed", seconds };
      const { attempts, waitedMs } = turn;
      const waitedSeconds = waitedMs / 1_000;
      this.#options.observer?.onCall({ rule: name, result, isRetry: attempts > 0, seconds, waitedSeconds });
    };
    return {
      cancel: () => void this.#calls.delete(call),
      done: () => {
        end("done");
        if (rule.failures.remove(key)) events?.succeed(name, key, object);
      },
      fail: (error, permanent) => {
        end(permanent ? "permanent" : "failed");
        const message = this.#textOf(error);
        const about = object ? formatRef(refOf(object)) : name;
        const failure = rule.failures.add(key, { object: about, message, nowMs: clock.now() });
        if (object) events?.fail(name, object, failure);
      },
    };
  }

  /**
   * Tells how the rules stand.
   *
   * @returns Their states.
   */
  states(): RuleState[] {
    return [...this.#rules].map(([name, rule]) => {
      const { type, inputs, failures, started, broken, lastRun } = rule;
      const conditions = { started, broken, blocked: rule.blocked(), throttled: rule.throttled() };
      const [objects, nextMs] = [rule.objects(), rule.nextMs()];
      return {
        name,
        type,
        ...phaseOf({ ...conditions, inputs: inputs.map(conditionOf), failing: failures.size }),
        ...(objects !== undefined && { objects }),
        failing: failures.size,
        failures: failures.list(MOST_FAILURES).map(({ object, message, count, sinceMs }) => ({
          object,
          message,
          failures: count,
          since: new Date(sinceMs).toISOString(),
        })),
        ...(lastRun && { lastRun: lastRunOf(lastRun) }),
        ...(nextMs !== undefined && Number.isFinite(nextMs) && { nextRun: new Date(nextMs).toISOString() }),
      };
    });
  }

  /**
   * Tells how the rules stand, and what waits for them.
   *
   * @param counts Counts what is in the queue of a rule.
   * @returns Their states.
   */
  observed(counts: (rule: string) => WorkCounts): ObservedRule[] {
    return this.states().map((state) => ({ ...state, queue: counts(state.name) }));
  }

  /**
   * Tells how what is watched stands.
   *
   * @returns Its states.
   */
  inputs(): InputState[] {
    const nowMs = this.#options.clock.monotonic();
    return [...this.#watched.values()].map(({ input, rules, eventMs }) => ({
      ...conditionOf(input),
      rules: [...rules],
      selector: input.selector,
      objects: input.informer.size,
      lastEventSeconds: eventMs === undefined ? undefined : (nowMs - eventMs) / 1_000,
    }));
  }

  #observe(key: string, { type, informer }: Input, observer: RunObserver): void {
    const watched = this.#watched.get(key)!;
    informer.subscribe({
      onEvent: () => void (watched.eventMs = this.#options.clock.monotonic()),
      onStatus: ({ phase, reason, error }) => {
        if (phase === "live" || reason === "") return;
        const isAnswer = error instanceof ApiError;
        observer.onWatchTrouble({
          kind: formatGroupKind(type),
          then: ({ syncing: "relist", reconnecting: "reconnect", waiting: "wait" } as const)[phase],
          // No message of the server, of which there may be any number.
          reason: isAnswer ? error.status.reason || "Unknown" : error instanceof Error ? error.name : reason,
          code: isAnswer ? error.code : undefined,
        });
      },
    });
  }

  #textOf(error: unknown): string {
    return this.#options.mask(error instanceof Error ? error.message : String(error));
  }
}

function lastRunOf({ atMs, result, seconds }: NonNullable<Rule["lastRun"]>): NonNullable<RuleState["lastRun"]> {
  return { time: new Date(atMs).toISOString(), result, seconds };
}

function conditionOf({ type, informer }: Input): { kind: string; synced: boolean; status: ReflectorStatus } {
  return { kind: formatGroupKind(type), synced: informer.hasSynced, status: informer.status };
}
