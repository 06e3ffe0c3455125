/**
 * What a reflector does next: a pure function from its state and what happened to the new state and what to do.
 *
 * The content is first read as a whole, by a stream that sends what there is (WatchList) or by a paged list, and then
 * followed by a watch from its version. What the rules are for:
 *
 * - A stream that ends before it said that it has sent everything has proved nothing: a list is read instead.
 * - Initial events have no order, so the version of the content is that of the bookmark at their end.
 * - A connection can die without a word. When the watch has been silent for a while, a second, short watch (the probe)
 *   begins at the same version. What it brings is taken; if the first one does not follow, it is replaced.
 * - Both watches send the same sequence of events. So whatever is not newer than the version is known already.
 * - When the history is gone (410), the content is read as a whole again. What is no longer there was deleted.
 *
 * @module
 */

import type { WatchEvent } from "../client/watch_stream.ts";
import type { LiveObject } from "../kube/object.ts";
import { compareResourceVersions } from "../kube/resource_version.ts";
import type { WatchFailure } from "./watch_failure.ts";

/** How a reflector is doing, for people and for readiness checks. */
export interface ReflectorStatus {
  /**
   * What it does:
   * - `syncing`: it reads the content as a whole;
   * - `live`: it follows every change;
   * - `waiting`: the server refuses, for example as a permission or the kind is missing, and is asked again;
   * - `reconnecting`: the server cannot be reached, or fails.
   */
  readonly phase: "syncing" | "live" | "waiting" | "reconnecting";
  /** Why; empty if there is nothing to say. */
  readonly reason: string;
  /** The error that is the reason. */
  readonly error?: unknown;
}

/** What a reflector is doing. */
type Activity =
  /** Waiting before the next attempt. */
  | { readonly type: "resting" }
  /** Reading a list; `paged` unless a token of a page has expired. */
  | { readonly type: "listing"; readonly paged: boolean }
  /** Reading the initial events of a stream. */
  | { readonly type: "streaming" }
  /** Following a watch; `behind` is what a probe has found and the watch has not sent yet. */
  | { readonly type: "watching"; readonly probing: boolean; readonly behind?: string | undefined };

/** The state of a reflector. */
export interface ReflectorState {
  /** What it is doing. */
  readonly activity: Activity;
  /** The version of the content; absent if the content has to be read as a whole. */
  readonly resourceVersion?: string | undefined;
  /** How often in a row a stream did not come to the end of its initial events. */
  readonly brokenStreams: number;
  /** Whether the content is read by a list next, as a stream has just broken. */
  readonly listNext: boolean;
  /** How often in a row the server failed or refused. */
  readonly failures: number;
  /** How it is doing. */
  readonly status: ReflectorStatus;
}

/** What can happen. */
export type ReflectorInput =
  /** It begins, or has waited long enough. */
  | { readonly type: "begin" }
  /** A page of the list came. */
  | { readonly type: "page"; readonly items: readonly LiveObject[] }
  /** The list came to its end. */
  | { readonly type: "listed"; readonly resourceVersion: string }
  /** The server has accepted the stream or the watch. */
  | { readonly type: "opened" }
  /** An event came. */
  | { readonly type: "event"; readonly event: WatchEvent }
  /** The server has ended the stream or the watch, this long after it had accepted it. */
  | { readonly type: "ended"; readonly livedMs: number }
  /** The list, the stream or the watch has failed, this long after it was accepted, or without having been. */
  | { readonly type: "failed"; readonly failure: WatchFailure; readonly livedMs?: number | undefined }
  /** Nothing was heard for a while. */
  | { readonly type: "silent" }
  /** The probe brought an event. */
  | { readonly type: "probed"; readonly event: WatchEvent }
  /** The probe came to its end. */
  | { readonly type: "probeEnded" }
  /** The probe has failed. */
  | { readonly type: "probeFailed"; readonly failure: WatchFailure }
  /** The watch has had its time to send what the probe had found. */
  | { readonly type: "due" };

/** What to do. A list, watch or wait takes the place of the one before, and of its probe. */
export type ReflectorEffect =
  /** Read a list. */
  | { readonly type: "list"; readonly paged: boolean }
  /** Open a watch; without a version, a stream that sends what there is first. */
  | { readonly type: "watch"; readonly resourceVersion?: string | undefined; readonly freshConnection: boolean }
  /** Open a second watch for a moment, on a new connection. */
  | { readonly type: "probe"; readonly resourceVersion: string }
  /** Give the watch time to send what the probe has found. */
  | { readonly type: "allow" }
  /** Wait before the next attempt. */
  | { readonly type: "wait"; readonly failures: number; readonly atLeastMs: number }
  /** Begin to collect new content. */
  | { readonly type: "stageNothing" }
  /** Add objects to the new content. */
  | { readonly type: "stage"; readonly objects: readonly LiveObject[] }
  /** Take an object out of the new content. */
  | { readonly type: "unstage"; readonly object: LiveObject }
  /** Put the new content in the place of the old. */
  | { readonly type: "replace" }
  /** Change the content. */
  | { readonly type: "apply"; readonly event: WatchEvent };

/** What follows from an input. */
export interface ReflectorStep {
  /** The new state. */
  readonly state: ReflectorState;
  /** What to do, in this order. */
  readonly effects: readonly ReflectorEffect[];
}

const LIVE: ReflectorStatus = { phase: "live", reason: "" };
const SYNCING: ReflectorStatus = { phase: "syncing", reason: "" };

/** The state before the first input. */
export const INITIAL_REFLECTOR_STATE: ReflectorState = {
  activity: { type: "resting" },
  brokenStreams: 0,
  listNext: false,
  failures: 0,
  status: SYNCING,
};

// Whoever breaks streams this often does not know them, or something between does not let them through.
const MOST_BROKEN_STREAMS = 3;
// A watch that has lived this long was a good one: what comes after it is a new story.
const HEALTHY_MS = 10_000;
// A watch that ends sooner is as good as refused (client-go: very short watch).
const BRIEF_MS = 1_000;
const MOST_FAILURES_TO_RESUME = 2;

const PHASES: Readonly<Record<WatchFailure["kind"], ReflectorStatus["phase"]>> = {
  expired: "syncing",
  invalid: "waiting",
  denied: "waiting",
  missing: "waiting",
  throttled: "reconnecting",
  unreachable: "reconnecting",
  failed: "reconnecting",
};

/**
 * Tells what follows when something happens.
 *
 * @param state The state.
 * @param input What happened; never something of a list or watch that was replaced.
 * @returns The new state, and what to do.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const { effects } = stepReflector(INITIAL_REFLECTOR_STATE, { type: "begin" });
 * deepStrictEqual(effects, [{ type: "stageNothing" }, { type: "watch", freshConnection: false }]);
 * ```
 */
export function stepReflector(state: ReflectorState, input: ReflectorInput): ReflectorStep {
  const { activity } = state;
  switch (input.type) {
    case "begin":
      return begin(state);
    case "page":
      return stay({ ...state, status: SYNCING }, { type: "stage", objects: input.items });
    case "listed":
      return onListed(state, input.resourceVersion);
    case "opened":
      return stay({ ...state, status: activity.type === "watching" ? LIVE : SYNCING });
    case "event":
      return activity.type === "streaming" ? onInitialEvent(state, input.event) : onEvent(state, input.event);
    case "ended":
      return onEnd(aged(state, input.livedMs), input.livedMs);
    case "failed":
      return onFailure(aged(state, input.livedMs), input.failure, input.livedMs);
    case "silent":
      return onSilence(state);
    case "probed":
      return onProbed(state, input.event);
    case "probeEnded":
      return onProbeEnd(state);
    case "probeFailed":
      return onProbeFailure(state, input.failure);
    case "due":
      return activity.type === "watching" && activity.behind !== undefined ? replaceWatch(state) : stay(state);
  }
}

function stay(state: ReflectorState, ...effects: ReflectorEffect[]): ReflectorStep {
  return { state, effects };
}

function begin(state: ReflectorState, freshConnection = false): ReflectorStep {
  const { resourceVersion } = state;
  if (resourceVersion !== undefined) {
    const activity = { type: "watching", probing: false } as const;
    return stay({ ...state, activity }, { type: "watch", resourceVersion, freshConnection });
  }
  if (state.listNext || state.brokenStreams >= MOST_BROKEN_STREAMS) return list(state, true);
  const activity = { type: "streaming" } as const;
  return stay({ ...state, activity }, { type: "stageNothing" }, { type: "watch", freshConnection });
}

function list(state: ReflectorState, paged: boolean): ReflectorStep {
  return stay({ ...state, activity: { type: "listing", paged } }, { type: "stageNothing" }, { type: "list", paged });
}

function onListed(state: ReflectorState, resourceVersion: string): ReflectorStep {
  const watch = begin({ ...state, resourceVersion, listNext: false });
  return stay(watch.state, { type: "replace" }, ...watch.effects);
}

function onInitialEvent(state: ReflectorState, event: WatchEvent): ReflectorStep {
  const { type, object } = event;
  if (type === "DELETED") return stay(state, { type: "unstage", object });
  if (type !== "BOOKMARK") return stay(state, { type: "stage", objects: [object] });
  if (object.metadata.annotations?.["k8s.io/initial-events-end"] !== "true") return stay(state);
  const activity = { type: "watching", probing: false } as const;
  const { resourceVersion } = object.metadata;
  return stay({ ...state, activity, resourceVersion, brokenStreams: 0, status: LIVE }, { type: "replace" });
}

function onEvent(state: ReflectorState, event: WatchEvent): ReflectorStep {
  const { activity, resourceVersion } = state;
  const version = event.object.metadata.resourceVersion;
  if (activity.type !== "watching" || resourceVersion === undefined) return stay(state);
  const caughtUp = activity.behind !== undefined && !isNewer(activity.behind, version);
  const heard = caughtUp ? { ...state, activity: { ...activity, behind: undefined } } : state;
  return isNewer(version, resourceVersion) ? advance(heard, event) : stay(heard);
}

function onProbed(state: ReflectorState, event: WatchEvent): ReflectorStep {
  const { activity, resourceVersion } = state;
  const version = event.object.metadata.resourceVersion;
  // Only the watch itself can tell that it has come as far as a bookmark says.
  if (activity.type !== "watching" || event.type === "BOOKMARK" || !isNewer(version, resourceVersion!)) {
    return stay(state);
  }
  return advance({ ...state, activity: { ...activity, behind: version } }, event);
}

function advance(state: ReflectorState, event: WatchEvent): ReflectorStep {
  const next = { ...state, resourceVersion: event.object.metadata.resourceVersion };
  return event.type === "BOOKMARK" ? stay(next) : stay(next, { type: "apply", event });
}

function isNewer(version: string, known: string): boolean {
  const order = compareResourceVersions(version, known);
  return order === undefined || order > 0;
}

function onEnd(state: ReflectorState, livedMs: number): ReflectorStep {
  const { activity } = state;
  if (activity.type === "streaming") return breakStream(state, "the server ended the stream too soon");
  if (livedMs >= BRIEF_MS) return begin(state);
  return retry(distrusted(state), { phase: "reconnecting", reason: "the server ended the watch at once" });
}

function onFailure(state: ReflectorState, failure: WatchFailure, livedMs: number | undefined): ReflectorStep {
  const { activity } = state;
  const status = statusOf(failure);
  const opened = livedMs !== undefined;
  switch (failure.kind) {
    case "throttled":
      return retry(state, status, failure.retryAfterMs);
    case "unreachable":
      if (activity.type === "streaming" && opened) return breakStream(state, status.reason);
      return opened && livedMs < BRIEF_MS ? retry(state, status) : begin({ ...state, status }, true);
    case "expired":
      if (activity.type === "listing" && activity.paged) return list(state, false);
      return restart({ ...state, resourceVersion: undefined, status });
    case "missing":
      return retry({ ...state, resourceVersion: undefined }, status);
    case "denied":
      return retry(state, status);
    case "invalid":
    case "failed":
      if (activity.type === "streaming") return breakStream(state, status.reason);
      return retry(distrusted(state), status);
  }
}

function onProbeFailure(state: ReflectorState, failure: WatchFailure): ReflectorStep {
  // The server has answered, which tells nothing of the watch: it is probed again after the next silence.
  if (failure.kind === "throttled" || failure.kind === "failed") return onProbeEnd(state);
  return onFailure(aged(state, HEALTHY_MS), failure, HEALTHY_MS);
}

// Silence during the initial events: the server does not know them, and will never tell that they have ended.
function onSilence(state: ReflectorState): ReflectorStep {
  const { activity, resourceVersion } = state;
  if (activity.type === "streaming") return breakStream(state, "the server does not end its initial events");
  if (activity.type !== "watching" || activity.probing || activity.behind !== undefined) return stay(state);
  // Two watches of versions that have no order cannot be told apart.
  if (compareResourceVersions(resourceVersion!, "1") === undefined) return replaceWatch(state);
  return stay(
    { ...state, activity: { ...activity, probing: true } },
    { type: "probe", resourceVersion: resourceVersion! },
  );
}

function onProbeEnd(state: ReflectorState): ReflectorStep {
  const { activity } = state;
  if (activity.type !== "watching") return stay(state);
  const ended = { ...state, activity: { ...activity, probing: false } };
  return activity.behind === undefined ? stay(ended) : stay(ended, { type: "allow" });
}

function replaceWatch(state: ReflectorState): ReflectorStep {
  const status = { phase: "reconnecting", reason: "the watch has fallen silent" } as const;
  return begin({ ...state, status }, true);
}

// The list is the way round whatever is in the way of the stream, which is tried again at the next occasion.
function breakStream(state: ReflectorState, reason: string): ReflectorStep {
  const status = { phase: "syncing", reason } as const;
  return restart({ ...state, brokenStreams: state.brokenStreams + 1, listNext: true, status });
}

// At once for the first time, and then with growing waits.
function restart(state: ReflectorState): ReflectorStep {
  return state.failures === 0 ? begin({ ...state, failures: 1 }) : retry(state, state.status);
}

function retry(state: ReflectorState, status: ReflectorStatus, atLeastMs = 0): ReflectorStep {
  const failures = state.failures + 1;
  return stay({ ...state, activity: { type: "resting" }, failures, status }, { type: "wait", failures, atLeastMs });
}

// An event that breaks the watch every time is not met again if the content is read anew.
function distrusted(state: ReflectorState): ReflectorState {
  return state.failures < MOST_FAILURES_TO_RESUME ? state : { ...state, resourceVersion: undefined };
}

function aged(state: ReflectorState, livedMs: number | undefined): ReflectorState {
  return livedMs !== undefined && livedMs >= HEALTHY_MS ? { ...state, failures: 0 } : state;
}

function statusOf({ kind, error }: WatchFailure): ReflectorStatus {
  return { phase: PHASES[kind], reason: error instanceof Error ? error.message : String(error), error };
}
