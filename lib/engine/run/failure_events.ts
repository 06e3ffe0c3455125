/**
 * Events of the cluster about objects for which a rule fails for long, so that `kubectl describe` tells.
 *
 * A failure that passes is nobody's business. One that lasts gets one Event, which is counted up from then on, and
 * another one when it is over. Many failures at once are not told one by one: a log and `kubescript status` have them.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import type { Client } from "../../client/client.ts";
import { recordEvent } from "../../client/event.ts";
import type { LiveObject } from "../../kube/object.ts";
import type { ResourceType } from "../../kube/resource_type.ts";
import type { RuleFailure } from "./rule_failures.ts";

const MOST_IN_A_ROW = 3;
const LONGEST_MS = 60_000;
/** How often the same failure is counted up. */
const PAUSE_MS = 300_000;
/** As many Events as this may come at once, and then one after each pause (client-go: EventSourceObjectSpamFilter). */
const BURST = 25;
const REFILL_MS = 12_000;

const EVENT: ResourceType = {
  group: "events.k8s.io",
  version: "v1",
  kind: "Event",
  plural: "events",
  namespaced: true,
};

/** What is to be recorded about an object. */
export type FailureNote =
  /** It has failed for long enough. */
  | { readonly type: "begin" }
  /** It still fails: the Event says how often. */
  | { readonly type: "count"; readonly count: number }
  /** It does not fail any more. */
  | { readonly type: "end" };

/** Decides which failures are told. */
export class FailurePolicy {
  readonly #clock: Clock;
  /** What was told, with when that was; by rule and object. */
  readonly #told = new Map<string, number>();
  #tokens = BURST;
  #refilledMs: number;

  /**
   * Makes a policy.
   *
   * @param clock The clock.
   */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#refilledMs = clock.monotonic();
  }

  /**
   * Notes that a rule failed for an object.
   *
   * @param key The rule and the object.
   * @param failure How often, and since when.
   * @returns What is to be recorded, if anything.
   */
  fail(key: string, { count, sinceMs }: Pick<RuleFailure, "count" | "sinceMs">): FailureNote | undefined {
    const toldMs = this.#told.get(key);
    const lasts = count >= MOST_IN_A_ROW || this.#clock.now() - sinceMs >= LONGEST_MS;
    if (toldMs === undefined ? !lasts : this.#clock.monotonic() - toldMs < PAUSE_MS) return undefined;
    if (!this.#take()) return undefined;
    this.#told.set(key, this.#clock.monotonic());
    return toldMs === undefined ? { type: "begin" } : { type: "count", count };
  }

  /**
   * Notes that a rule did what it had to for an object.
   *
   * @param key The rule and the object.
   * @returns What is to be recorded, if anything.
   */
  succeed(key: string): FailureNote | undefined {
    return this.#told.delete(key) && this.#take() ? { type: "end" } : undefined;
  }

  #take(): boolean {
    const nowMs = this.#clock.monotonic();
    const earned = Math.floor((nowMs - this.#refilledMs) / REFILL_MS);
    this.#tokens = Math.min(BURST, this.#tokens + earned);
    this.#refilledMs += earned * REFILL_MS;
    if (this.#tokens === 0) return false;
    this.#tokens--;
    return true;
  }
}

/** What {@linkcode FailureEvents} work with. */
export interface FailureEventsOptions {
  /** Records Events. */
  readonly client: Client;
  /** The clock. */
  readonly clock: Clock;
  /** Told, once, that an Event could not be recorded: it is the same with all of them when a permission is missing. */
  readonly onError: (error: unknown) => void;
}

/** Records the Events. */
export class FailureEvents {
  readonly #options: FailureEventsOptions;
  readonly #policy: FailurePolicy;
  /** The Events that are counted up; `undefined` while one is being made. */
  readonly #events = new Map<string, LiveObject | undefined>();
  readonly #underWay = new Set<Promise<void>>();
  #complained = false;

  /**
   * Makes it.
   *
   * @param options What it works with.
   */
  constructor(options: FailureEventsOptions) {
    this.#options = options;
    this.#policy = new FailurePolicy(options.clock);
  }

  /**
   * Notes that a rule failed for an object.
   *
   * @param rule The rule.
   * @param object The object.
   * @param failure What went wrong.
   */
  fail(rule: string, object: LiveObject, failure: RuleFailure): void {
    const key = keyOf(rule, object.metadata.uid);
    const note = this.#policy.fail(key, failure);
    if (note?.type === "count") this.#start(() => this.#count(key, note.count));
    else if (note) this.#start(() => this.#record(key, object, "Warning", `Rule "${rule}" fails: ${failure.message}`));
  }

  /**
   * Notes that a rule did what it had to for an object.
   *
   * @param rule The rule.
   * @param uid The uid of the object.
   * @param object The object; `undefined` if it is gone.
   */
  succeed(rule: string, uid: string, object: LiveObject | undefined): void {
    const key = keyOf(rule, uid);
    const note = this.#policy.succeed(key);
    this.#events.delete(key);
    if (note && object) this.#start(() => this.#record(key, object, "Normal", `Rule "${rule}" has succeeded again`));
  }

  /** @returns Settles when nothing is under way any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  #start(work: () => Promise<void>): void {
    const running = work().catch((error) => this.#complain(error)).finally(() => this.#underWay.delete(running));
    this.#underWay.add(running);
  }

  #complain(error: unknown): void {
    if (!this.#complained) this.#options.onError(error);
    this.#complained = true;
  }

  async #record(key: string, about: LiveObject, type: "Normal" | "Warning", message: string): Promise<void> {
    const { client } = this.#options;
    const reason = type === "Warning" ? "RuleFailing" : "RuleRecovered";
    const event = { about, type, reason, message, timeMs: client.serverTimeMs() };
    const live = await client.fetch(recordEvent(event)) as unknown as LiveObject;
    if (type === "Warning") this.#events.set(key, live);
  }

  async #count(key: string, count: number): Promise<void> {
    const { client } = this.#options;
    const event = this.#events.get(key);
    if (!event) return;
    const lastObservedTime = new Date(client.serverTimeMs()).toISOString().replace("Z", "000Z");
    await client.patch(EVENT, event, { series: { count, lastObservedTime } }, { type: "merge" });
  }
}

function keyOf(rule: string, uid: string): string {
  return `${rule} ${uid}`;
}
