import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ManualClock } from "../../base/manual_clock.ts";
import { PruneGuard } from "./prune_guard.ts";

function parentsOf(count: number): Set<string> {
  return new Set(Array.from({ length: count }, (_, i) => `${i}`));
}

function guardWith(lost: number, clock = new ManualClock()) {
  const guard = new PruneGuard(clock);
  for (let i = 0; i < lost; i++) guard.hold(`${i}`);
  return guard;
}

for (
  const { lost, parents, blocked } of [
    { lost: 1, parents: 1, blocked: false },
    { lost: 5, parents: 5, blocked: false },
    { lost: 6, parents: 6, blocked: true },
    { lost: 6, parents: 19, blocked: true },
    { lost: 6, parents: 20, blocked: false },
    { lost: 300, parents: 1_000, blocked: false },
    { lost: 301, parents: 1_000, blocked: true },
  ]
) {
  Deno.test(`PruneGuard ${blocked ? "blocks" : "allows"} ${lost} of ${parents}`, () => {
    const guard = guardWith(lost);
    strictEqual(guard.holds("0"), true);
    strictEqual(guard.judge(parentsOf(parents)).length, blocked ? 0 : lost);
    deepStrictEqual([guard.blocked, guard.holds("0")], [blocked, blocked]);
  });
}

Deno.test("PruneGuard counts what was lost within a minute", async () => {
  const clock = new ManualClock();
  const guard = guardWith(3, clock);
  strictEqual(guard.judge(parentsOf(10)).length, 3);
  await clock.advance(59_000);
  for (const uid of ["a", "b", "c"]) guard.hold(uid);
  strictEqual(guard.judge(new Set(["a", "b", "c", ...parentsOf(4)])).length, 0);
  guard.allow();
  await clock.advance(1_000);
  for (const uid of ["d", "e", "f"]) guard.hold(uid);
  strictEqual(guard.judge(new Set(["d", "e", "f", ...parentsOf(4)])).length, 3);
});

Deno.test("PruneGuard ends the block when it is allowed, or when all are back", () => {
  const guard = guardWith(6);
  guard.judge(parentsOf(6));
  for (const uid of ["0", "1", "2", "3", "4"]) guard.release(uid);
  deepStrictEqual([guard.blocked, guard.holds("0"), guard.holds("5")], [true, false, true]);
  guard.release("5");
  strictEqual(guard.blocked, false);

  const other = guardWith(6);
  other.judge(parentsOf(6));
  deepStrictEqual(other.allow(), ["0", "1", "2", "3", "4", "5"]);
  deepStrictEqual([other.blocked, other.holds("0"), other.size], [false, false, 0]);
});

Deno.test("PruneGuard lets go what has no children, and does not count it", () => {
  const guard = guardWith(10);
  strictEqual(guard.judge(parentsOf(5)).length, 10);
  const other = guardWith(10);
  deepStrictEqual(other.judge(parentsOf(6)), ["6", "7", "8", "9"]);
  strictEqual(other.blocked, true);
  // The children have gone by themselves in the meantime.
  strictEqual(other.judge(new Set()).length, 6);
  strictEqual(other.blocked, false);
});
