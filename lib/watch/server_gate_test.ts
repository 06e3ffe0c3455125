import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { ManualClock, settle } from "../base/manual_clock.ts";
import { type ServerAttempt, ServerGate } from "./server_gate.ts";

interface Entrant {
  attempt?: ServerAttempt;
  atMs?: number;
}

/** Makes a gate with a clock that draws the shortest waits: half of what they may be. */
function makeGate() {
  const clock = new ManualClock();
  const gate = new ServerGate(clock);
  const { signal } = new AbortController();
  const enter = () => {
    const entrant: Entrant = {};
    gate.enter(signal).then((attempt) => Object.assign(entrant, { attempt, atMs: clock.now() }));
    return entrant;
  };
  return { clock, gate, enter };
}

Deno.test("ServerGate.enter() waits for nothing while the server answers", async () => {
  const { enter } = makeGate();
  const entrants = [enter(), enter(), enter()];
  await settle();
  deepStrictEqual(entrants.map(({ atMs }) => atMs), [0, 0, 0]);
});

Deno.test("ServerGate.enter() lets one after the other through, at growing distance up to a second", async () => {
  const { clock, enter } = makeGate();
  let last = enter();
  const times: number[] = [];
  for (let i = 0; i < 7; i++) {
    await settle();
    last.attempt!.failed();
    last = enter();
    while (last.attempt === undefined) await clock.advance(10);
    times.push(last.atMs!);
  }
  deepStrictEqual(times, [50, 150, 350, 750, 1_250, 1_750, 2_250]);
});

Deno.test("ServerGate counts attempts that failed together once", async () => {
  const { clock, enter } = makeGate();
  const entrants = [enter(), enter(), enter()];
  await settle();
  for (const { attempt } of entrants) attempt!.failed();
  const next = enter();
  await clock.advance(50);
  strictEqual(next.atMs, 50);
});

Deno.test("ServerGate spaces those who wait, also if an attempt takes long", async () => {
  const { clock, enter } = makeGate();
  const first = enter();
  await settle();
  first.attempt!.failed();
  const waiting = [enter(), enter(), enter()];
  await clock.advance(1_000);
  deepStrictEqual(waiting.map(({ atMs }) => atMs), [50, 100, 150]);
});

Deno.test("ServerGate lets everybody through as soon as the server answers", async () => {
  const { clock, enter } = makeGate();
  const first = enter();
  await settle();
  first.attempt!.failed();
  const waiting = [enter(), enter(), enter(), enter()];
  await clock.advance(60);
  waiting[0]!.attempt!.answered();
  await settle();
  deepStrictEqual(waiting.map(({ atMs }) => atMs), [50, 60, 60, 60]);
});

Deno.test("ServerGate.enter() ends by its signal", async () => {
  const { gate, enter } = makeGate();
  const first = enter();
  await settle();
  first.attempt!.failed();
  const controller = new AbortController();
  const waiting = gate.enter(controller.signal);
  controller.abort(new Error("stopped"));
  await rejects(waiting, new Error("stopped"));
  await rejects(gate.enter(controller.signal), new Error("stopped"));
});
