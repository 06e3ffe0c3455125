/**
 * Who looks at a runner from outside, as metrics and probes do. Without an observer nothing is measured.
 *
 * @module
 */

import type { InputState, RuleState } from "./rule_state.ts";
import type { WorkCounts } from "./work_queue.ts";

/** One call of a rule's function for one object, or of a timer. */
export interface RuleCallResult {
  /** The rule. */
  readonly rule: string;
  /** How it ended: `permanent` is a failure that is not tried again. */
  readonly result: "done" | "failed" | "permanent";
  /** Whether an earlier call for the same object had failed. */
  readonly isRetry: boolean;
  /** How long it took, in seconds. */
  readonly seconds: number;
  /** How long the object waited for its turn before, in seconds. */
  readonly waitedSeconds: number;
}

/** What became of a child of an `each` rule. */
export type ChildOutcome = "applied" | "unchanged" | "pruned";

/** One attempt of a request to the API server. */
export interface RequestResult {
  /** What it does, as authorization names it. */
  readonly verb: string;
  /** The HTTP status code; `error` if there was no answer. */
  readonly code: string;
  /** How long it waited for its turn before its first attempt, in seconds. */
  readonly waitedSeconds: number;
  /** How often it was sent again. */
  readonly retries: number;
}

/** What befell a watch: it begins again where it was, reads everything anew, or was refused. */
export interface WatchTrouble {
  /** The kind that is watched, as `Kind.group`. */
  readonly kind: string;
  /** What it does about it. */
  readonly then: "reconnect" | "relist" | "wait";
  /** Why: the reason of the server's `Status`, or a word for what is none. */
  readonly reason: string;
  /** The HTTP status code, if the server said one. */
  readonly code: number | undefined;
}

/** How a rule stands, with what waits for its turn. */
export interface ObservedRule extends RuleState {
  /** What is in its queue. */
  readonly queue: WorkCounts;
}

/** A runner that leads, as it is when it is asked. */
export interface ObservedRun {
  /** Its rules. */
  rules(): readonly ObservedRule[];
  /** What it watches. */
  inputs(): readonly InputState[];
  /** How many calls of functions are under way, or would be if there were room. */
  busy(): number;
}

/** How this process stands in the election. */
export interface ObservedElection {
  /** Whether it leads. */
  readonly leads: boolean;
  /** Who holds the Lease, if anybody does. */
  readonly holder: string | undefined;
  /** How long ago the last attempt to take or renew the Lease came to its end, in milliseconds. */
  readonly sinceAttemptMs: number;
}

/** Told what a runner does. It must be quick, and must not throw. */
export interface RunObserver {
  /**
   * Told that this process stands for election.
   *
   * @param read Tells how it stands.
   */
  onElection(read: () => ObservedElection): void;
  /**
   * Told that the run begins to act, or ceases to.
   *
   * @param run The run; `undefined` when it ceases.
   */
  onRun(run: ObservedRun | undefined): void;
  /**
   * Told that a function of a rule has ended.
   *
   * @param call What it was.
   */
  onCall(call: RuleCallResult): void;
  /**
   * Told what became of children.
   *
   * @param rule The rule.
   * @param outcome What became of them.
   * @param count How many.
   */
  onChildren(rule: string, outcome: ChildOutcome, count: number): void;
  /**
   * Told that a watch is in trouble.
   *
   * @param trouble What it is.
   */
  onWatchTrouble(trouble: WatchTrouble): void;
  /**
   * Told that a request has ended.
   *
   * @param request How it ended.
   */
  onRequest(request: RequestResult): void;
}
