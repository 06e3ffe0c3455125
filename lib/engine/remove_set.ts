/**
 * Deletes and releases members: what needs others goes first, and only what is provably still of the set goes at all.
 *
 * @module
 */

import { Limiter } from "../base/limiter.ts";
import { ApiError } from "../client/errors.ts";
import { KubescriptError } from "../kube/error.ts";
import type { LiveObject } from "../kube/object.ts";
import { refKey } from "../kube/object_ref.ts";
import { formatGroupKind } from "../kube/resource_type.ts";
import type { Change } from "../plan/change.ts";
import { orderObjects } from "../plan/order.ts";
import { isMember } from "../plan/ownership.ts";
import { type Member, releasePatch } from "../plan/removal.ts";
import { waitFor, WaitTimeoutError } from "../watch/wait_for.ts";
import type { NotReady, Outcome } from "./result.ts";
import type { Session } from "./session.ts";

/** How to remove members. */
export interface RemoveOptions {
  /** Stops beginning anything new; what is under way is finished. */
  readonly signal: AbortSignal;
  /** Whether to wait until the objects are gone. */
  readonly wait: boolean;
  /** How long to wait for that, in milliseconds. */
  readonly timeoutMs: number;
}

/** What was removed. */
export interface RemovedSet {
  /** How each removal ended, in the order of the plan. */
  readonly outcomes: readonly Outcome[];
  /** Objects that were asked to go and are still there. */
  readonly remaining: readonly NotReady[];
}

const MOST_ATTEMPTS = 5;

/**
 * Removes members.
 *
 * @param session The session.
 * @param removals The changes, in the order in which they can be done.
 * @param options When to stop, and how long to wait.
 * @returns What was removed.
 */
export async function removeSet(
  session: Session,
  removals: readonly Change[],
  options: RemoveOptions,
): Promise<RemovedSet> {
  const neededBy = dependents(removals);
  const done = new Map<string, Promise<Removed>>();
  const context = { ...options, done, lanes: new Limiter(session.options.concurrency) };
  for (const change of removals) {
    done.set(refKey(change.ref), process(session, change, neededBy.get(refKey(change.ref)) ?? [], context));
  }
  const results = await Promise.all(done.values());
  return {
    outcomes: results.map((result) => result.outcome),
    remaining: results.flatMap((result) => result.remaining ?? []),
  };
}

/**
 * Tells which members are still there.
 *
 * @param members The members before, by key.
 * @param removed What was removed.
 * @returns The members that are left.
 */
export function membersLeft(members: ReadonlyMap<string, Member>, removed: RemovedSet): Member[] {
  const gone = new Set(removed.outcomes.filter((o) => o.status === "done").map((o) => refKey(o.change.ref)));
  for (const { ref } of removed.remaining) gone.delete(refKey(ref));
  return [...members].filter(([key]) => !gone.has(key)).map(([, member]) => member);
}

interface Removed {
  readonly outcome: Outcome;
  readonly remaining?: NotReady | undefined;
}

interface RemovalContext extends RemoveOptions {
  readonly done: ReadonlyMap<string, Promise<Removed>>;
  readonly lanes: Limiter;
}

async function process(
  session: Session,
  change: Change,
  dependents: readonly string[],
  context: RemovalContext,
): Promise<Removed> {
  const { done, lanes, signal } = context;
  const before = await Promise.all(dependents.map((key) => done.get(key)));
  const report = (outcome: Outcome): Outcome => {
    session.options.listen({ type: "outcome", outcome });
    return outcome;
  };
  const stuck = before.find((removed) =>
    removed !== undefined && (removed.outcome.status !== "done" || removed.remaining)
  );
  if (stuck && !signal.aborted) {
    const reason = `${stuck.outcome.change.ref.kind} "${stuck.outcome.change.ref.name}" needs it and is still there`;
    return { outcome: report({ change, status: "skipped", reason }) };
  }
  // The run may be stopped while the object waits for its lane: the client would send all that wait in its queue.
  const { outcome, pending } = await lanes.run(async () =>
    signal.aborted
      ? { outcome: { change, status: "interrupted" } as const, pending: false }
      : await removeObject(session, change)
  );
  report(outcome);
  return { outcome, remaining: pending && context.wait ? await waitGone(session, change, context) : undefined };
}

/** For each object, the keys of those that need it and so must go before it. */
function dependents(removals: readonly Change[]): Map<string, string[]> {
  const result = new Map<string, string[]>();
  for (const node of orderObjects(removals.map((change) => ({ object: change.live!, dependsOn: [] })))) {
    for (const need of node.needs) {
      const list = result.get(need);
      if (list) list.push(node.key);
      else result.set(need, [node.key]);
    }
  }
  return result;
}

interface RemovalAnswer {
  readonly outcome: Outcome;
  /** Whether the object was asked to go and is still there. */
  readonly pending: boolean;
}

/** Sends one removal; a change since the object was read makes it look again, and never delete what is not ours. */
async function removeObject(session: Session, change: Change): Promise<RemovalAnswer> {
  const settled = (status: Outcome["status"], reason?: string, hint?: string): RemovalAnswer => ({
    outcome: { change, status, ...(reason !== undefined && { reason }), hint },
    pending: false,
  });
  let live: LiveObject | undefined = change.live!;
  for (let attempt = 1;; attempt++) {
    try {
      const pending = await send(session, change, live);
      return { outcome: { change, status: "done" }, pending };
    } catch (error) {
      if (!(error instanceof KubescriptError)) throw error;
      const outdated = error instanceof ApiError && (error.isNotFound || error.isConflict || error.isInvalid);
      if (!outdated || attempt >= MOST_ATTEMPTS) return settled("failed", error.message, error.hint);
    }
    live = await session.client.find(change.type!, change.ref);
    if (live === undefined || live.metadata.uid !== change.live!.metadata.uid) {
      return settled("done", "it was gone already");
    }
    if (!isMember(live, session.set)) return settled("done", "it left the set in the meantime, and stays");
  }
}

/** @returns Whether the object is still there. */
async function send(session: Session, change: Change, live: LiveObject): Promise<boolean> {
  if (change.action === "release") {
    const patch = releasePatch(live, session.set);
    await session.client.patch(change.type!, live, patch, { type: "json", fieldManager: session.set.fieldManager });
    return false;
  }
  const { uid, resourceVersion } = live.metadata;
  const left = await session.client.delete(change.type!, live, { preconditions: { uid, resourceVersion } });
  return left !== undefined;
}

/** Waits until an object is gone. */
async function waitGone(session: Session, change: Change, options: RemoveOptions): Promise<NotReady | undefined> {
  const { ref, type } = change;
  const { timeoutMs, signal } = options;
  const live = change.live!;
  session.options.listen({ type: "waiting", for: "gone", refs: [{ ref, reason: "it is being deleted" }] });
  try {
    await waitFor(session.client, type!, live, "deleted", { timeoutMs, signal, clock: session.options.clock });
    return undefined;
  } catch (error) {
    const late = error instanceof WaitTimeoutError;
    if (!late && !signal.aborted) throw error;
    return { ref, failed: false, reason: whyStillThere((late && error.object) || live), details: [] };
  }
}

function whyStillThere(live: LiveObject): string {
  const finalizers = live.metadata.finalizers ?? [];
  if (finalizers.length === 0) return `${formatGroupKind({ group: "", kind: live.kind })} is still being deleted`;
  return `it waits for finalizers ${finalizers.map((finalizer) => `"${finalizer}"`).join(", ")}`;
}
