import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import type { Clock } from "../../base/clock.ts";
import { ManualClock } from "../../base/manual_clock.ts";
import type { CronDefinition, CronOptions, EveryDefinition } from "../../script/rules/timer.ts";
import { Timetable } from "./timetable.ts";

const at = Date.parse;

function iso(ms: number): string {
  return new Date(ms).toISOString().replace(".000Z", "Z");
}

function run(): void {}

function every(intervalMs: number, jitter?: string): EveryDefinition {
  return { type: "every", intervalMs, options: { ...(jitter !== undefined && { jitter }) }, run };
}

function cron(expression: string, options: Partial<CronOptions> = {}): CronDefinition {
  return { type: "cron", expression, options: { timeZone: "UTC", ...options }, run };
}

/** The times of a rule that begins at a time, runs at once whenever it is due, and last ran at `last`. */
function times(definition: EveryDefinition | CronDefinition, now: string, last: string | undefined, count = 3) {
  const clock = new ManualClock(at(now));
  const table = new Timetable({ definition, clock, lastMs: last === undefined ? undefined : at(last) });
  return Array.from({ length: count }, () => {
    clock.set(table.waitMs());
    const due = iso(table.dueMs);
    table.advance();
    return due;
  });
}

const NOON = "2026-01-01T12:00:00Z";
const CASES: readonly { name: string; due: string[]; is: string[] }[] = [
  {
    name: "every: at once if it never ran",
    due: times(every(60_000), NOON, undefined),
    is: [NOON, "2026-01-01T12:01:00Z", "2026-01-01T12:02:00Z"],
  },
  {
    name: "every: when the interval is over since the last run",
    due: times(every(60_000), NOON, "2026-01-01T11:59:30Z", 2),
    is: ["2026-01-01T12:00:30Z", "2026-01-01T12:01:30Z"],
  },
  {
    name: "every: once for all that were missed",
    due: times(every(60_000), NOON, "2026-01-01T09:00:00Z", 2),
    is: [NOON, "2026-01-01T12:01:00Z"],
  },
  {
    name: "cron: not at once if it never ran",
    due: times(cron("0 3 * * *"), NOON, undefined, 2),
    is: ["2026-01-02T03:00:00Z", "2026-01-03T03:00:00Z"],
  },
  {
    name: "cron: at the time itself",
    due: times(cron("0 12 * * *"), NOON, "2025-12-31T12:00:00Z", 2),
    is: [NOON, "2026-01-02T12:00:00Z"],
  },
  {
    name: "cron: a missed run within the deadline is caught up",
    due: times(cron("30 11 * * *"), NOON, "2025-12-31T11:30:00Z", 2),
    is: ["2026-01-01T11:30:00Z", "2026-01-02T11:30:00Z"],
  },
  {
    name: "cron: a missed run beyond the deadline is not",
    due: times(cron("30 11 * * *", { deadline: "10m" }), NOON, "2025-12-31T11:30:00Z", 1),
    is: ["2026-01-02T11:30:00Z"],
  },
  {
    name: "cron: of many missed runs the latest is caught up, though the first is too long ago",
    due: times(cron("30 * * * *"), NOON, "2025-12-31T11:30:00Z", 2),
    is: ["2026-01-01T11:30:00Z", "2026-01-01T12:30:00Z"],
  },
  {
    name: "cron: what ran in time is not caught up",
    due: times(cron("30 11 * * *"), NOON, "2026-01-01T11:30:01Z", 1),
    is: ["2026-01-02T11:30:00Z"],
  },
  {
    name: "cron: by the time of day of its zone, also when the clocks change",
    due: times(cron("0 3 * * *", { timeZone: "Europe/Berlin" }), "2026-03-28T00:00:00Z", undefined),
    is: ["2026-03-28T02:00:00Z", "2026-03-29T01:00:00Z", "2026-03-30T01:00:00Z"],
  },
  {
    name: "cron: once on the day on which the hour is skipped",
    due: times(cron("30 2 * * *", { timeZone: "Europe/Berlin" }), "2026-03-28T12:00:00Z", undefined, 2),
    is: ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"],
  },
  {
    name: "cron: once on the day on which the hour comes twice",
    due: times(cron("30 2 * * *", { timeZone: "Europe/Berlin" }), "2026-10-24T12:00:00Z", undefined, 2),
    is: ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"],
  },
];

for (const { name, due, is } of CASES) Deno.test(`Timetable, ${name}`, () => deepStrictEqual(due, is));

Deno.test("Timetable adds a random part of the jitter, which later times do not keep", () => {
  const half: Clock = Object.assign(new ManualClock(at(NOON)), { random: () => 0.5 });
  const table = new Timetable({ definition: every(60_000, "10s"), clock: half, lastMs: undefined });
  strictEqual(table.waitMs(), 5_000);
  (half as ManualClock).set(5_000);
  table.advance();
  strictEqual(iso(table.dueMs), "2026-01-01T12:01:00Z");
});

Deno.test("Timetable leaves out the times that pass during a long run", () => {
  const clock = new ManualClock(at(NOON));
  const table = new Timetable({ definition: every(60_000), clock, lastMs: undefined });
  clock.set(150_000);
  table.advance();
  strictEqual(iso(table.dueMs), "2026-01-01T12:03:00Z");
});

Deno.test("Timetable does not serve a time twice if a timer fires early", () => {
  for (const definition of [every(60_000), cron("* * * * *")]) {
    const clock = new ManualClock(at(NOON));
    const table = new Timetable({ definition, clock, lastMs: at(NOON) });
    clock.set(59_990);
    table.advance();
    strictEqual(iso(table.dueMs), "2026-01-01T12:02:00Z");
  }
});

Deno.test("Timetable refuses what is no cron expression", () => {
  const clock = new ManualClock();
  throws(() => new Timetable({ definition: cron("0 25 * * *"), clock, lastMs: undefined }), {
    name: "RangeError",
    message: /^Cannot read cron expression "0 25 \* \* \*": /,
  });
});
