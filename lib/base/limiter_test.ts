import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { Limiter } from "./limiter.ts";

for (const limit of [0, -1, 1.5, NaN, Infinity]) {
  Deno.test(`Limiter refuses the limit ${limit}`, () => {
    throws(() => new Limiter(limit), {
      name: "RangeError",
      message: `Cannot limit concurrency as "limit" must be a positive integer: current value is ${limit}`,
    });
  });
}

Deno.test("Limiter.run() returns what the work returns, and frees the place of work that throws", async () => {
  const limiter = new Limiter(1);
  const failure = new Error("failed");
  await rejects(limiter.run(() => Promise.reject(failure)), failure);
  await rejects(
    limiter.run(() => {
      throw failure;
    }),
    failure,
  );
  strictEqual(await limiter.run(() => Promise.resolve(7)), 7);
});

Deno.test("Limiter.run() keeps the order of arrival, also for those who come while a place is handed on", async () => {
  const limiter = new Limiter(1);
  const order: string[] = [];
  const work = (name: string) => () => Promise.resolve(order.push(name));
  let late: Promise<unknown> | undefined;
  const first = limiter.run(() => Promise.resolve(order.push("first"))).then(() => late = limiter.run(work("late")));
  const second = limiter.run(work("second"));
  const third = limiter.run(work("third"));
  await Promise.all([first, second, third]);
  await late;
  deepStrictEqual(order, ["first", "second", "third", "late"]);
});

Deno.test("property: Limiter never runs more than its limit at once, and runs everything", async () => {
  const works = fc.array(fc.record({ turns: fc.integer({ min: 1, max: 4 }), fails: fc.boolean() }), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), works, async (limit, works) => {
      const limiter = new Limiter(limit);
      let running = 0;
      let most = 0;
      const results = await Promise.allSettled(works.map(({ turns, fails }) =>
        limiter.run(async () => {
          most = Math.max(most, ++running);
          for (let turn = 0; turn < turns; turn++) await Promise.resolve();
          running--;
          if (fails) throw new Error("failed");
        })
      ));
      ok(most <= limit);
      strictEqual(most, Math.min(limit, works.length));
      deepStrictEqual(results.map(({ status }) => status === "rejected"), works.map(({ fails }) => fails));
    }),
    { numRuns: 100 },
  );
});
