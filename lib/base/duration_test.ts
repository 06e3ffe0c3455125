import { strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { formatDuration, parseDuration } from "./duration.ts";

for (
  const [text, ms] of [
    ["0", 0],
    ["0s", 0],
    ["250ms", 250],
    ["90s", 90_000],
    ["1.5m", 90_000],
    ["1h30m", 5_400_000],
    ["2d", 172_800_000],
    ["1m1ms", 60_001],
  ] as const
) {
  Deno.test(`parseDuration() reads "${text}"`, () => strictEqual(parseDuration(text), ms));
}

for (const text of ["", "30", "-5s", "1m 30s", "s", "1.s", "5S", "1w", "1h30"]) {
  Deno.test(`parseDuration() refuses "${text}"`, () => {
    throws(() => parseDuration(text), {
      name: "RangeError",
      message: `Cannot read "${text}" as a duration: write numbers with units, for example "30s" or "1h30m"`,
    });
  });
}

for (
  const [ms, text] of [
    [0, "0ms"],
    [850, "850ms"],
    [999.9, "999ms"],
    [1_000, "1s"],
    [4_250, "4.2s"],
    [59_999, "59.9s"],
    [60_000, "1m"],
    [130_000, "2m10s"],
    [3_599_999, "59m59s"],
    [10_800_000, "3h"],
    [10_860_000, "3h1m"],
    [86_400_000, "1d"],
    [93_600_000, "1d2h"],
  ] as const
) {
  Deno.test(`formatDuration() writes ${ms} ms as "${text}"`, () => strictEqual(formatDuration(ms), text));
}

Deno.test("property: formatDuration() rounds down, and parseDuration() reads what it writes", () => {
  fc.assert(
    fc.property(fc.nat(), (ms) => {
      const read = parseDuration(formatDuration(ms));
      strictEqual(read <= ms, true);
      strictEqual(formatDuration(Math.round(read)), formatDuration(ms));
    }),
    { numRuns: 200 },
  );
});
