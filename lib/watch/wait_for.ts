/**
 * Waits until an object is as it should be.
 *
 * @module
 */

import { type Clock, deadline, systemClock } from "../base/clock.ts";
import { formatDuration } from "../base/duration.ts";
import type { Client } from "../client/client.ts";
import { ApiError } from "../client/errors.ts";
import type { KindArgument } from "../client/kind_finder.ts";
import { describeCondition, findCondition } from "../kube/condition.ts";
import { KubescriptError } from "../kube/error.ts";
import type { KindOf, Live } from "../kube/live.ts";
import type { KubeObject, LiveObject } from "../kube/object.ts";
import { formatRef } from "../kube/object_ref.ts";
import { parseRef, type Ref } from "../kube/ref.ts";
import { Informers } from "./informers.ts";

/**
 * What to wait for.
 *
 * @typeParam O The object as it is read.
 */
export type WaitCondition<O> =
  /** That it is gone; if an object is given that was read, that this very one is gone. */
  | "deleted"
  /** That a condition in its status has a status, by default `True`. */
  | { readonly type: string; readonly status?: "True" | "False" | "Unknown" | undefined }
  /** That a function says so of it: `true`, or why not. */
  | ((object: O) => boolean | string);

/** How long to wait. */
export interface WaitForOptions {
  /** How long to wait at most, in milliseconds. @default {300_000} */
  readonly timeoutMs?: number | undefined;
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined;
  /** The clock. @default {systemClock} */
  readonly clock?: Clock | undefined;
}

/** An object was not in time as it should be. */
export class WaitTimeoutError extends KubescriptError {
  /** The object as it was last; `undefined` if there was none. */
  readonly object: LiveObject | undefined;

  /**
   * Makes the error.
   *
   * @param message What was waited for, and what is the case.
   * @param object The object as it was last.
   */
  constructor(message: string, object: LiveObject | undefined) {
    super(message);
    this.object = object;
  }
}

/**
 * What a wait comes to: the object; for a deletion as it was last, or `undefined` if there was none.
 *
 * @typeParam O The object as it is read.
 * @typeParam C What is waited for.
 */
export type Waited<O, C> = C extends "deleted" ? O | undefined : O;

const DEFAULT_TIMEOUT_MS = 300_000;

/**
 * Waits until an object is as it should be, by a watch. The object and its kind need not exist yet. In a dry run nothing
 * comes to be, so that it does not wait: it returns the object as it would be.
 *
 * @typeParam T The object's type.
 * @typeParam C What to wait for.
 * @param client The client.
 * @param kind The kind.
 * @param ref Which object.
 * @param condition What to wait for.
 * @param options How long to wait.
 * @returns The object.
 * @throws {WaitTimeoutError} If it takes too long.
 * @throws {ApiError} If the server refuses to have it watched.
 */
export function waitFor<T extends KubeObject, C extends WaitCondition<Live<T>>>(
  client: Client,
  kind: KindOf<T>,
  ref: Ref,
  condition: C,
  options?: WaitForOptions,
): Promise<Waited<Live<T>, C>>;
/** Waits for an object of a kind without a type. */
export function waitFor<C extends WaitCondition<LiveObject>>(
  client: Client,
  kind: KindArgument,
  ref: Ref,
  condition: C,
  options?: WaitForOptions,
): Promise<Waited<LiveObject, C>>;
export async function waitFor(
  client: Client,
  kind: KindArgument,
  ref: Ref,
  condition: WaitCondition<never>,
  options: WaitForOptions = {},
): Promise<unknown> {
  const { clock = systemClock, timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
  const type = await client.typeOf(kind, { signal });
  const { name, namespace = client.namespace } = parseRef(ref);
  const uid = typeof ref === "object" && "metadata" in ref ? ref.metadata.uid : undefined;
  const object = formatRef({ ...type, name, namespace: type.namespaced ? namespace : undefined });
  if (client.dryRun) {
    const now = await client.find(type, ref, { signal });
    if (now || condition === "deleted") return now;
    throw new WaitTimeoutError(
      `Cannot wait until ${object} ${describeGoal(condition)} in a dry run: it is not there`,
      now,
    );
  }
  const { promise, resolve, reject } = Promise.withResolvers<LiveObject | undefined>();
  let last: LiveObject | undefined;
  let reason = "";
  const look = (now: LiveObject | undefined) => {
    const verdict = judge(condition as WaitCondition<LiveObject>, now, uid);
    if (verdict === true) resolve(condition === "deleted" ? last : now);
    else reason = verdict;
    last = now ?? last;
  };

  await using informers = new Informers(client, { clock, onError: reject });
  const informer = informers.get(type, { namespace, fields: `metadata.name=${name}`, project: (object) => object });
  using limit = deadline(clock, timeoutMs, signal);
  limit.signal.throwIfAborted();
  limit.signal.addEventListener("abort", () => {
    if (signal?.aborted) return reject(signal.reason);
    const why = (informer.hasSynced ? reason : informer.status.reason) || "the server has not sent it yet";
    const text = `until ${object} ${describeGoal(condition)}: ${why}`;
    reject(new WaitTimeoutError(`Cannot wait longer than ${formatDuration(timeoutMs)} ${text}`, last));
  });
  informer.subscribe({
    onEvent({ type, object }) {
      if (type !== "deleted") return look(object);
      last = object;
      look(undefined);
    },
    onStatus({ phase, error }) {
      if (phase !== "waiting") return;
      // What is forbidden stays so for longer than anybody would wait. A kind that is missing may come.
      if (!(error instanceof ApiError && error.isNotFound)) reject(error);
      else if (condition === "deleted") resolve(last);
    },
  });
  informer.synced().then(() => informer.size > 0 || look(undefined));
  return await promise;
}

/** Tells that a condition is met, or why not. */
function judge(
  condition: WaitCondition<LiveObject>,
  now: LiveObject | undefined,
  uid: string | undefined,
): true | string {
  if (condition === "deleted") return now && (uid === undefined || uid === now.metadata.uid) ? whyThere(now) : true;
  if (!now) return "it does not exist";
  if (typeof condition === "function") return condition(now) || "it is not so yet";
  const found = findCondition(now, condition.type);
  if (!found) return "it has no such condition";
  return found.status === (condition.status ?? "True") || describeCondition(found);
}

function whyThere({ metadata: { deletionTimestamp, finalizers } }: LiveObject): string {
  if (deletionTimestamp === undefined) return "nobody has deleted it";
  return finalizers?.length ? `it is held by finalizers "${finalizers.join('", "')}"` : "it takes its time to end";
}

function describeGoal(condition: WaitCondition<never>): string {
  if (condition === "deleted") return "is deleted";
  if (typeof condition === "function") return "is as wanted";
  return `has condition "${condition.type}" with status "${condition.status ?? "True"}"`;
}
