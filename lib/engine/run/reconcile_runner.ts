/**
 * Runs one `reconcile` rule: for one object at a time, what is outside of the cluster is brought in line.
 *
 * @module
 */

import type { Limit } from "../../base/clock.ts";
import type { ReconcileDefinition } from "../../script/rules/reconcile.ts";
import type { Finalizing } from "./finalizing.ts";
import type { RuleCall } from "./rule_call.ts";
import type { RuleRun } from "./rule_run.ts";
import type { Subjects } from "./subjects.ts";
import type { WorkResult } from "./work_queue.ts";

/** What a {@linkcode ReconcileRunner} works with. */
export interface ReconcileRunnerOptions {
  /** The rule. */
  readonly definition: ReconcileDefinition;
  /** The objects that the rule is about. */
  readonly subjects: Subjects;
  /** Makes what the function gets. */
  readonly call: RuleCall;
  /** Holds objects back until the rule has cleaned up; absent if it does not. */
  readonly finalizing: Finalizing | undefined;
}

/** Calls the function for single objects. */
export class ReconcileRunner implements RuleRun {
  readonly #options: ReconcileRunnerOptions;

  /**
   * Makes a runner.
   *
   * @param options What it works with.
   */
  constructor(options: ReconcileRunnerOptions) {
    this.#options = options;
  }

  /**
   * Tells for which objects the rule has something to clean up.
   *
   * @returns Their uids.
   */
  parents(): Set<string> {
    return new Set(this.#options.finalizing?.uids);
  }

  /**
   * Brings one object in line.
   *
   * @param uid The uid of the object.
   * @param limit How long it may take.
   * @returns How it ended.
   */
  async run(uid: string, limit: Limit): Promise<WorkResult> {
    const { definition, subjects, call, finalizing } = this.#options;
    const object = subjects.get(uid);
    if (!object) {
      call.forget(uid);
      await finalizing?.clean(uid, (object) => call.context(object, limit));
      return { status: "done" };
    }
    const held = finalizing ? await finalizing.hold(object) : object;
    await definition.run(held, Object.assign(call.context(held, limit), { read: call.reads(held) as never }));
    return { status: "done" };
  }
}
