/**
 * `status`: how the rules of a script stand, as its runner wrote that down, and what else tells about the runner.
 *
 * @module
 */

import { Lease } from "../kinds/coordination/v1.ts";
import type { LiveObject } from "../kube/object.ts";
import { CONFIG_MAP } from "../kube/well_known_types.ts";
import type { CommandOptions } from "./options.ts";
import { readParent } from "./parent.ts";
import { type HeldObject, heldObjects } from "./run/finalized_kinds.ts";
import { LEASE_DURATION_MS } from "./run/lease.ts";
import { type BlockedRule, blockedRules } from "./run/rule_block.ts";
import { readState, type StoredState } from "./run/state_store.ts";
import { CHECKPOINTS_LABEL } from "./run/stored_checkpoints.ts";
import { openSession, type Session } from "./session.ts";

/** Who runs a script. */
export interface RunnerStatus {
  /** The name of the process that leads; absent if none does. */
  readonly holder?: string;
  /** When it said so last, RFC 3339; absent if nobody ever did. */
  readonly renewed?: string;
}

/** How a script runs. */
export interface RunStatus {
  /** The script. */
  readonly script: string;
  /** Its home namespace. */
  readonly namespace: string;
  /** The server's time, from which ages are counted, RFC 3339. */
  readonly now: string;
  /** Who runs it. */
  readonly runner: RunnerStatus;
  /** How its rules stood when the runner wrote that down; absent if none ever did. */
  readonly state?: StoredState;
  /** When checkpoints were last stored, RFC 3339; absent if there are none. */
  readonly checkpointed?: string;
  /** The rules that prune nothing until somebody approves. */
  readonly blocked: readonly BlockedRule[];
  /** The objects that are to go, and stay until a rule has cleaned up after them. */
  readonly held: readonly HeldObject[];
}

/**
 * Finds out how a script runs. It only reads.
 *
 * @param options The script, the cluster.
 * @returns How it runs.
 */
export async function readStatus(options: CommandOptions): Promise<RunStatus> {
  const { session } = await openSession(options);
  using _ = session;
  const { client, set } = session;
  const [parent, runner, state, checkpointed] = await Promise.all([
    readParent(client, set, options.signal),
    readRunner(session),
    readState(client, set),
    readCheckpointTime(session),
  ]);
  return {
    script: set.script,
    namespace: set.namespace,
    now: new Date(client.serverTimeMs()).toISOString(),
    runner,
    ...(state && { state }),
    ...(checkpointed !== undefined && { checkpointed }),
    blocked: parent ? blockedRules(parent.live) : [],
    held: parent ? await heldObjects(session, parent.live) : [],
  };
}

async function readRunner({ client, set, options: { signal } }: Session): Promise<RunnerStatus> {
  const lease = await client.find(Lease, { namespace: set.namespace, name: set.parentName }, { signal });
  const { holderIdentity, renewTime } = lease?.spec ?? {};
  if (renewTime === undefined) return {};
  // A process that was killed is still written there.
  const isHeld = holderIdentity && client.serverTimeMs() - Date.parse(renewTime) < LEASE_DURATION_MS;
  return { renewed: renewTime, ...(isHeld && { holder: holderIdentity }) };
}

async function readCheckpointTime({ client, set, options: { signal } }: Session): Promise<string | undefined> {
  const selection = { namespace: set.namespace, labels: { [CHECKPOINTS_LABEL]: set.script }, signal };
  const times = (await client.listMetadata(CONFIG_MAP, selection).toArray()).flatMap(timesOf);
  return times.sort().at(-1);
}

function timesOf({ metadata: { creationTimestamp, managedFields = [] } }: Pick<LiveObject, "metadata">): string[] {
  return [creationTimestamp, ...managedFields.map(({ time }) => time)].filter((time) => time !== undefined);
}
