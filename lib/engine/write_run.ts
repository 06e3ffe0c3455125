/**
 * What every run that writes to a set has in common: it waits for its turn, holds the lock, and gives it back.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import { formatGroupKind, type ResourceType } from "../kube/resource_type.ts";
import type { Member } from "../plan/removal.ts";
import { readParent, type Scope } from "./parent.ts";
import type { Stop } from "./result.ts";
import { type LockLostError, lockRemainingMs, RunLock } from "./run_lock.ts";
import type { Session } from "./session.ts";
import type { Target } from "./wanted.ts";
import type { Survey } from "./survey.ts";

const POLL_MS = 500;
/** What the names of runners begin with. */
const RUNNER = "runner/";

/**
 * Waits while another run holds the lock.
 *
 * @param session The session.
 * @param found What there is.
 * @returns Whether it waited, so that everything must be read again.
 */
export async function waitForTurn(session: Session, found: Pick<Survey, "parent">): Promise<boolean> {
  const { clock, signal, listen } = session.options;
  let { parent } = found;
  for (let told: string | undefined;;) {
    const lock = parent?.lock;
    if (lock === undefined || lockRemainingMs(lock, session.client.serverTimeMs()) === 0) return told !== undefined;
    if (lock.holder !== told) listen({ type: "locked", holder: told = lock.holder });
    await clock.sleep(POLL_MS, signal);
    parent = await readParent(session.client, session.set, signal);
  }
}

/**
 * Takes the lock of the set.
 *
 * @param session The session.
 * @param found What there is; nobody may have written to the set since.
 * @param targets What will be applied.
 * @returns The lock, or `undefined` if somebody else was faster.
 */
export function takeLock(session: Session, found: Survey, targets: readonly Target[]): Promise<RunLock | undefined> {
  const { client, set, options } = session;
  const before = found.parent?.scope ?? { groupKinds: [], namespaces: [] };
  const now = scopeOf(session, targets, found.members.values());
  return RunLock.take({
    client,
    set,
    clock: options.clock,
    holder: holderName(options.clock),
    before: found.parent,
    // The union of before and after, so that a crash at any point leaves no member in an unknown place.
    scope: {
      groupKinds: [...new Set([...before.groupKinds, ...now.groupKinds])],
      namespaces: [...new Set([...before.namespaces, ...now.namespaces])],
    },
  });
}

/**
 * Takes the lock of the set for as long as the script runs, as soon as nobody else holds it; from another runner at
 * once.
 *
 * @param session The session.
 * @param types The kinds of which the rules may make members.
 * @returns The lock.
 */
export async function takeRunnerLock(session: Session, types: readonly ResourceType[]): Promise<RunLock> {
  const { client, set, options: { clock, signal } } = session;
  const holder = RUNNER + holderName(clock);
  for (;;) {
    const before = await readParent(client, set, signal);
    // Of runners only the one that leads gets here: the other one does not write any more.
    const isRunner = before?.lock?.holder.startsWith(RUNNER) ?? false;
    if (!isRunner && await waitForTurn(session, { parent: before })) continue;
    const { groupKinds, namespaces } = before?.scope ?? { groupKinds: [], namespaces: [] };
    const scope = { groupKinds: [...new Set([...groupKinds, ...types.map(formatGroupKind)])], namespaces };
    const lock = await RunLock.take({ client, set, clock, holder, before, scope });
    if (lock) return lock;
  }
}

/**
 * Tells where the members of a set are.
 *
 * @param session The session.
 * @param targets What is desired.
 * @param members Members beside those.
 * @returns Their kinds and namespaces.
 */
export function scopeOf(session: Session, targets: readonly Target[], members: Iterable<Member>): Scope {
  const groupKinds = new Set<string>();
  const namespaces = new Set<string>();
  const add = (type: Target["type"], namespace: string | undefined) => {
    groupKinds.add(formatGroupKind(type));
    if (namespace !== undefined) namespaces.add(namespace);
  };
  for (const { type, desired } of targets) add(type, desired.object.metadata?.namespace);
  for (const { type, live } of members) add(type, live.metadata.namespace);
  namespaces.delete(session.set.namespace);
  return { groupKinds: [...groupKinds], namespaces: [...namespaces] };
}

/**
 * Tells that the lock was lost.
 *
 * @param lock The lock.
 * @returns Why the run stopped, if that is why.
 */
export function lockStop(lock: RunLock): Stop | undefined {
  if (!lock.lost.aborted) return undefined;
  const { message, hint } = lock.lost.reason as LockLostError;
  return { by: "lock", reason: message, hint };
}

/**
 * Names this process, as no other process is or was named.
 *
 * @param clock Draws a random number.
 * @returns The name.
 */
export function holderName(clock: Clock): string {
  return `${hostname()}/${Deno.pid}/${Math.floor(clock.random() * 2 ** 32).toString(16)}`;
}

function hostname(): string {
  try {
    return Deno.hostname();
  } catch {
    // Without the permission, the process still has a name that is unique enough.
    return "unknown-host";
  }
}
