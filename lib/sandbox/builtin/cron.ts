/**
 * The schedules of CronJobs: what `github.com/robfig/cron/v3` takes, with its own words for what it does not.
 *
 * @module
 */

const FIELDS = [
  { min: 0, max: 59, names: [] },
  { min: 0, max: 23, names: [] },
  { min: 1, max: 31, names: [] },
  { min: 1, max: 12, names: "jan feb mar apr may jun jul aug sep oct nov dec".split(" ") },
  { min: 0, max: 6, names: "sun mon tue wed thu fri sat".split(" ") },
];
const DESCRIPTORS = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

/**
 * Tells what is wrong with a schedule.
 *
 * @param schedule The schedule.
 * @returns The fault; `undefined` if there is none.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(cronFault("0 5 * * mon-fri"), undefined);
 * strictEqual(cronFault("61 * * * *"), "end of range (61) above maximum (59): 61");
 * ```
 */
export function cronFault(schedule: string): string | undefined {
  if (schedule.startsWith("@")) {
    if (/^@every \d/.test(schedule) || DESCRIPTORS.includes(schedule)) return undefined;
    return `unrecognized descriptor: ${schedule}`;
  }
  const fields = schedule.trim().split(/\s+/);
  if (fields.length !== FIELDS.length) {
    return `expected exactly 5 fields, found ${fields.length}: [${fields.join(" ")}]`;
  }
  for (const [index, field] of fields.entries()) {
    for (const part of field.split(",")) {
      const fault = rangeFault(part, FIELDS[index]!);
      if (fault !== undefined) return fault;
    }
  }
  return undefined;
}

function rangeFault(part: string, { min, max, names }: (typeof FIELDS)[number]): string | undefined {
  const [range = "", step, ...more] = part.split("/");
  if (more.length > 0) return `too many slashes: ${part}`;
  if (range !== "*" && range !== "?") {
    const bounds = range.split("-");
    if (bounds.length > 2) return `too many hyphens: ${part}`;
    const numbers = bounds.map((bound) => {
      const place = names.indexOf(bound.toLowerCase());
      return place < 0 ? bound : String(place + min);
    });
    const bad = numbers.find((number) => !/^\d+$/.test(number));
    if (bad !== undefined) {
      return `failed to parse int from ${bad}: strconv.Atoi: parsing ${JSON.stringify(bad)}: invalid syntax`;
    }
    const [start = 0, end = start] = numbers.map(Number);
    if (start < min) return `beginning of range (${start}) below minimum (${min}): ${part}`;
    if (end > max) return `end of range (${end}) above maximum (${max}): ${part}`;
    if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${part}`;
  }
  if (step !== undefined && !/^\d+$/.test(step)) {
    return `failed to parse int from ${step}: strconv.Atoi: parsing ${JSON.stringify(step)}: invalid syntax`;
  }
  return step !== undefined && Number(step) === 0 ? `step of range should be a positive number: ${part}` : undefined;
}
