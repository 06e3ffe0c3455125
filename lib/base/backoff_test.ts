import { deepStrictEqual } from "node:assert/strict";
import { backoffMs } from "./backoff.ts";

Deno.test("backoffMs() doubles up to its bound, and spreads the lower half", () => {
  const bounds = { firstMs: 250, maxMs: 30_000 };
  const waits = (random: number) => [1, 2, 7, 8, 2_000].map((failures) => backoffMs(failures, random, bounds));
  deepStrictEqual(waits(1), [250, 500, 16_000, 30_000, 30_000]);
  deepStrictEqual(waits(0), [125, 250, 8_000, 15_000, 15_000]);
});
