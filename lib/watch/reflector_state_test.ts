import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { bookmark, liveObject, watchEvent } from "./watched_objects_test.ts";
import {
  INITIAL_REFLECTOR_STATE,
  type ReflectorEffect,
  type ReflectorInput,
  type ReflectorState,
  stepReflector,
} from "./reflector_state.ts";
import type { WatchFailure } from "./watch_failure.ts";

/** Prints what is to be done: `watch 5 fresh`. */
function describe(effect: ReflectorEffect): string {
  switch (effect.type) {
    case "list":
      return effect.paged ? "list" : "list whole";
    case "watch":
      return `watch ${effect.resourceVersion ?? "all"}${effect.freshConnection ? " fresh" : ""}`;
    case "probe":
      return `probe ${effect.resourceVersion}`;
    case "wait":
      return `wait ${effect.failures}${effect.atLeastMs > 0 ? ` at least ${effect.atLeastMs}` : ""}`;
    case "stage":
      return `stage ${effect.objects.map(({ metadata }) => metadata.name).join()}`;
    case "unstage":
      return `unstage ${effect.object.metadata.name}`;
    case "apply":
      return `apply ${effect.event.type} ${effect.event.object.metadata.name}`;
    default:
      return effect.type;
  }
}

const begin: ReflectorInput = { type: "begin" };
const opened: ReflectorInput = { type: "opened" };
const silent: ReflectorInput = { type: "silent" };
const probeEnded: ReflectorInput = { type: "probeEnded" };
const due: ReflectorInput = { type: "due" };

function event(...args: Parameters<typeof watchEvent>): ReflectorInput {
  return { type: "event", event: watchEvent(...args) };
}

function probed(...args: Parameters<typeof watchEvent>): ReflectorInput {
  return { type: "probed", event: watchEvent(...args) };
}

function marked(resourceVersion: number, endsInitialEvents = false): ReflectorInput {
  return { type: "event", event: bookmark(resourceVersion, endsInitialEvents) };
}

function page(...names: string[]): ReflectorInput {
  return { type: "page", items: names.map((name) => liveObject(name, 1)) };
}

function listed(resourceVersion: string | number): ReflectorInput {
  return { type: "listed", resourceVersion: String(resourceVersion) };
}

function ended(livedMs: number): ReflectorInput {
  return { type: "ended", livedMs };
}

function failure(kind: WatchFailure["kind"]): WatchFailure {
  return { kind, error: new Error(kind), ...(kind === "throttled" && { retryAfterMs: 2_000 }) };
}

function failed(kind: WatchFailure["kind"], livedMs?: number): ReflectorInput {
  return { type: "failed", failure: failure(kind), livedMs };
}

function probeFailed(kind: WatchFailure["kind"]): ReflectorInput {
  return { type: "probeFailed", failure: failure(kind) };
}

/** Takes inputs one after the other; the effects are those of the last one. */
function run(inputs: readonly ReflectorInput[]): { state: ReflectorState; effects: string[] } {
  let state = INITIAL_REFLECTOR_STATE;
  let effects: readonly ReflectorEffect[] = [];
  for (const input of inputs) ({ state, effects } = stepReflector(state, input));
  return { state, effects: effects.map(describe) };
}

const streaming = [begin, opened];
const following = [...streaming, marked(5, true)];
const listing = [...streaming, ended(2_000)];
const watchingList = [...listing, page("a"), listed(5), opened];
const behind = [...following, silent, probed("ADDED", "a", 7)];
const unordered = [...listing, listed("x"), opened];

const steps: [what: string, inputs: ReflectorInput[], effects: string[], status: string][] = [
  ["begins with a stream", [begin], ["stageNothing", "watch all"], "syncing"],
  ["collects initial events in any order", [...streaming, event("ADDED", "a", 7)], ["stage a"], "syncing"],
  ["collects changes during the initial events", [...streaming, event("MODIFIED", "a", 3)], ["stage a"], "syncing"],
  ["collects deletions during the initial events", [...streaming, event("DELETED", "a", 9)], ["unstage a"], "syncing"],
  ["does not take a bookmark for the end of the initial events", [...streaming, marked(4)], [], "syncing"],
  ["replaces at the end of the initial events", [...streaming, marked(5, true)], ["replace"], "live"],
  ["follows the same stream", [...following, event("ADDED", "a", 6)], ["apply ADDED a"], "live"],
  ["takes no version from initial events", [...streaming, event("ADDED", "a", 9), marked(5, true), ended(2_000)], [
    "watch 5",
  ], "live"],

  ["lists if the stream ends too soon", listing, ["stageNothing", "list"], "syncing"],
  ["lists if the stream breaks", [...streaming, failed("unreachable", 2_000)], ["stageNothing", "list"], "syncing"],
  ["lists if the stream is refused", [begin, failed("invalid")], ["stageNothing", "list"], "syncing"],
  ["lists if the stream fails", [...streaming, failed("failed", 10)], ["stageNothing", "list"], "syncing"],
  ["lists if the initial events do not end", [...streaming, silent], ["stageNothing", "list"], "syncing"],
  ["tries the stream again if the server is away", [begin, failed("unreachable")], [
    "stageNothing",
    "watch all fresh",
  ], "reconnecting"],
  ["collects pages", [...listing, page("a", "b")], ["stage a,b"], "syncing"],
  ["replaces at the end of the list, and watches from there", [...listing, page("a"), listed(5)], [
    "replace",
    "watch 5",
  ], "syncing"],
  ["is live when the server has accepted the watch", watchingList, [], "live"],
  [
    "lists without pages if a token expires",
    [...listing, failed("expired")],
    ["stageNothing", "list whole"],
    "syncing",
  ],
  ["waits if that expires, too", [...listing, failed("expired"), failed("expired")], ["wait 2"], "syncing"],
  ["lists again if the server is away", [...listing, failed("unreachable")], ["stageNothing", "list"], "reconnecting"],
  ["waits if a list fails", [...listing, failed("failed")], ["wait 2"], "reconnecting"],
  ["streams again after a list", [...watchingList, failed("expired", 20_000)], [
    "stageNothing",
    "watch all",
  ], "syncing"],

  ["moves on by bookmarks", [...following, marked(8), ended(2_000)], ["watch 8"], "live"],
  ["moves on by events", [...following, event("DELETED", "a", 8), ended(2_000)], ["watch 8"], "live"],
  ["does nothing for a bookmark", [...following, marked(8)], [], "live"],
  ["leaves out what is known", [...following, event("MODIFIED", "a", 8), event("MODIFIED", "a", 8)], [], "live"],
  ["does not go back for a bookmark", [...following, event("ADDED", "a", 8), marked(7), ended(2_000)], [
    "watch 8",
  ], "live"],
  ["moves on by versions without order", [...unordered, event("ADDED", "a", "b"), ended(2_000)], ["watch b"], "live"],

  ["goes on when a watch ends", [...following, ended(2_000)], ["watch 5"], "live"],
  ["waits when a watch ends at once", [...following, ended(10)], ["wait 1"], "reconnecting"],
  ["goes on when a watch breaks, on a new connection", [...following, failed("unreachable", 2_000)], [
    "watch 5 fresh",
  ], "reconnecting"],
  ["waits when a watch breaks at once", [...following, failed("unreachable", 10)], ["wait 1"], "reconnecting"],
  ["goes on when the server is away", [...following, ended(2_000), failed("unreachable")], [
    "watch 5 fresh",
  ], "reconnecting"],
  ["is live again when the watch is open", [...following, failed("unreachable", 2_000), opened], [], "live"],
  ["goes on after a wait", [...following, failed("failed", 10), begin], ["watch 5"], "reconnecting"],
  ["waits longer after each failure", [...following, failed("failed", 10), begin, failed("failed", 10)], [
    "wait 2",
  ], "reconnecting"],
  [
    "forgets failures after a good watch",
    [
      ...following,
      ...[failed("failed", 10), begin, opened, failed("failed", 20_000)],
    ],
    ["wait 1"],
    "reconnecting",
  ],
  [
    "begins anew if resuming fails again and again",
    [
      ...following,
      ...[failed("failed", 10), begin, failed("failed", 10), begin, failed("failed", 10), begin],
    ],
    ["stageNothing", "watch all"],
    "reconnecting",
  ],
  ["waits as long as the server asks", [...following, ended(2_000), failed("throttled")], [
    "wait 1 at least 2000",
  ], "reconnecting"],
  [
    "resumes after it was asked to wait often",
    [
      ...following,
      ...[
        failed("throttled"),
        begin,
        failed("throttled"),
        begin,
        failed("throttled"),
        begin,
        failed("throttled"),
        begin,
      ],
    ],
    ["watch 5"],
    "reconnecting",
  ],

  ["begins anew if the history is gone", [...following, failed("expired", 2_000)], [
    "stageNothing",
    "watch all",
  ], "syncing"],
  [
    "waits if the history is gone again at once",
    [
      ...following,
      ...[failed("expired"), opened, marked(6, true), failed("expired", 10)],
    ],
    ["wait 2"],
    "syncing",
  ],

  ["waits for a permission", [begin, failed("denied")], ["wait 1"], "waiting"],
  [
    "stays waiting until the server accepts",
    [begin, failed("denied"), begin],
    ["stageNothing", "watch all"],
    "waiting",
  ],
  ["resumes with the permission", [...following, failed("denied", 10), begin, opened], [], "live"],
  ["waits for the kind", [begin, failed("missing")], ["wait 1"], "waiting"],
  ["begins anew with the kind", [...following, failed("missing", 10), begin], ["stageNothing", "watch all"], "waiting"],
  ["says so if the selection is wrong", [begin, failed("invalid"), failed("invalid")], ["wait 2"], "waiting"],

  ["probes a watch that is silent", [...following, silent], ["probe 5"], "live"],
  ["probes once at a time", [...following, silent, silent], [], "live"],
  ["probes again after a probe that found nothing", [...following, silent, probeEnded, silent], ["probe 5"], "live"],
  ["takes what a probe finds", behind, ["apply ADDED a"], "live"],
  ["leaves out what a probe finds if it is known", [...following, silent, probed("ADDED", "a", 5)], [], "live"],
  ["leaves out bookmarks of a probe", [...following, silent, { type: "probed", event: bookmark(9) }, ended(2_000)], [
    "watch 5",
  ], "live"],
  ["gives the watch time after a probe that found something", [...behind, probeEnded], ["allow"], "live"],
  ["does not probe again while the watch has its time", [...behind, probeEnded, silent], [], "live"],
  ["leaves out what the watch sends late", [...behind, event("ADDED", "a", 7)], [], "live"],
  ["replaces a watch that lacks what its probe found", [...behind, probeEnded, due], ["watch 7 fresh"], "reconnecting"],
  ["replaces a watch that sends only a part of it", [...behind, event("ADDED", "a", 6), probeEnded, due], [
    "watch 7 fresh",
  ], "reconnecting"],
  ["keeps a watch that has sent it", [...behind, probeEnded, event("ADDED", "a", 7), due], [], "live"],
  [
    "keeps a watch that has sent it before the probe ended",
    [...behind, event("ADDED", "a", 7), probeEnded],
    [],
    "live",
  ],
  ["keeps a watch that has sent more", [...behind, probeEnded, marked(9), due], [], "live"],
  ["replaces a watch whose probe gets no answer", [...following, silent, probeFailed("unreachable")], [
    "watch 5 fresh",
  ], "reconnecting"],
  ["keeps a watch whose probe is to wait", [...following, silent, probeFailed("throttled")], [], "live"],
  ["keeps a watch whose probe fails", [...following, silent, probeFailed("failed")], [], "live"],
  ["begins anew if a probe tells that the history is gone", [...following, silent, probeFailed("expired")], [
    "stageNothing",
    "watch all",
  ], "syncing"],
  ["waits if a probe is denied", [...following, silent, probeFailed("denied")], ["wait 1"], "waiting"],
  ["replaces a silent watch of versions without order", [...unordered, silent], ["watch x fresh"], "reconnecting"],
  ["does not mind silence while it lists", [...listing, silent], [], "syncing"],
];
for (const [what, inputs, effects, status] of steps) {
  Deno.test(`stepReflector() ${what}`, () => {
    const result = run(inputs);
    deepStrictEqual(result.effects, effects);
    strictEqual(result.state.status.phase, status);
  });
}

Deno.test("stepReflector() stays with lists when streams break again and again", () => {
  const round = [ended(2_000), listed(5), opened, failed("expired", 20_000)];
  deepStrictEqual(run([...streaming, ...round, ...round]).effects, ["stageNothing", "watch all"]);
  deepStrictEqual(run([...streaming, ...round, ...round, ...round]).effects, ["stageNothing", "list"]);
  const good = [marked(6, true), failed("expired", 20_000)];
  deepStrictEqual(run([...streaming, ...round, ...round, ...good, ...round]).effects, ["stageNothing", "watch all"]);
});

Deno.test("stepReflector() says why", () => {
  const { status } = run([begin, failed("denied")]).state;
  deepStrictEqual([status.reason, status.error], ["denied", new Error("denied")]);
  deepStrictEqual(run(following).state.status, { phase: "live", reason: "" });
});
