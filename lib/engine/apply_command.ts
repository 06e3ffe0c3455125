/**
 * `apply`: makes the cluster as the script says.
 *
 * @module
 */

import { KubescriptError } from "../kube/error.ts";
import type { LiveObject } from "../kube/object.ts";
import { formatRef, refKey } from "../kube/object_ref.ts";
import { checkGivingUp } from "../plan/extension.ts";
import { parseAllowance } from "../plan/removal.ts";
import { applyObject } from "./apply_object.ts";
import { type AppliedSet, applySet } from "./apply_set.ts";
import { NotedKinds } from "./noted_kinds.ts";
import type { ApplyCommandOptions } from "./options.ts";
import { planSet, type SetPlan } from "./plan_set.ts";
import { findRail } from "./rails.ts";
import { membersLeft, type RemovedSet, removeSet } from "./remove_set.ts";
import type { NotReady, Outcome, Result, Stop } from "./result.ts";
import type { RunLock } from "./run_lock.ts";
import { applyExtensions } from "./rules/extensions.ts";
import { SecretKey } from "./secret_key.ts";
import { type OpenedScript, openSession, type Session } from "./session.ts";
import { evaluateScript, type Wanted } from "./wanted.ts";
import { survey } from "./survey.ts";
import { refuseMistakes } from "./validation.ts";
import { waitReady } from "./wait_ready.ts";
import { lockStop, scopeOf, takeLock, waitForTurn } from "./write_run.ts";

/**
 * Applies a script: plans, applies what differs, waits until all is ready, then prunes.
 *
 * @param options The script, the cluster, the params, the rails.
 * @returns What was done and what was not. Failures of single objects are part of it, not errors.
 * @throws {ScriptError} If the script is not right.
 * @throws {ConfigError} If there is no cluster to talk to.
 * @throws {ApiError} If the server refuses what cannot be done without.
 */
export async function applyScript(options: ApplyCommandOptions): Promise<Result> {
  const opened = await openSession(options);
  using session = opened.session;
  return await new ApplyRun(session, await evaluateScript(opened), options).run();
}

/**
 * Applies a script in a session that stays open.
 *
 * @param opened The script and the session.
 * @param options The rails.
 * @param lock The lock of the set, if it is held already; it is kept then.
 * @returns What was done and what was not.
 * @throws {ScriptError} If the script is not right.
 * @throws {ApiError} If the server refuses what cannot be done without.
 */
export async function applyOpened(
  opened: OpenedScript,
  options: ApplyCommandOptions,
  lock?: RunLock,
): Promise<Result> {
  return await new ApplyRun(opened.session, await evaluateScript(opened), options, lock).run();
}

const NOTHING_REMOVED: RemovedSet = { outcomes: [], remaining: [] };

class ApplyRun {
  readonly #session: Session;
  readonly #wanted: Wanted;
  readonly #options: ApplyCommandOptions;
  readonly #key: SecretKey;
  readonly #held: RunLock | undefined;
  readonly #outcomes: Outcome[] = [];

  constructor(session: Session, wanted: Wanted, options: ApplyCommandOptions, held?: RunLock) {
    this.#session = session;
    this.#held = held;
    this.#wanted = wanted;
    this.#options = options;
    this.#key = new SecretKey(session.client, session.set);
  }

  async run(): Promise<Result> {
    for (let confirmed = false;;) {
      const found = await survey(this.#session, this.#wanted.targets);
      refuseMistakes(this.#session, this.#wanted.findings, found);
      const planned = await planSet(this.#session, this.#wanted, found, this.#key);
      const stopped = await this.#findStop(planned);
      if (stopped !== undefined) return this.#result(planned, { stopped });
      const total = planned.plan.changes.filter((change) => change.action !== "unchanged").length;
      if (total === 0) return this.#result(planned, { notReady: await this.#waitReady(planned, found.live) });
      if (!this.#held && await waitForTurn(this.#session, found)) continue;
      confirmed ||= await this.#options.confirm?.(planned.plan) ?? true;
      if (!confirmed) return this.#result(planned, { interrupted: true });
      const homePlanned = await this.#makeHome(planned);
      if (this.#outcomes.some((outcome) => outcome.status !== "done")) return this.#result(planned, {});
      const lock = this.#held ?? await takeLock(this.#session, found, this.#wanted.targets);
      // Somebody else was faster: what was read is not how it is any more.
      if (lock === undefined) continue;
      this.#options.listen({ type: "planned", plan: planned.plan, total });
      try {
        return await this.#write(homePlanned, lock);
      } finally {
        if (!this.#held) lock.stop();
      }
    }
  }

  /** Finds what forbids to begin: nothing is written unless all of it can be. */
  async #findStop(planned: SetPlan): Promise<Stop | undefined> {
    const { changes } = planned.plan;
    const blocked = changes.find((change) => change.action === "blocked" || change.action === "unverified");
    if (blocked) return stopOf("blocked", blocked);
    const conflict = changes.find((change) => change.action === "conflict");
    if (conflict) return stopOf("conflict", conflict);
    const { members } = planned.survey;
    if (this.#wanted.targets.length === 0 && planned.removals.length > 0 && !this.#options.allowEmpty) {
      const reason =
        `the script has no object at all, so that all ${planned.removals.length} objects of the set would go`;
      return { by: "rail", reason, hint: "If that is meant, use --allow-empty" };
    }
    // Who allows that the script is empty knows that everything goes.
    const all = this.#wanted.targets.length === 0 ? [`${members.size}`] : [];
    const allowance = parseAllowance([...this.#options.allowDelete, ...all]);
    const rail = checkGivingUp(planned.extensions, allowance) ??
      await findRail(this.#session, planned.removals, { members: members.size, wholeSet: false }, allowance);
    return rail && { by: "rail", ...rail };
  }

  /** Makes the home namespace, as the parent, and with it the lock, lives in it. */
  async #makeHome(planned: SetPlan): Promise<SetPlan> {
    const key = refKey({ group: "", kind: "Namespace", name: this.#session.set.namespace });
    const change = planned.changes.get(key);
    if (change?.action !== "create") return planned;
    const { outcome, live } = await applyObject(this.#session, change, planned.context);
    this.#outcomes.push(outcome);
    this.#options.listen({ type: "outcome", outcome });
    const changes = new Map(planned.changes).set(key, { ...change, action: "unchanged", live });
    return { ...planned, changes };
  }

  async #write(first: SetPlan, lock: RunLock): Promise<Result> {
    if (this.#held) await lock.extend(scopeOf(this.#session, this.#wanted.targets, []));
    const signal = AbortSignal.any([this.#options.signal, lock.lost]);
    const planned = await this.#withKey(first, lock);
    const applied = await applySet(this.#session, planned, { signal, timeoutMs: this.#options.timeoutMs });
    this.#outcomes.push(...applied.outcomes);
    const isDone = ({ status }: Outcome) => status === "done";
    let rest: Partial<Result> = {};
    try {
      if (applied.outcomes.every(isDone)) this.#outcomes.push(...await this.#extend(planned, lock, signal));
      const complete = this.#outcomes.every(isDone);
      rest = { notReady: complete ? await this.#finish(planned, applied, lock, signal) : [] };
      if (!complete && !this.#held && !lock.lost.aborted) await lock.release(lock.parent.scope);
    } catch (error) {
      // What was applied must be told even if nothing more can be done.
      if (!(error instanceof KubescriptError)) throw error;
      rest = { stopped: { by: "blocked", reason: error.message, hint: error.hint } };
    }
    const stopped = lockStop(lock) ?? rest.stopped;
    return this.#result(planned, { ...rest, stopped });
  }

  /** Applies what rules own of other objects, of which some may just have been made. */
  async #extend({ extensions, context }: SetPlan, lock: RunLock, signal: AbortSignal): Promise<Outcome[]> {
    const types = extensions.filter(({ desired }) => desired).map(({ type }) => type!);
    await new NotedKinds(this.#session, lock.parent.live, "extended").add(types);
    return await applyExtensions(this.#session, extensions, context, signal);
  }

  /** Waits until all is ready and prunes; what is left of the lock's scope is what there is now. */
  async #finish(planned: SetPlan, applied: AppliedSet, lock: RunLock, signal: AbortSignal): Promise<NotReady[]> {
    const { pruneEarly } = this.#options;
    let removed = pruneEarly ? await this.#prune(planned, lock, signal) : NOTHING_REMOVED;
    const notReady = await this.#waitReady(planned, applied.live, writtenKeys(applied), signal);
    if (!pruneEarly && notReady.length === 0) removed = await this.#prune(planned, lock, signal);
    if (!this.#held && !lock.lost.aborted) await lock.release(this.#scopeAfter(planned, removed));
    return [...notReady, ...removed.remaining];
  }

  /** Hashes of Secrets need the key, which a first run has to make. */
  async #withKey(planned: SetPlan, lock: RunLock): Promise<SetPlan> {
    const hasSecrets = [...planned.changes.values()].some((change) => change.ref.kind === "Secret" && change.apply);
    if (!hasSecrets || !await this.#key.ensure(lock.parent)) return planned;
    const again = await planSet(this.#session, this.#wanted, planned.survey, this.#key);
    const homeDone = [...planned.changes].filter(([, change]) => change.action === "unchanged");
    return { ...again, changes: new Map([...again.changes, ...homeDone]) };
  }

  async #prune(planned: SetPlan, lock: RunLock, signal: AbortSignal): Promise<RemovedSet> {
    if (planned.removals.length === 0 || signal.aborted) return NOTHING_REMOVED;
    await lock.confirm();
    const removed = await removeSet(this.#session, planned.removals, { ...this.#options, signal });
    this.#outcomes.push(...removed.outcomes);
    return removed;
  }

  async #waitReady(
    planned: SetPlan,
    live: ReadonlyMap<string, LiveObject>,
    written: ReadonlySet<string> = new Set(),
    signal: AbortSignal = this.#options.signal,
  ): Promise<NotReady[]> {
    if (!this.#options.wait) return [];
    const items = planned.nodes.flatMap(({ key, item }) => {
      const { desired, type } = item.target;
      const seen = live.get(key);
      const ref = planned.changes.get(key)!.ref;
      return seen === undefined ? [] : [{ ref, type, live: seen, desired, written: written.has(key) }];
    });
    return await waitReady(this.#session, items, { timeoutMs: this.#options.timeoutMs, signal });
  }

  #scopeAfter(planned: SetPlan, removed: RemovedSet): Parameters<RunLock["release"]>[0] {
    const { members, unreadableKinds, parent } = planned.survey;
    const scope = scopeOf(this.#session, this.#wanted.targets, membersLeft(members, removed));
    // What could not be read may still have members, wherever they were known to be.
    const kept = unreadableKinds.size > 0 ? parent?.scope.namespaces ?? [] : [];
    return {
      groupKinds: [...new Set([...scope.groupKinds, ...unreadableKinds.keys()])],
      namespaces: [...new Set([...scope.namespaces, ...kept])],
    };
  }

  #result(planned: SetPlan, rest: Partial<Result>): Result {
    const interrupted = this.#options.signal.aborted;
    return { plan: planned.plan, outcomes: this.#outcomes, notReady: [], interrupted, ...rest };
  }
}

function writtenKeys(applied: AppliedSet): Set<string> {
  return new Set(applied.outcomes.map((outcome) => refKey(outcome.change.ref)));
}

function stopOf(by: Stop["by"], change: SetPlan["plan"]["changes"][number]): Stop {
  return { by, reason: `${formatRef(change.ref)}: ${change.reason ?? change.action}`, hint: change.hint };
}
