/**
 * Runs one `each` rule: for one object at a time, its children are brought in line.
 *
 * @module
 */

import type { Limit } from "../../base/clock.ts";
import { jsonEquals } from "../../base/json.ts";
import { KubescriptError } from "../../kube/error.ts";
import type { LiveObject } from "../../kube/object.ts";
import { formatRef, refKey, refOf } from "../../kube/object_ref.ts";
import { isTerminating } from "../../kube/owner.ts";
import { formatGroupKind, parseApiVersion, type ResourceType } from "../../kube/resource_type.ts";
import { NAMESPACE } from "../../kube/well_known_types.ts";
import { digest } from "../../plan/digest.ts";
import { normalize } from "../../plan/normalize.ts";
import { type PlanContext, planObject } from "../../plan/plan_object.ts";
import { planRemovals } from "../../plan/removal.ts";
import type { EachDefinition } from "../../script/rules/each.ts";
import { type Children as Wanted, readChildren } from "../../script/rules/read_children.ts";
import { applyObject } from "../apply_object.ts";
import { removeSet } from "../remove_set.ts";
import { markChild, OWNER_LABEL } from "../rules/child_marks.ts";
import { checkOwned } from "../rules/each_objects.ts";
import { placeChild } from "../rules/place_child.ts";
import type { Session } from "../session.ts";
import type { Children, ChildState } from "./children.ts";
import type { Finalizing } from "./finalizing.ts";
import { type ChildListeners, tellChild } from "./child_log.ts";
import type { RuleCall } from "./rule_call.ts";
import type { RuleExtensions } from "./rule_extensions.ts";
import type { RuleFights } from "./rule_fights.ts";
import type { RuleRun } from "./rule_run.ts";
import type { Subjects } from "./subjects.ts";
import type { WorkResult } from "./work_queue.ts";

/** What an {@linkcode EachRunner} works with. */
export interface EachRunnerOptions extends ChildListeners {
  /** The rule. */
  readonly definition: EachDefinition;
  /** The session. */
  readonly session: Session;
  /** The objects that the rule is about. */
  readonly subjects: Subjects;
  /** The children of all rules. */
  readonly children: Children;
  /** What the rule owns of other objects. */
  readonly extensions: RuleExtensions;
  /** What is the same for all plans. */
  readonly context: PlanContext;
  /** Makes what the function gets. */
  readonly call: RuleCall;
  /** Notices when somebody changes children again and again. */
  readonly fights: Pick<RuleFights, "applied">;
  /** Holds objects back until the rule has cleaned up; absent if it does not. */
  readonly finalizing: Finalizing | undefined;
}

/** Brings the children of single objects in line. */
export class EachRunner implements RuleRun {
  readonly #options: EachRunnerOptions;

  /**
   * Makes a runner.
   *
   * @param options What it works with.
   */
  constructor(options: EachRunnerOptions) {
    this.#options = options;
  }

  /**
   * Tells which objects have children, something that is owned for them, or something to clean up.
   *
   * @returns Their uids.
   */
  parents(): Set<string> {
    const { name, children, extensions, finalizing } = this.#options;
    const parents = new Set([...finalizing?.uids ?? [], ...extensions.owners()]);
    for (const { rule, owner } of children.owners()) if (rule === name) parents.add(owner);
    return parents;
  }

  /**
   * Brings the children of one object in line.
   *
   * @param uid The uid of the object.
   * @param limit How long it may take.
   * @returns When to look again.
   * @throws {KubescriptError} If a child could not be applied or removed, or another object not be extended.
   */
  async run(uid: string, limit: Limit): Promise<WorkResult> {
    const { name, subjects, children, extensions, call, finalizing } = this.#options;
    const found = subjects.get(uid);
    if (!found) {
      call.forget(uid);
      await finalizing?.clean(uid, (object) => call.context(object, limit));
      await extensions.giveUp(uid);
      await this.#prune(children.of(name, uid), limit);
      return { status: "done" };
    }
    const owner = await finalizing?.hold(found) ?? found;
    const wanted = this.#evaluate(owner, limit);
    if (!wanted) return { status: "done" };
    const keys = await this.#apply(wanted, owner);
    const leaving = children.of(name, uid).filter((child) => !keys.has(refKey(refOf(child as never))));
    await this.#prune(leaving, limit);
    await extensions.bring(wanted, owner, limit);
    if (wanted.status !== undefined) await this.#writeStatus(owner, wanted.status);
    return { status: "done", againMs: wanted.againMs };
  }

  #evaluate(owner: LiveObject, limit: Limit): Wanted | undefined {
    const { name, definition, call } = this.#options;
    const returned = definition.children(owner, Object.assign(call.facts(owner, limit), call.reads(owner)));
    return readChildren(returned, { path: `rule "${name}" for ${formatRef(refOf(owner))}` });
  }

  /** Applies what is not as it should be, and tells the keys of all that should be there. */
  async #apply(wanted: Wanted, owner: LiveObject): Promise<Set<string>> {
    const keys = new Set<string>();
    const problems = await Promise.all(wanted.objects.map(async (written) => {
      const { definition, session, name } = this.#options;
      checkOwned(definition, written);
      const type = this.#typeOf(written.object);
      const desired = markChild(
        placeChild(normalize(written), owner, () => type, session),
        name,
        owner,
      );
      keys.add(refKey(refOf(desired.object)));
      return await this.#applyChild(desired, type);
    }));
    const found = problems.filter((problem) => problem !== undefined);
    if (found.length > 0) throw new KubescriptError(found.join("; "));
    return keys;
  }

  async #applyChild(desired: ReturnType<typeof markChild>, type: ResourceType): Promise<string | undefined> {
    const { name, session, children, context, fights, onChildren } = this.#options;
    const ref = refOf(desired.object);
    const hash = await digest(desired);
    if (children.isSettled(type, ref, hash)) {
      onChildren(name, "unchanged", 1);
      return undefined;
    }
    const live = await session.client.find(type, ref);
    const change = await planObject(desired, live, type, context);
    if (change.action === "unchanged") {
      children.settle(live!, hash);
      onChildren(name, "unchanged", 1);
      return undefined;
    }
    if (change.action === "adopt" && !desired.adopt) {
      return `${formatRef(ref)} exists already and is not of this rule; to take it over, give it { adopt: true }`;
    }
    const { outcome, live: applied } = await applyObject(session, change, context);
    if (outcome.status !== "done") {
      // Where everything goes, nothing is wanted any more: the event that says so may still be on its way.
      return await this.#isGoing(ref.namespace) ? undefined : `${formatRef(ref)}: ${outcome.reason}`;
    }
    fights.applied(desired.object.metadata!.labels![OWNER_LABEL]!, change, session.set.fieldManager);
    if (applied) children.settle(applied, hash);
    tellChild(this.#options, "applied", outcome.change);
    return undefined;
  }

  async #isGoing(namespace: string | undefined): Promise<boolean> {
    if (namespace === undefined) return false;
    const live = await this.#options.session.client.find(NAMESPACE, { name: namespace });
    return live === undefined || isTerminating(live);
  }

  async #prune(leaving: readonly ChildState[], limit: Limit): Promise<void> {
    if (leaving.length === 0) return;
    const { session, children } = this.#options;
    const members = await Promise.all(leaving.map(async (child) => {
      const type = this.#typeOf(child);
      const live = await session.client.find(type, child);
      return live?.metadata.uid === child.metadata.uid ? [{ live, type }] : [];
    }));
    const removals = planRemovals(members.flat(), session.set);
    const stays = leaving.map((child) => children.leave(child));
    const { outcomes } = await removeSet(session, removals, {
      signal: limit.signal,
      wait: false,
      timeoutMs: 0,
    });
    const failed = outcomes.filter(({ status }) => status !== "done");
    for (const { change, status } of outcomes) if (status === "done") tellChild(this.#options, "pruned", change);
    if (failed.length === 0) return;
    for (const stay of stays) stay();
    throw new KubescriptError(failed.map((outcome) => outcome.reason).join("; "));
  }

  async #writeStatus(owner: LiveObject, status: unknown): Promise<void> {
    const { session, definition, call } = this.#options;
    if (includes(owner.status, status)) return;
    await session.client.patch(definition.kind.type, owner, { status }, {
      type: "merge",
      subresource: "status",
      fieldManager: call.fieldManager,
    });
  }

  #typeOf({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): ResourceType {
    const { group } = parseApiVersion(apiVersion);
    const { owns = [] } = this.#options.definition.options;
    const type = owns.find(({ type }) => type.kind === kind && type.group === group)?.type;
    if (!type) throw new TypeError(`Cannot use ${formatGroupKind({ group, kind })}: the rule does not own it`);
    return type;
  }
}

/** Whether a status says already what it is to say. */
function includes(live: unknown, wanted: unknown): boolean {
  if (typeof wanted !== "object" || wanted === null || Array.isArray(wanted)) return jsonEquals(live, wanted);
  return typeof live === "object" && live !== null &&
    Object.entries(wanted).every(([field, value]) => includes((live as Record<string, unknown>)[field], value));
}
