/**
 * How the rules of a runner stand: what each of them does, and for which objects it fails.
 *
 * @module
 */

import type { ReflectorStatus } from "../../watch/reflector_state.ts";

/**
 * What a rule does:
 * - `Waiting`: something that it looks at cannot be read, for example as a kind or a permission is missing;
 * - `Syncing`: it reads what it looks at for the first time;
 * - `Ready`: it is as it should be;
 * - `Failing`: its function fails for some objects, which are tried again;
 * - `Blocked`: suspiciously many objects are missing at once: nothing is pruned until somebody approves;
 * - `Throttled`: it is held back, as it runs far too often.
 */
export type RulePhase = "Waiting" | "Syncing" | "Ready" | "Failing" | "Blocked" | "Throttled";

/** An object for which a rule fails. */
export interface FailingObject {
  /** The object, such as `Namespace/shop`; the rule's name for timers. */
  readonly object: string;
  /** What went wrong the last time. */
  readonly message: string;
  /** How often it failed in a row. */
  readonly failures: number;
  /** Since when, RFC 3339. */
  readonly since: string;
}

/** How a rule stands. */
export interface RuleState {
  /** The rule. */
  readonly name: string;
  /** What kind of rule it is: `each`, `cron`… */
  readonly type: string;
  /** What it does. */
  readonly phase: RulePhase;
  /** Why; absent if there is nothing to say. */
  readonly reason?: string;
  /** How many objects it is about; absent for timers. */
  readonly objects?: number;
  /** For how many objects it fails. */
  readonly failing: number;
  /** Some of these objects, those that have failed for longest first. */
  readonly failures: readonly FailingObject[];
  /** When a function of it was last called, and how that ended. */
  readonly lastRun?: { readonly time: string; readonly result: "done" | "failed"; readonly seconds: number };
  /** When a timer is due next, RFC 3339. */
  readonly nextRun?: string;
}

/** How one of the things stands that rules look at. */
export interface InputState {
  /** The rules that look at it. */
  readonly rules: readonly string[];
  /** The kind, as `Kind.group`. */
  readonly kind: string;
  /** Which objects of the kind, for people; empty for all of them. */
  readonly selector: string;
  /** Whether it was read as a whole. */
  readonly synced: boolean;
  /** How the watch is doing. */
  readonly status: ReflectorStatus;
  /** How many objects there are. */
  readonly objects: number;
  /** How long ago the last change was seen, in seconds; absent if none was. */
  readonly lastEventSeconds: number | undefined;
}

/** What decides about the phase of a rule, besides what it fails for. */
export interface RuleConditions {
  /** What it looks at. */
  readonly inputs: readonly Pick<InputState, "kind" | "synced" | "status">[];
  /** Whether it runs. */
  readonly started: boolean;
  /** Why it is blocked, if it is. */
  readonly blocked?: string | undefined;
  /** Why it is held back, if it is. */
  readonly throttled?: string | undefined;
  /** Why it could not be started, if so. */
  readonly broken?: string | undefined;
  /** For how many objects it fails. */
  readonly failing: number;
}

/**
 * Decides what a rule does. What stands in its way comes before what follows from that.
 *
 * @param conditions How it stands.
 * @returns The phase, and why.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const denied = { kind: "Secret", synced: false, status: { phase: "waiting", reason: "forbidden" } } as const;
 * deepStrictEqual(phaseOf({ inputs: [denied], started: false, failing: 0 }), {
 *   phase: "Waiting",
 *   reason: "Secret: forbidden",
 * });
 * deepStrictEqual(phaseOf({ inputs: [], started: true, failing: 0 }), { phase: "Ready" });
 * ```
 */
export function phaseOf(
  { inputs, started, blocked, throttled, broken, failing }: RuleConditions,
): Pick<RuleState, "phase" | "reason"> {
  if (broken !== undefined) return { phase: "Failing", reason: broken };
  const refused = inputs.find(({ synced, status }) => status.phase === "waiting" || !synced && status.reason !== "");
  if (refused) return { phase: "Waiting", reason: `${refused.kind}: ${refused.status.reason}` };
  const unread = inputs.filter(({ synced }) => !synced);
  if (unread.length > 0) return { phase: "Syncing", reason: `reads ${unread.map(({ kind }) => kind).join(", ")}` };
  if (!started) return { phase: "Syncing" };
  if (blocked !== undefined) return { phase: "Blocked", reason: blocked };
  if (throttled !== undefined) return { phase: "Throttled", reason: throttled };
  return failing > 0 ? { phase: "Failing" } : { phase: "Ready" };
}
