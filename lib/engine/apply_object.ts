/**
 * Applies one object, and plans it again if it is no longer as it was read.
 *
 * @module
 */

import { readAnswer } from "../client/answer.ts";
import { ApiError } from "../client/errors.ts";
import { KubescriptError } from "../kube/error.ts";
import type { LiveObject } from "../kube/object.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { applyRequest } from "../kube/write_request.ts";
import type { Change, PlannedApply } from "../plan/change.ts";
import { planExtension } from "../plan/extension.ts";
import { withAdoptedMark, withPreconditions } from "../plan/payload.ts";
import { type PlanContext, planObject } from "../plan/plan_object.ts";
import { describeRefusal } from "./refusal.ts";
import type { Outcome } from "./result.ts";
import type { Session } from "./session.ts";

/** How the apply of one object ended. */
export interface Applied {
  /** The outcome. */
  readonly outcome: Outcome;
  /** The object as it is now, if the apply succeeded. */
  readonly live?: LiveObject;
}

const MOST_PLANS = 3;
// The server takes a moment to serve a new kind after it has established its definition.
const NEW_KIND_MS = 30_000;
const NEW_KIND_RETRY_MS = 200;

/**
 * Applies one object.
 *
 * @param session The session.
 * @param planned The change.
 * @param context What is the same for all objects of the run.
 * @returns How it ended; it does not throw for what the server says about this object.
 */
export async function applyObject(session: Session, planned: Change, context: PlanContext): Promise<Applied> {
  let change = planned;
  for (let plans = 1;; plans++) {
    if (change.apply === undefined || change.type === undefined) return notApplied(change);
    try {
      return await applyOnce(session, change, change.type, change.apply);
    } catch (error) {
      if (!(error instanceof KubescriptError)) throw error;
      if (!isOutdated(error) || plans >= MOST_PLANS) return { outcome: failure(change, error, context) };
    }
    const live = await session.client.find(change.type, change.ref);
    change = await replan(change, change.type, live, context);
  }
}

function replan(
  { apiVersion, ref, desired, extender }: Change,
  type: ResourceType,
  live: LiveObject | undefined,
  context: PlanContext,
): Promise<Change> {
  return extender
    ? planExtension({ apiVersion, ref, type, desired, extender }, live, context)
    : planObject(desired!, live, type, context);
}

/** What to do when planning again found nothing left to apply, or something in the way. */
function notApplied(change: Change): Applied {
  if (change.action === "unchanged") {
    return { outcome: { change, status: "done" }, ...(change.live && { live: change.live }) };
  }
  const { reason = "", hint } = change;
  return { outcome: { change, status: "failed", reason, hint } };
}

async function applyOnce(session: Session, change: Change, type: ResourceType, apply: PlannedApply): Promise<Applied> {
  const { fieldManager } = change.extender ?? session.set;
  const send = (object: PlannedApply["object"]) => sendApply(session, type, object, fieldManager, apply.force);
  const answer = await retryNewKind(session, () => send(apply.object));
  if (apply.restoreOwnership) {
    return { outcome: { change, status: "done" }, live: await dropMadeUpEntry(session, type, answer.object) };
  }
  if (change.action === "create" && !answer.created && !isOwnCreation(answer.object, fieldManager)) {
    // Somebody else made it since it was planned. From now on it must be released, not deleted, in the end.
    const marked = await send(withPreconditions(withAdoptedMark(apply.object), answer.object, false));
    const reason = "somebody else created it in the meantime";
    return { outcome: { change: { ...change, action: "adopt" }, status: "done", reason }, live: marked.object };
  }
  return { outcome: { change, status: "done" }, live: answer.object };
}

/** Applies, and tells whether this made the object. */
async function sendApply(
  session: Session,
  type: ResourceType,
  object: PlannedApply["object"],
  fieldManager: string,
  force: boolean,
) {
  const request = applyRequest(type, object, { fieldManager, force, fieldValidation: "Strict" });
  const answer = await session.client.send(request);
  return { object: readAnswer(request, answer) as LiveObject, created: answer.status === 201 };
}

/**
 * A repeated create finds the object that its first attempt made: then our fields, and nobody else's, are as old as the
 * object. Times are whole seconds, so in doubt the object is somebody else's, and will not be deleted in the end.
 */
function isOwnCreation(live: LiveObject, fieldManager: string): boolean {
  const { creationTimestamp, managedFields = [] } = live.metadata;
  const first = managedFields.filter(({ time, subresource }) => time === creationTimestamp && !subresource);
  return first.length > 0 && first.every(({ manager }) => manager === fieldManager);
}

async function retryNewKind<T>(session: Session, send: () => Promise<T>): Promise<T> {
  const { clock, signal } = session.options;
  const startMs = clock.monotonic();
  for (;;) {
    try {
      return await send();
    } catch (error) {
      const isNewKind = error instanceof ApiError && error.isNotFound && error.status.details?.name === undefined;
      if (!isNewKind || signal.aborted || clock.monotonic() - startMs > NEW_KIND_MS) throw error;
      await clock.sleep(NEW_KIND_RETRY_MS);
    }
  }
}

/**
 * Removes the entry in which the server collected all fields of an object whose managedFields were cleared: it would
 * keep every field alive that is removed from the script later.
 */
async function dropMadeUpEntry(session: Session, type: ResourceType, live: LiveObject): Promise<LiveObject> {
  const entries = live.metadata.managedFields ?? [];
  const index = entries.findIndex((entry) => entry.manager === "before-first-apply");
  if (index < 0) return live;
  return await session.client.patch(type, live, [
    { op: "test", path: "/metadata/resourceVersion", value: live.metadata.resourceVersion },
    { op: "remove", path: `/metadata/managedFields/${index}` },
  ], { type: "json", fieldManager: session.set.fieldManager });
}

/** Whether the object is no longer as it was read, so that it must be planned again. */
function isOutdated(error: KubescriptError): boolean {
  if (!(error instanceof ApiError)) return false;
  if (error.isConflict) return true;
  return error.isInvalid && error.causes.some((cause) => cause.field === "metadata.uid");
}

function failure(change: Change, error: KubescriptError, context: PlanContext): Outcome {
  const refusal = describeRefusal(error);
  const reason = context.mask.text(refusal.reason);
  if (error instanceof ApiError && error.isNamespaceTerminating) {
    return { change: { ...change, action: "blocked" }, status: "failed", reason, hint: "Run again when it is gone" };
  }
  const action = error instanceof ApiError && error.isApplyConflict ? "conflict" : change.action;
  return { change: { ...change, action }, status: "failed", reason, hint: refusal.hint };
}
