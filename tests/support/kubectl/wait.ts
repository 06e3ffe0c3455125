/**
 * The verbs of kubectl that wait.
 *
 * @module
 */
import { systemClock } from "../../../lib/base/clock.ts";
import { parseDuration } from "../../../lib/base/duration.ts";
import { findCondition } from "../../../lib/kube/condition.ts";
import type { LiveObject } from "../../../lib/kube/object.ts";
import { readinessOf } from "../../../lib/kube/readiness.ts";
import { jsonPath } from "../../../lib/sandbox/crds/json_path.ts";
import type { Call } from "./kubectl.ts";
import { type Found, readObjects } from "./named.ts";

const POLL_MS = 50;

/**
 * `kubectl wait`.
 *
 * @param call The call.
 * @returns Nothing.
 */
export async function wait(call: Call): Promise<string> {
  const { for: goal = "" } = call.flags;
  if (goal === "delete") await waitUntil(call, (found) => found.length === 0);
  else if (goal === "create") await waitUntil(call, (found) => found.length > 0);
  else await waitForEach(call, conditionOf(goal));
  return "";
}

/**
 * `kubectl rollout status`.
 *
 * @param call The call.
 * @returns Nothing.
 */
export async function rolloutStatus(call: Call): Promise<string> {
  await waitForEach(call, (object) => readinessOf(object, { nowMs: systemClock.now() }).state === "ready");
  return "";
}

/**
 * Waits until what a call names or selects is as it should be.
 *
 * @param call The call; its flag `timeout` says how long.
 * @param isSo Looks at what is there.
 * @throws {Error} If it takes longer.
 */
export async function waitUntil(call: Call, isSo: (found: readonly Found[]) => boolean): Promise<void> {
  const deadlineMs = performance.now() + parseDuration(call.flags.timeout ?? "2m");
  const optional = { ...call, flags: { ...call.flags, "ignore-not-found": "true" } };
  while (!isSo((await readObjects(optional)).found)) {
    if (performance.now() > deadlineMs) {
      throw new Error(`timed out waiting for the condition on ${call.words.join(" ")}`);
    }
    await systemClock.sleep(POLL_MS);
  }
}

async function waitForEach(call: Call, isSo: (object: LiveObject) => boolean): Promise<void> {
  await waitUntil(call, (found) => found.length > 0 && found.every(({ object }) => isSo(object)));
}

function conditionOf(goal: string): (object: LiveObject) => boolean {
  const [, path, wanted] = /^jsonpath='?\{(.*?)\}'?(?:=(.*))?$/s.exec(goal) ?? [];
  if (path !== undefined) {
    return (object) => jsonPath(path)(object).some((value) => wanted === undefined || String(value) === wanted);
  }
  const [, type, status = "True"] = /^condition=([^=]*)(?:=(.*))?$/.exec(goal) ?? [];
  if (type === undefined) throw new TypeError(`Cannot stand in for kubectl: it is not told of waiting for "${goal}"`);
  return (object) => findCondition(object, type)?.status === status;
}
