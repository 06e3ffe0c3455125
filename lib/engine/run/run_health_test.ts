import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ManualClock } from "../../base/manual_clock.ts";
import { CONFIG_MAP, SECRET } from "../../kube/well_known_types.ts";
import type { ReflectorStatus } from "../../watch/reflector_state.ts";
import type { RuleCallResult, RunObserver, WatchTrouble } from "./observer.ts";
import { type Input, RunHealth } from "./run_health.ts";
import { phaseOf } from "./rule_state.ts";

const TURN = { attempts: 0, waitedMs: 500 };

function secret(name: string) {
  return { apiVersion: "v1", kind: "Secret", metadata: { name, namespace: "n", uid: name, resourceVersion: "1" } };
}

function input(status: ReflectorStatus, hasSynced: boolean): Input {
  return {
    type: SECRET,
    selector: "",
    informer: { status, hasSynced, size: 2, subscribe: () => new DisposableStack() },
  };
}

Deno.test("phaseOf() names first what stands in the way", () => {
  const denied = { kind: "Secret", synced: true, status: { phase: "waiting", reason: "forbidden" } } as const;
  const unread = { kind: "Secret", synced: false, status: { phase: "syncing", reason: "" } } as const;
  const all = { started: true, blocked: "b", throttled: "t", failing: 1 };
  const cases = [
    [{ ...all, inputs: [denied], broken: "x" }, "Failing: x"],
    [{ ...all, inputs: [unread, denied] }, "Waiting: Secret: forbidden"],
    [{ ...all, inputs: [unread] }, "Syncing: reads Secret"],
    [{ ...all, inputs: [], started: false }, "Syncing"],
    [{ ...all, inputs: [] }, "Blocked: b"],
    [{ ...all, inputs: [], blocked: undefined }, "Throttled: t"],
    [{ started: true, inputs: [], failing: 1 }, "Failing"],
    [{ started: true, inputs: [], failing: 0 }, "Ready"],
  ] as const;
  for (const [conditions, wanted] of cases) {
    const { phase, reason } = phaseOf(conditions);
    strictEqual(reason === undefined ? phase : `${phase}: ${reason}`, wanted);
  }
});

Deno.test("RunHealth remembers for which objects a rule fails, without what is secret", () => {
  const clock = new ManualClock();
  const mask = (text: string) => text.replaceAll("hunter2", "***");
  const health = new RunHealth({ clock, mask, events: undefined, observer: undefined });
  health.add("copies", "each");
  health.start("copies", { objects: () => 2 });
  for (const name of ["a", "b"]) health.call("copies", name, secret(name), TURN).fail(new Error("no hunter2"), false);
  const call = health.call("copies", "a", secret("a"), TURN);
  deepStrictEqual(health.underWay, ["copies Secret/n/a"]);
  call.done();
  deepStrictEqual(health.underWay, []);
  const [{ phase, failing, failures, objects } = { phase: "" }] = health.states();
  deepStrictEqual({ phase, failing, objects }, { phase: "Failing", failing: 1, objects: 2 });
  deepStrictEqual(failures?.map(({ object, message, failures }) => [object, message, failures]), [
    ["Secret/n/b", "no ***", 1],
  ]);
  // An object that is gone does not fail any more.
  health.call("copies", "b", undefined, TURN).done();
  strictEqual(health.states()[0]!.phase, "Ready");
});

Deno.test("RunHealth lists no more than 20 failures, those that have lasted longest first", () => {
  const health = new RunHealth({ clock: new ManualClock(), mask: String, events: undefined, observer: undefined });
  health.add("copies", "each");
  health.start("copies");
  for (let i = 0; i < 30; i++) health.call("copies", `s${i}`, secret(`s${i}`), TURN).fail("x".repeat(1_000), false);
  const [{ failing, failures } = { failing: 0, failures: [] }] = health.states();
  deepStrictEqual([failing, failures.length, failures[0]?.object, failures[0]?.message.length], [
    30,
    20,
    "Secret/n/s0",
    301,
  ]);
});

Deno.test("RunHealth tells an observer about calls and about watches in trouble", async () => {
  const clock = new ManualClock();
  const calls: RuleCallResult[] = [];
  const troubles: WatchTrouble[] = [];
  const observer = {
    onCall: (call) => calls.push(call),
    onWatchTrouble: (trouble) => troubles.push(trouble),
  } as Partial<RunObserver> as RunObserver;
  const health = new RunHealth({ clock, mask: String, events: undefined, observer });
  let onStatus: (status: ReflectorStatus) => void = () => {};
  const live: ReflectorStatus = { phase: "live", reason: "" };
  const watched = input(live, true);
  const informer = {
    ...watched.informer,
    subscribe(consumer: { onStatus?: typeof onStatus }) {
      onStatus = consumer.onStatus!;
      return new DisposableStack();
    },
  };
  for (const rule of ["a", "b"]) {
    health.add(rule, "each");
    health.watch(rule, [{ ...watched, informer }, { ...watched, type: CONFIG_MAP }]);
  }
  deepStrictEqual(health.inputs().map(({ kind, rules, objects }) => [kind, rules, objects]), [
    ["Secret", ["a", "b"], 2],
    ["ConfigMap", ["a", "b"], 2],
  ]);
  onStatus(live);
  onStatus({ phase: "reconnecting", reason: "the watch has fallen silent" });
  onStatus({ phase: "syncing", reason: "no answer", error: new TypeError("no answer") });
  deepStrictEqual(troubles.map(({ then, reason }) => [then, reason]), [
    ["reconnect", "the watch has fallen silent"],
    ["relist", "TypeError"],
  ]);
  const call = health.call("a", "1", secret("s"), { attempts: 2, waitedMs: 500 });
  await clock.advance(1_500);
  call.fail(new Error("no"), true);
  deepStrictEqual(calls, [{ rule: "a", result: "permanent", isRetry: true, seconds: 1.5, waitedSeconds: 0.5 }]);
});
