/**
 * The fights of one rule: holds it back from objects over which it fights with somebody, and says so.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import type { Client } from "../../client/client.ts";
import type { LiveObject } from "../../kube/object.ts";
import { formatRef, refOf } from "../../kube/object_ref.ts";
import { isTerminating } from "../../kube/owner.ts";
import type { ResourceType } from "../../kube/resource_type.ts";
import type { Change } from "../../plan/change.ts";
import type { Mask } from "../../plan/mask.ts";
import { type Fight, FightGuard, formatFight } from "./fight_guard.ts";
import type { LogLine } from "./rule_call.ts";
import { OwnWrites, takenByApply } from "./take_back.ts";
import type { WorkResult } from "./work_queue.ts";

/** What {@linkcode RuleFights} work with. */
export interface RuleFightsOptions {
  /** The rule. */
  readonly rule: string;
  /** How the API serves the kind of the objects that the rule is about. */
  readonly type: ResourceType;
  /** In whose name its functions write. */
  readonly ours: string;
  /** Reads objects, and records Events. */
  readonly client: Client;
  /** The clock. */
  readonly clock: Clock;
  /** Hides secret values. */
  readonly mask: Mask;
  /** Writes to the log. */
  readonly log: (line: LogLine) => void;
}

/** The fights of one rule. */
export class RuleFights {
  readonly #options: RuleFightsOptions;
  readonly #guard: FightGuard;
  readonly #writes: OwnWrites;
  /** An object over which there seems to be a fight, with who owns what, as it was before the present run. */
  readonly #suspects = new Map<string, LiveObject>();

  /**
   * Makes it.
   *
   * @param options What it works with.
   */
  constructor(options: RuleFightsOptions) {
    this.#options = options;
    this.#guard = new FightGuard(options.clock);
    this.#writes = new OwnWrites(options);
  }

  /** Why the rule is held back; `undefined` if it is not. */
  get reason(): string | undefined {
    return this.#guard.reason;
  }

  /** How many objects are remembered. */
  get size(): number {
    return this.#guard.size + this.#writes.size + this.#suspects.size;
  }

  /**
   * Notes that a child was applied.
   *
   * @param uid The uid of the object that it is for.
   * @param change What was applied.
   * @param ours In whose name.
   */
  applied(uid: string, change: Change, ours: string): void {
    const fight = takenByApply(change, ours);
    if (fight) this.#guard.note(uid, fight);
  }

  /**
   * Notes that a function of the rule wrote an object that it looks at.
   *
   * @param uid The uid of the object for which it runs.
   * @param old The object before.
   * @param object The object as it was written.
   */
  wrote(uid: string, old: LiveObject, object: LiveObject): void {
    const fight = this.#writes.note(old, object, this.#suspects.get(object.metadata.uid));
    if (fight) this.#guard.note(uid, fight);
  }

  /**
   * Runs the rule for an object, unless it is held back from it.
   *
   * @param uid The uid of the object.
   * @param object The object, if it is there.
   * @param run Runs it.
   * @returns How it ended, and when it may be run again.
   */
  async hold(uid: string, object: LiveObject | undefined, run: () => Promise<WorkResult>): Promise<WorkResult> {
    const guard = this.#guard;
    // What goes must not be kept waiting.
    const waitMs = object && !isTerminating(object) ? guard.waitMs(uid) : 0;
    if (waitMs > 0) return { status: "done", againMs: waitMs };
    if (object && guard.suspects(uid)) await this.#readOwners(object);
    const result = await run();
    this.#suspects.delete(uid);
    const fight = guard.end(uid);
    if (fight && object) await this.#tell(fight, object);
    if (!object) {
      guard.forget(uid);
      this.#writes.forget(uid);
    }
    const heldMs = guard.waitMs(uid);
    return result.status === "done" && heldMs > 0 ? { status: "done", againMs: heldMs } : result;
  }

  /** What is watched does not tell who owns what. */
  async #readOwners(object: LiveObject): Promise<void> {
    const { client, type } = this.#options;
    const owned = await client.find(type, object).catch(() => undefined);
    if (owned) this.#suspects.set(owned.metadata.uid, owned);
  }

  async #tell(fight: Fight, object: LiveObject): Promise<void> {
    const { rule, client, log } = this.#options;
    const message = `${formatFight(fight)}; throttled to one run a minute`;
    log({ level: "warn", rule, object: formatRef(refOf(object)), message });
    if (client.dryRun) return;
    try {
      await client.event(object, "Warning", "Throttled", `Rule "${rule}": ${message}`);
    } catch (error) {
      log({
        level: "warn",
        rule,
        message: `Cannot tell by an Event: ${error instanceof Error ? error.message : error}`,
      });
    }
  }
}
