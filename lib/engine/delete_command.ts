/**
 * `delete`: removes everything that a script's set has in the cluster.
 *
 * It goes by what is there, not by what the script says now, so that it needs no params.
 *
 * @module
 */

import { ApiError } from "../client/errors.ts";
import { refKey } from "../kube/object_ref.ts";
import { CONFIG_MAP, SECRET } from "../kube/well_known_types.ts";
import type { Change, Plan } from "../plan/change.ts";
import { Mask } from "../plan/mask.ts";
import type { PlanContext } from "../plan/plan_object.ts";
import { type Member, parseAllowance, planRemovals } from "../plan/removal.ts";
import type { CommandOptions, WriteCommandOptions } from "./options.ts";
import { orderRemovals, planContext } from "./plan_set.ts";
import { findRail } from "./rails.ts";
import { membersLeft, type RemovedSet, removeSet } from "./remove_set.ts";
import type { Result, Stop } from "./result.ts";
import { LockLostError, type RunLock } from "./run_lock.ts";
import { RULE_LABEL } from "./rules/child_marks.ts";
import { applyExtensions, planSweep } from "./rules/extensions.ts";
import { sweepFinalizers } from "./run/finalized_kinds.ts";
import { SecretKey } from "./secret_key.ts";
import { openSession, type Session } from "./session.ts";
import { type Survey, survey } from "./survey.ts";
import { lockStop, scopeOf, takeLock, waitForTurn } from "./write_run.ts";

/**
 * Plans the deletion of a script's set. It only reads.
 *
 * @param options The script and the cluster.
 * @returns The plan.
 */
export async function planDeletion(options: CommandOptions): Promise<Plan> {
  const { session } = await openSession(options);
  using _ = session;
  const found = await surveyAll(session);
  return planOf(session, [...await planGivingUp(session, found), ...removalsOf(session, found)]);
}

/**
 * Deletes a script's set, in reverse order, and waits until it is gone. Adopted and kept objects are released instead.
 *
 * @param options The script, the cluster, the rails.
 * @returns What was done and what was not.
 */
export async function deleteScript(options: WriteCommandOptions): Promise<Result> {
  const { session } = await openSession(options);
  using _ = session;
  const result = (plan: Plan, rest: Partial<Result> = {}): Result => ({
    plan,
    outcomes: [],
    notReady: [],
    interrupted: false,
    ...rest,
  });
  for (let confirmed = false;;) {
    const found = await surveyAll(session);
    const givenUp = await planGivingUp(session, found);
    const removals = removalsOf(session, found);
    const plan = planOf(session, [...givenUp, ...removals]);
    if (removals.length === 0 && found.parent === undefined) return result(plan);
    const stopped = await findStop(session, found, removals, options);
    if (stopped !== undefined) return result(plan, { stopped });
    if (await waitForTurn(session, found)) continue;
    confirmed ||= await options.confirm?.(plan) ?? true;
    if (!confirmed) return result(plan, { interrupted: true });
    const lock = await takeLock(session, found, []);
    if (lock === undefined) continue;
    options.listen({ type: "planned", plan, total: plan.changes.length });
    try {
      const signal = AbortSignal.any([options.signal, lock.lost]);
      const given = await applyExtensions(session, givenUp, contextOf(session), signal);
      // The parent tells where the rest is.
      const removed = given.every(({ status }) => status === "done")
        ? await removeAll(session, found, removals, lock, { ...options, signal })
        : await removeNothing(lock);
      const outcomes = [...given, ...removed.outcomes];
      const interrupted = options.signal.aborted;
      return result(plan, { outcomes, notReady: removed.remaining, stopped: lockStop(lock), interrupted });
    } finally {
      lock.stop();
    }
  }
}

/** Without a parent, members may be anywhere: a first run may have died before it had one. */
async function surveyAll(session: Session): Promise<Survey> {
  const found = await survey(session, []);
  if (found.parent !== undefined) return found;
  // Listing Endpoints would only make the server warn that they are deprecated.
  const types = session.mapper.types.filter(({ verbs = [], kind }) =>
    verbs.includes("list") && verbs.includes("patch") && kind !== "Endpoints"
  );
  return await survey(session, [], types);
}

function removalsOf(session: Session, found: Survey): Change[] {
  const { set, options: { rules } } = session;
  const members = [...found.members.values()].filter((member) => rules !== false || !staysWithRules(member, session));
  return orderRemovals(planRemovals(members, set));
}

/** The home stays with the children of rules, as what is known about them lives in it. */
function staysWithRules({ live: { kind, metadata: { name, labels } } }: Member, { set }: Session): boolean {
  return labels?.[RULE_LABEL] !== undefined || (kind === "Namespace" && name === set.namespace);
}

/** What rules own of other objects is given up; without rules it stays. */
async function planGivingUp(session: Session, { parent }: Survey): Promise<Change[]> {
  return session.options.rules === false ? [] : await planSweep(session, parent?.live, contextOf(session));
}

function contextOf(session: Session): PlanContext {
  return planContext(session, new Mask(), new SecretKey(session.client, session.set));
}

function planOf(session: Session, changes: readonly Change[]): Plan {
  return { script: session.script.name, namespace: session.set.namespace, changes };
}

async function findStop(
  session: Session,
  found: Survey,
  removals: readonly Change[],
  options: WriteCommandOptions,
): Promise<Stop | undefined> {
  const [unreadable] = found.unreadableKinds;
  if (unreadable !== undefined && found.parent !== undefined) {
    const hint = "The set may have members of this kind: ask for the permission to list it";
    return { by: "blocked", reason: `Cannot read ${unreadable[0]}: ${unreadable[1]}`, hint };
  }
  const facts = { members: found.members.size, wholeSet: true };
  const rail = await findRail(session, removals, facts, parseAllowance(options.allowDelete));
  return rail && { by: "rail", ...rail };
}

async function removeAll(
  session: Session,
  found: Survey,
  removals: readonly Change[],
  lock: RunLock,
  options: WriteCommandOptions,
): Promise<RemovedSet> {
  const homeKey = refKey({ group: "", kind: "Namespace", name: session.set.namespace });
  const isWhole = session.options.rules !== false;
  if (found.parent && isWhole) await sweepFinalizers(session, found.parent.live);
  const isHome = (change: Change) => change.action === "delete" && refKey(change.ref) === homeKey;
  const first = await removeSet(session, removals.filter((change) => !isHome(change)), options);
  const complete = first.outcomes.every((outcome) => outcome.status === "done") && first.remaining.length === 0;
  if (lock.lost.aborted) return first;
  if (!complete || !isWhole || options.signal.aborted) {
    await lock.release(scopeOf(session, [], membersLeft(found.members, first)));
    return withInterrupted(first, removals.filter(isHome));
  }
  // The home takes the parent with it, and with the parent the lock; the parent alone is deleted otherwise.
  lock.stop();
  try {
    // A renewal may be under way, and the records of the set must not be taken from under another run.
    await lock.confirm();
  } catch (error) {
    if (!(error instanceof LockLostError)) throw error;
    return first;
  }
  const home = removals.filter(isHome);
  if (home.length === 0) {
    await deleteParent(session, lock);
    return first;
  }
  const last = await removeSet(session, home, options);
  return { outcomes: [...first.outcomes, ...last.outcomes], remaining: last.remaining };
}

async function removeNothing(lock: RunLock): Promise<RemovedSet> {
  if (!lock.lost.aborted) await lock.release(lock.parent.scope);
  return { outcomes: [], remaining: [] };
}

function withInterrupted(removed: RemovedSet, left: readonly Change[]): RemovedSet {
  const outcomes = left.map((change) => ({
    change,
    status: "skipped" as const,
    reason: "objects in it are still there",
  }));
  return { ...removed, outcomes: [...removed.outcomes, ...outcomes] };
}

async function deleteParent(session: Session, lock: RunLock): Promise<void> {
  const { namespace, parentName: name } = session.set;
  const key = await session.client.find(SECRET, { namespace, name });
  if (key) await session.client.delete(SECRET, key);
  const { uid, resourceVersion } = lock.parent.live.metadata;
  try {
    await session.client.delete(CONFIG_MAP, { namespace, name }, { preconditions: { uid, resourceVersion } });
  } catch (error) {
    if (!(error instanceof ApiError && error.isNotFound)) throw error;
  }
}
