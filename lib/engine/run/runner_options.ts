/**
 * What a runner works with.
 *
 * @module
 */

import type { ResourceType } from "../../kube/resource_type.ts";
import type { PlanContext } from "../../plan/plan_object.ts";
import type { RuleDefinition } from "../../script/rules/rule.ts";
import type { NotedKinds } from "../noted_kinds.ts";
import type { Session } from "../session.ts";
import type { Checkpoints } from "./checkpoints.ts";
import type { RunObserver } from "./observer.ts";
import type { LogLine } from "./rule_call.ts";
import type { RunCaches } from "./run_caches.ts";

/** What a runner works with. */
export interface RunnerOptions {
  /** The session. */
  readonly session: Session;
  /** The rules by name. */
  readonly rules: ReadonlyMap<string, RuleDefinition>;
  /** What is the same for all plans. */
  readonly context: PlanContext;
  /** What rules look at; it outlives the runner. */
  readonly caches: RunCaches;
  /** The kinds of whose objects rules own fields. */
  readonly extendedKinds: NotedKinds;
  /** What rules have handled. */
  readonly checkpoints: Checkpoints;
  /** How many objects may be handled at once, of all rules. */
  readonly concurrency: number;
  /** Whether every rule runs once, timers at once; else rules run whenever they are due. */
  readonly once: boolean;
  /** Brings the resources of the script in line; absent if it has none. */
  readonly resources: ResourcesRule | undefined;
  /** Tells whether this process may act, as far as it can know. */
  readonly mayAct: () => boolean;
  /** Writes to the log. */
  readonly log: (line: LogLine) => void;
  /** Told what happens; absent if nobody looks. */
  readonly observer?: RunObserver | undefined;
}

/** The resources of a script, run like a rule. */
export interface ResourcesRule {
  /** Their kinds. */
  readonly types: readonly ResourceType[];
  /** Brings them in line. */
  run(): Promise<void>;
}
