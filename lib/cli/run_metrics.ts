/**
 * The metrics of a runner, for Prometheus.
 *
 * @module
 */

import type { Counter, Gauge, Histogram, Registry } from "prom-client";
import type {
  ChildOutcome,
  ObservedElection,
  ObservedRun,
  RequestResult,
  RuleCallResult,
  RunObserver,
  WatchTrouble,
} from "../engine/run/observer.ts";

type Prometheus = typeof import("prom-client");

/** From what takes no time to what takes as long as a rule may. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const PHASES = ["Waiting", "Syncing", "Ready", "Failing", "Blocked", "Throttled"];
const QUEUE_STATES = ["ready", "delayed", "running"] as const;

/** Counts what a runner does. */
export class RunMetrics implements RunObserver {
  /** How the process stands in the election; `undefined` if it does not, yet. */
  election: (() => ObservedElection) | undefined;
  /** What it runs as the leader; `undefined` if it does not lead. */
  run: ObservedRun | undefined;
  readonly #registry: Registry;
  readonly #counters: Counters;
  readonly #gauges: Gauges;
  readonly #duration: Histogram;
  readonly #latency: Histogram;

  /**
   * Makes them.
   *
   * @param prometheus The library that counts.
   */
  constructor({ Counter, Gauge, Histogram, Registry }: Prometheus) {
    const registers = [this.#registry = new Registry()];
    const make = <T>(specs: Specs, construct: (options: Options) => T) =>
      Object.fromEntries(
        Object.entries(specs).map(([name, [help, ...labelNames]]) => [
          name,
          // What every process has is named the same everywhere.
          construct({ name: name.startsWith("process_") ? name : `kubescript_${name}`, help, labelNames, registers }),
        ]),
      );
    this.#counters = make(COUNTERS, (options) => new Counter(options)) as Counters;
    this.#gauges = make(GAUGES, (options) => new Gauge(options)) as Gauges;
    const histogram = (name: string, help: string) =>
      new Histogram({ name: `kubescript_${name}`, help, labelNames: ["rule"], buckets: SECONDS, registers });
    this.#duration = histogram("rule_run_duration_seconds", "How long functions of rules take");
    this.#latency = histogram("rule_latency_seconds", "From when an object could be handled to when it was");
  }

  /** The type of the text. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** @returns The metrics as text. */
  async text(): Promise<string> {
    this.#read();
    return await this.#registry.metrics();
  }

  onElection(read: () => ObservedElection): void {
    this.election = read;
  }

  onRun(run: ObservedRun | undefined): void {
    this.run = run;
  }

  onCall({ rule, result, isRetry, seconds, waitedSeconds }: RuleCallResult): void {
    this.#counters.rule_runs_total.inc({ rule, result });
    if (isRetry) this.#counters.rule_retries_total.inc({ rule });
    this.#duration.observe({ rule }, seconds);
    if (result === "done") this.#latency.observe({ rule }, waitedSeconds + seconds);
  }

  onChildren(rule: string, outcome: ChildOutcome, count: number): void {
    this.#counters.rule_children_total.inc({ rule, outcome }, count);
  }

  onWatchTrouble({ kind, then, reason, code }: WatchTrouble): void {
    if (then === "relist") this.#counters.watch_relists_total.inc({ kind, reason });
    if (then === "reconnect") this.#counters.watch_reconnects_total.inc({ kind, reason });
    this.#counters.watch_errors_total.inc({ kind, code: code === undefined ? "none" : String(code) });
  }

  onRequest({ verb, code, waitedSeconds, retries }: RequestResult): void {
    this.#counters.client_requests_total.inc({ verb, code });
    if (retries > 0) this.#counters.client_retries_total.inc({ verb }, retries);
    this.#counters.client_throttled_seconds_total.inc({ verb }, waitedSeconds);
  }

  /** Reads what is not counted but stands somewhere. */
  #read(): void {
    const gauges = this.#gauges;
    for (const gauge of Object.values(gauges)) gauge.reset();
    gauges.leader.set(this.election?.().leads ? 1 : 0);
    gauges.process_resident_memory_bytes.set(Deno.memoryUsage().rss);
    for (const { name: rule, phase, failing, queue } of this.run?.rules() ?? []) {
      for (const state of PHASES) gauges.rule_state.set({ rule, state }, state === phase ? 1 : 0);
      for (const state of QUEUE_STATES) gauges.rule_queue_depth.set({ rule, state }, queue[state]);
      gauges.rule_queue_oldest_seconds.set({ rule }, queue.oldestMs / 1_000);
      gauges.rule_failing_objects.set({ rule }, failing);
    }
    for (const { kind, selector, objects, lastEventSeconds } of this.run?.inputs() ?? []) {
      gauges.watch_objects.set({ kind, selector }, objects);
      if (lastEventSeconds === undefined) continue;
      gauges.watch_last_event_age_seconds.set({ kind, selector }, lastEventSeconds);
    }
  }
}

type Counters = Readonly<Record<keyof typeof COUNTERS, Counter>>;
type Gauges = Readonly<Record<keyof typeof GAUGES, Gauge>>;

interface Options {
  readonly name: string;
  readonly help: string;
  readonly labelNames: string[];
  readonly registers: Registry[];
}

type Specs = Readonly<Record<string, readonly [help: string, ...labels: string[]]>>;

const COUNTERS = {
  rule_runs_total: ["Calls of functions of rules", "rule", "result"],
  rule_retries_total: ["Calls after one that had failed for the same object", "rule"],
  rule_children_total: ["What became of children of each rules", "rule", "outcome"],
  watch_relists_total: ["Watches that had to read everything anew", "kind", "reason"],
  watch_reconnects_total: ["Watches that had to begin again where they were", "kind", "reason"],
  watch_errors_total: ["Times that a watch met with an error that it had not just met", "kind", "code"],
  client_requests_total: ["Requests to the API server", "verb", "code"],
  client_retries_total: ["Repetitions of requests", "verb"],
  client_throttled_seconds_total: ["How long requests waited for their turn", "verb"],
} as const satisfies Specs;

const GAUGES = {
  leader: ["Whether this process leads"],
  process_resident_memory_bytes: ["Memory of the process"],
  rule_state: ["What a rule does: 1 for its present state", "rule", "state"],
  rule_failing_objects: ["Objects for which a rule fails at present", "rule"],
  rule_queue_depth: [
    "Objects that could be handled now, that wait for a time, and that are being handled",
    "rule",
    "state",
  ],
  rule_queue_oldest_seconds: ["How long the oldest of those has waited that could be handled now", "rule"],
  watch_objects: ["Objects that are watched", "kind", "selector"],
  watch_last_event_age_seconds: ["How long ago the last change was seen", "kind", "selector"],
} as const satisfies Specs;
