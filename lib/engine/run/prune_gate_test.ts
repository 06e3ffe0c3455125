import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { ManualClock } from "../../base/manual_clock.ts";
import type { Client } from "../../client/client.ts";
import { identifySet } from "../../plan/set_identity.ts";
import { PruneGate } from "./prune_gate.ts";

const set = await identifySet("shop", "home");
const KEY = "blocked.kubescript.dev/copies";

/** A gate before a parent in memory, for a rule with children for so many objects. */
function makeGate(parents: number, annotations: Record<string, string | null> = {}) {
  const clock = new ManualClock();
  const uids = new Set(Array.from({ length: parents }, (_, i) => `${i}`));
  const seen = { allowed: [] as string[], blocked: [] as string[], events: [] as string[], errors: [] as unknown[] };
  const fault: { error?: Error } = {};
  const parent = () => ({
    metadata: {
      labels: { "applyset.kubernetes.io/id": set.id },
      annotations: { "applyset.kubernetes.io/tooling": "kubescript/v0", ...annotations },
    },
  });
  const client = {
    find: () => fault.error ? Promise.reject(fault.error) : Promise.resolve(parent()),
    patch(_type: unknown, _ref: unknown, patch: { metadata: { annotations: Record<string, string | null> } }) {
      for (const [key, value] of Object.entries(patch.metadata.annotations)) {
        if (value === null) delete annotations[key];
        else annotations[key] = value;
      }
      return Promise.resolve(parent());
    },
    event(_about: unknown, _type: string, _reason: string, message: string) {
      seen.events.push(message);
      return Promise.resolve();
    },
  } as unknown as Client;
  const gate = new PruneGate({
    rule: "copies",
    client,
    set,
    clock,
    parents: () => uids,
    onAllowed(uid) {
      seen.allowed.push(uid);
      uids.delete(uid);
    },
    onBlocked: (reason) => seen.blocked.push(reason),
    onError: (error) => seen.errors.push(error),
  });
  return { gate, clock, uids, seen, annotations, fault };
}

Deno.test("PruneGate judges what one list lacks as a whole, and lets a few go", async () => {
  const { gate, clock, seen } = makeGate(100);
  for (const uid of ["1", "2", "3"]) gate.lose(uid);
  deepStrictEqual([gate.holds("1"), seen.allowed], [true, []]);
  await clock.advance(1_000);
  deepStrictEqual([gate.holds("1"), seen.allowed], [false, ["1", "2", "3"]]);
  deepStrictEqual(seen.blocked, []);
});

Deno.test("PruneGate blocks many, tells it once, and goes on when it is approved", async () => {
  const { gate, clock, seen, annotations } = makeGate(8);
  for (let i = 0; i < 8; i++) gate.lose(`${i}`);
  await clock.advance(60_000);
  deepStrictEqual(seen.blocked, ["8 of 8 objects are missing at once: their children stay"]);
  deepStrictEqual(seen.events, ['Rule "copies": 8 of 8 objects are missing at once: their children stay']);
  match(annotations[KEY]!, /^8 of 8/);
  strictEqual(gate.holds("7"), true);
  annotations[KEY] = "approved";
  await clock.advance(3_000);
  strictEqual(seen.allowed.length, 8);
  deepStrictEqual(annotations, {});
});

Deno.test("PruneGate takes its mark away when all are back", async () => {
  const { gate, clock, seen, annotations } = makeGate(8);
  for (let i = 0; i < 8; i++) gate.lose(`${i}`);
  await clock.advance(1_000);
  for (let i = 0; i < 8; i++) gate.found(`${i}`);
  await clock.advance(3_000);
  deepStrictEqual([annotations, seen.allowed, gate.holds("0")], [{}, [], false]);
});

Deno.test("PruneGate judges at the beginning what nobody saw leaving", async () => {
  const { gate, seen, annotations } = makeGate(8);
  await gate.begin(() => false);
  deepStrictEqual([seen.allowed, seen.blocked.length], [[], 1]);
  gate[Symbol.dispose]();

  annotations[KEY] = "approved";
  const next = makeGate(8, annotations);
  await next.gate.begin(() => false);
  deepStrictEqual([next.seen.allowed.length, next.seen.blocked, annotations], [8, [], {}]);

  annotations[KEY] = "approved";
  const after = makeGate(8, annotations);
  await after.gate.begin(() => true);
  deepStrictEqual([after.seen.allowed, annotations], [[], {}]);
});

Deno.test("PruneGate keeps the children while the parent cannot be read, and asks again", async () => {
  const { gate, clock, seen, fault } = makeGate(8);
  fault.error = new Error("no");
  for (let i = 0; i < 8; i++) gate.lose(`${i}`);
  await clock.advance(4_000);
  deepStrictEqual([seen.errors.length, seen.allowed, gate.holds("0")], [2, [], true]);
  delete fault.error;
  await clock.advance(3_000);
  strictEqual(seen.blocked.length, 1);
});

Deno.test("PruneGate ends when it is disposed, also while it asks", async () => {
  const { gate, clock, seen, fault } = makeGate(8);
  fault.error = new Error("no");
  const begun = gate.begin(() => false);
  gate[Symbol.dispose]();
  await begun;
  await clock.advance(60_000);
  strictEqual(seen.errors.length, 1);
});
