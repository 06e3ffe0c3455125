import { strictEqual } from "node:assert/strict";
import { LOCK_EXPIRY_MS, lockRemainingMs } from "./run_lock.ts";

const NOW_MS = Date.parse("2026-01-01T00:00:00Z");

for (
  const [name, renewTime, want] of [
    ["just renewed", "2026-01-01T00:00:00.000Z", 30_000],
    ["renewed some time ago", "2025-12-31T23:59:50Z", 20_000],
    ["expired this moment", "2025-12-31T23:59:30Z", 0],
    ["expired long ago", "2025-01-01T00:00:00Z", 0],
    ["renewed in the future", "2030-01-01T00:00:00Z", LOCK_EXPIRY_MS],
    ["renewed at a time that cannot be read", "yesterday", LOCK_EXPIRY_MS],
  ] as const
) {
  Deno.test(`lockRemainingMs() respects a lock that was ${name} for ${want} ms`, () => {
    strictEqual(lockRemainingMs({ holder: "run-1", renewTime }, NOW_MS), want);
  });
}
