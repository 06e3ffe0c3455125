import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { ManualClock, settle } from "../../base/manual_clock.ts";
import { type WorkCause, WorkQueue, type WorkResult, type WorkRule } from "./work_queue.ts";

const LIVE: WorkCause = { live: true };
const FRESH: WorkCause = { live: true, fresh: true };
const FIRST: WorkCause = { live: false, fresh: true };
const DONE: WorkResult = { status: "done" };
const FAILED: WorkResult = { status: "failed" };

interface Run {
  readonly key: string;
  readonly atMs: number;
  readonly attempts: number;
}

/** A queue with the rule `a`, whose runs end as `result` says. */
function makeQueue(
  result: (key: string, attempts: number) => WorkResult | Promise<WorkResult> = () => DONE,
  rule: Partial<WorkRule> = {},
  concurrency = 16,
) {
  const clock = new ManualClock();
  const queue = new WorkQueue({ clock, concurrency });
  const runs: Run[] = [];
  queue.addRule("a", {
    concurrency: 4,
    ...rule,
    run(key, attempts) {
      runs.push({ key, atMs: clock.monotonic(), attempts });
      return Promise.resolve(result(key, attempts));
    },
  });
  return { clock, queue, runs, times: () => runs.map(({ atMs }) => atMs) };
}

/** Runs that last until they are told to end. */
function held() {
  const ends = new Map<string, (result: WorkResult) => void>();
  const result = (key: string) => new Promise<WorkResult>((resolve) => ends.set(key, resolve));
  return {
    result,
    running: () => [...ends.keys()],
    async end(key: string, how: WorkResult = DONE) {
      const resolve = ends.get(key)!;
      ends.delete(key);
      resolve(how);
      await settle();
    },
  };
}

Deno.test("WorkQueue runs a key once, however often it was added before", async () => {
  const { result, end } = held();
  const { queue, runs } = makeQueue(result, { concurrency: 1 });
  queue.add("a", "x", LIVE);
  for (let i = 0; i < 3; i++) queue.add("a", "y", LIVE);
  deepStrictEqual(queue.counts("a"), { ready: 1, delayed: 0, running: 1, oldestMs: 0 });
  await end("x");
  await end("y");
  deepStrictEqual(runs.map(({ key }) => key), ["x", "y"]);
});

Deno.test("WorkQueue runs a key again, afterwards, if it is added while it runs", async () => {
  const { result, end, running } = held();
  const { queue, runs } = makeQueue(result);
  queue.add("a", "x", LIVE);
  queue.add("a", "x", LIVE);
  queue.add("a", "x", LIVE);
  strictEqual(runs.length, 1);
  await end("x");
  deepStrictEqual(running(), ["x"]);
  await end("x");
  strictEqual(runs.length, 2);
});

Deno.test("WorkQueue tries again after a backoff that grows, up to five minutes", async () => {
  const { clock, queue, runs, times } = makeQueue(() => FAILED);
  queue.add("a", "x", LIVE);
  await clock.advance(3_600_000);
  const waits = times().slice(1).map((atMs, i) => atMs - times()[i]!);
  // The manual clock draws 0, the shortest of each step.
  deepStrictEqual(waits.slice(0, 4), [125, 250, 500, 1_000]);
  strictEqual(waits.at(-1), 150_000);
  deepStrictEqual(runs.slice(0, 3).map(({ attempts }) => attempts), [0, 1, 2]);
});

Deno.test("WorkQueue forgets failures when what is wanted changes, and not because of an echo", async () => {
  const { clock, queue, runs } = makeQueue(() => FAILED);
  queue.add("a", "x", LIVE);
  await clock.advance(20_000);
  const before = runs.length;
  ok(runs.at(-1)!.attempts > 5);
  queue.add("a", "x", LIVE);
  await settle();
  strictEqual(runs.length, before);
  queue.add("a", "x", FRESH);
  await settle();
  strictEqual(runs.length, before + 1);
  strictEqual(runs.at(-1)!.attempts, 0);
  await clock.advance(125);
  strictEqual(runs.length, before + 2);
});

Deno.test("WorkQueue runs at once again if what is wanted changes during a run that fails", async () => {
  for (const how of [FAILED, { status: "permanent" } as const]) {
    const { result, end, running } = held();
    const { queue, runs } = makeQueue(result);
    queue.add("a", "x", LIVE);
    queue.add("a", "x", FRESH);
    await end("x", how);
    deepStrictEqual(running(), ["x"]);
    strictEqual(runs.at(-1)!.attempts, 0);
    await end("x");
  }
});

Deno.test("WorkQueue does not run at once again because of an echo during a run that fails", async () => {
  const { result, end, running } = held();
  const { clock, queue, runs } = makeQueue(result);
  queue.add("a", "x", LIVE);
  queue.add("a", "x", LIVE);
  await end("x", FAILED);
  deepStrictEqual(running(), []);
  await clock.advance(125);
  strictEqual(runs.at(-1)!.attempts, 1);
  await end("x");
});

Deno.test("WorkQueue leaves what failed for good until what is wanted changes", async () => {
  const { clock, queue, runs } = makeQueue((_, attempts) => attempts === 0 ? { status: "permanent" } : DONE);
  queue.add("a", "x", LIVE);
  await clock.advance(3_600_000);
  queue.add("a", "x", LIVE);
  await clock.advance(3_600_000);
  strictEqual(runs.length, 1);
  queue.add("a", "x", FRESH);
  await settle();
  strictEqual(runs.length, 2);
});

Deno.test("WorkQueue waits exactly as long as a run asks for", async () => {
  const { clock, queue, times } = makeQueue((_, attempts) => attempts < 2 ? { ...FAILED, retryMs: 30_000 } : DONE);
  queue.add("a", "x", LIVE);
  await clock.advance(100_000);
  deepStrictEqual(times(), [0, 30_000, 60_000]);
});

Deno.test("WorkQueue looks again when a run asks for it, or sooner if something happens", async () => {
  const { clock, queue, times } = makeQueue(() => ({ status: "done", againMs: 10_000 }));
  queue.add("a", "x", LIVE);
  await clock.advance(12_000);
  queue.add("a", "x", LIVE);
  await clock.advance(10_000);
  deepStrictEqual(times(), [0, 10_000, 12_000, 22_000]);
});

Deno.test("WorkQueue waits for a time that is longer than timers can be", async () => {
  const yearMs = 365 * 24 * 3_600_000;
  const { clock, queue, times } = makeQueue();
  queue.add("a", "x", { live: true, delayMs: yearMs });
  queue.add("a", "never", { live: true, delayMs: Infinity });
  const longest: number[] = [];
  const timer = clock.timer.bind(clock);
  clock.timer = (ms, callback) => (longest.push(ms), timer(ms, callback));
  await clock.advance(yearMs);
  deepStrictEqual(times(), [yearMs]);
  ok(Math.max(...longest) < 2 ** 31);
  await queue.close();
});

Deno.test("WorkQueue waits until things settle, but not longer than the longest wait", async () => {
  const { clock, queue, times } = makeQueue(() => DONE, { debounce: { waitMs: 1_000, longestMs: 3_000 } });
  queue.add("a", "x", LIVE);
  await clock.advance(500);
  queue.add("a", "x", LIVE);
  await clock.advance(10_000);
  deepStrictEqual(times(), [1_500]);
  for (let i = 0; i < 10; i++) {
    queue.add("a", "x", LIVE);
    await clock.advance(500);
  }
  // Since 10500: first after the longest wait, then again.
  deepStrictEqual(times().slice(1), [13_500]);
  await clock.advance(10_000);
  strictEqual(times().length, 3);
});

Deno.test("WorkQueue does not put off what has settled and waits for its turn", async () => {
  const { result, end, running } = held();
  const { clock, queue } = makeQueue(result, { concurrency: 1, debounce: { waitMs: 1_000, longestMs: 3_000 } });
  queue.add("a", "slow", LIVE);
  await clock.advance(1_000);
  queue.add("a", "x", LIVE);
  await clock.advance(1_000);
  queue.add("a", "x", LIVE);
  await end("slow");
  deepStrictEqual(running(), ["x"]);
  await end("x");
});

Deno.test("WorkQueue lets what is live go before first looks, which it does not starve", async () => {
  const { result, end, running } = held();
  const { clock, queue } = makeQueue(result, { concurrency: 1 });
  queue.add("a", "busy", LIVE);
  queue.add("a", "first", FIRST);
  await clock.advance(4_000);
  queue.add("a", "live", LIVE);
  await end("busy");
  deepStrictEqual(running(), ["live"]);
  await clock.advance(2_000);
  queue.add("a", "late", LIVE);
  await end("live");
  deepStrictEqual(running(), ["first"]);
  await end("first");
  await end("late");
});

Deno.test("WorkQueue moves a first look forward if something happens to the object", async () => {
  const { result, end, running } = held();
  const { queue } = makeQueue(result, { concurrency: 1 });
  queue.add("a", "busy", LIVE);
  for (const key of ["one", "two"]) queue.add("a", key, FIRST);
  queue.add("a", "two", LIVE);
  await end("busy");
  deepStrictEqual(running(), ["two"]);
  await end("two");
  await end("one");
});

Deno.test("WorkQueue gives each rule its turn", async () => {
  const { result, end, running } = held();
  const { clock, queue } = makeQueue(result, {}, 1);
  const other = held();
  queue.addRule("b", { concurrency: 1, run: other.result });
  for (const key of ["1", "2", "3"]) {
    queue.add("a", key, LIVE);
    await clock.advance(1);
  }
  queue.add("b", "x", LIVE);
  await clock.advance(1);
  queue.add("a", "4", LIVE);
  for (const key of ["1", "2", "3"]) await end(key);
  deepStrictEqual([running(), other.running()], [[], ["x"]]);
  await other.end("x");
  await end("4");
});

Deno.test("WorkQueue begins nothing after close(), which waits for what runs", async () => {
  const { result, end, running } = held();
  const { clock, queue, runs } = makeQueue(result, { concurrency: 1 });
  queue.add("a", "x", LIVE);
  queue.add("a", "y", LIVE);
  queue.add("a", "z", { live: true, delayMs: 10 });
  let closed = false;
  const closing = queue.close().then(() => closed = true);
  await settle();
  strictEqual(closed, false);
  await end("x", FAILED);
  await closing;
  queue.add("a", "w", LIVE);
  await clock.advance(1_000_000);
  deepStrictEqual(running(), []);
  strictEqual(runs.length, 1);
  await queue.idle();
});

Deno.test("WorkQueue.idle() waits for what is ready, not for what waits for a time", async () => {
  const { clock, queue, runs } = makeQueue();
  for (const key of ["1", "2", "3", "4", "5", "6"]) queue.add("a", key, LIVE);
  queue.add("a", "later", { live: true, delayMs: 1_000 });
  await queue.idle();
  strictEqual(runs.length, 6);
  await clock.advance(1_000);
  strictEqual(runs.length, 7);
});

type Step =
  | { readonly type: "add"; readonly rule: "a" | "b"; readonly key: string; readonly cause: WorkCause }
  | { readonly type: "end"; readonly index: number; readonly how: WorkResult }
  | { readonly type: "pass"; readonly ms: number };

const STEP: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    type: fc.constant("add" as const),
    rule: fc.constantFrom("a" as const, "b" as const),
    key: fc.constantFrom("1", "2", "3", "4"),
    cause: fc.record({ live: fc.boolean(), fresh: fc.boolean() }),
  }),
  fc.record({
    type: fc.constant("end" as const),
    index: fc.nat(8),
    how: fc.constantFrom<WorkResult>(DONE, FAILED, { status: "permanent" }, { status: "done", againMs: 700 }),
  }),
  fc.record({ type: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 8_000 }) }),
);

Deno.test("WorkQueue never runs a key twice at once, keeps to its limits, and loses nothing", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(STEP, { maxLength: 60 }), async (steps) => {
      const clock = new ManualClock();
      const queue = new WorkQueue({ clock, concurrency: 3 });
      const running = new Map<string, (how: WorkResult) => void>();
      /** Keys that have to run, because what is wanted has changed since their last run began. */
      const due = new Set<string>();
      const limits = { a: 2, b: 3 };
      const count = (rule: string) => [...running.keys()].filter((key) => key.startsWith(rule)).length;
      for (const rule of ["a", "b"] as const) {
        queue.addRule(rule, {
          concurrency: limits[rule],
          ...(rule === "b" && { debounce: { waitMs: 500, longestMs: 2_000 } }),
          run(key) {
            const id = `${rule}${key}`;
            strictEqual(running.has(id), false, `${id} runs twice at once`);
            due.delete(id);
            return new Promise((resolve) => running.set(id, resolve));
          },
        });
      }
      const check = () => {
        ok(count("a") <= limits.a && count("b") <= limits.b && running.size <= 3);
        strictEqual(queue.counts("a").running + queue.counts("b").running, running.size);
      };
      const end = async (id: string, how: WorkResult) => {
        const resolve = running.get(id)!;
        running.delete(id);
        resolve(how);
        await settle();
      };
      for (const step of steps) {
        if (step.type === "add") {
          if (step.cause.fresh) due.add(`${step.rule}${step.key}`);
          queue.add(step.rule, step.key, step.cause);
        } else if (step.type === "pass") await clock.advance(step.ms);
        else if (running.size > 0) await end([...running.keys()][step.index % running.size]!, step.how);
        check();
      }
      for (let i = 0; i < 50; i++) {
        for (const id of [...running.keys()]) await end(id, DONE);
        await clock.advance(1_000);
        check();
      }
      deepStrictEqual([...due], []);
      for (const rule of ["a", "b"]) strictEqual(queue.counts(rule).ready, 0);
      const closing = queue.close();
      for (const id of [...running.keys()]) await end(id, DONE);
      await closing;
    }),
    { numRuns: 200 },
  );
});
