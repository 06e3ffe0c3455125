/**
 * What a run did, as data, and the events by which it tells about its progress.
 *
 * @module
 */

import type { ObjectRef } from "../kube/object_ref.ts";
import type { Change, Plan } from "../plan/change.ts";

/** How the change of one object ended. */
export interface Outcome {
  /** The change. */
  readonly change: Change;
  /**
   * - `done`: it was sent and accepted, or there was nothing to do.
   * - `failed`: it was sent and refused, or could not be sent.
   * - `skipped`: something before it failed, so that it was not tried.
   * - `interrupted`: the run was stopped before it was tried.
   */
  readonly status: "done" | "failed" | "skipped" | "interrupted";
  /** Why, for everything but `done`; for `done` what was different from the plan, such as "adopted". */
  readonly reason?: string;
  /** What to do about it. */
  readonly hint?: string | undefined;
}

/** An object that was not ready when the run ended. */
export interface NotReady {
  /** The object. */
  readonly ref: ObjectRef;
  /** Whether it will not become ready by itself. */
  readonly failed: boolean;
  /** Why it is not ready. */
  readonly reason: string;
  /** What explains it: containers that wait, warning events, last log lines. */
  readonly details: readonly string[];
}

/**
 * Why a run stopped of itself.
 *
 * - `blocked`: something that an object needs is missing, or cannot be read.
 * - `conflict`: somebody else owns a desired field.
 * - `rail`: more would be deleted than was allowed.
 * - `lock`: another run took over the set.
 */
export interface Stop {
  /** What stopped it. */
  readonly by: "blocked" | "conflict" | "rail" | "lock";
  /** Why. */
  readonly reason: string;
  /** What to do about it. */
  readonly hint?: string | undefined;
}

/** What a run did. */
export interface Result {
  /** What was planned. */
  readonly plan: Plan;
  /** One entry per changed object, in the order of the plan; unchanged objects are left out. */
  readonly outcomes: readonly Outcome[];
  /** Objects that were not ready when the run ended; empty if it did not wait. */
  readonly notReady: readonly NotReady[];
  /** Why the run stopped of itself; what `outcomes` does not name was not touched. */
  readonly stopped?: Stop | undefined;
  /** Whether the user interrupted the run. */
  readonly interrupted: boolean;
}

/** What a run tells while it is under way. */
export type RunEvent =
  /** Another run holds the set's lock. */
  | { readonly type: "locked"; readonly holder: string }
  /** The plan is made and the writing begins; `total` objects will be written. */
  | { readonly type: "planned"; readonly plan: Plan; readonly total: number }
  /** One object is done. */
  | { readonly type: "outcome"; readonly outcome: Outcome }
  /** The run waits for these objects to become ready, or to go. */
  | {
    readonly type: "waiting";
    readonly for: "ready" | "gone";
    readonly refs: readonly { readonly ref: ObjectRef; readonly reason: string }[];
  }
  /** A warning of the server, or of the engine. */
  | { readonly type: "warning"; readonly message: string };

/** Receives the events of a run. */
export type Listener = (event: RunEvent) => void;
