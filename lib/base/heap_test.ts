import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { Heap } from "./heap.ts";

Deno.test("Heap gives back what was pushed, the least first, also between pushes", () => {
  const step = fc.oneof(fc.record({ push: fc.integer({ min: -5, max: 5 }) }), fc.constant("pop" as const));
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const heap = new Heap<number>((item) => item);
    let model: number[] = [];
    for (const step of steps) {
      if (step === "pop") {
        strictEqual(heap.pop(), model[0]);
        model = model.slice(1);
      } else {
        heap.push(step.push);
        model = [...model, step.push].toSorted((a, b) => a - b);
      }
      strictEqual(heap.size, model.length);
      strictEqual(heap.peek(), model[0]);
    }
  }));
});

Deno.test("Heap ranks items by what it was told", () => {
  const heap = new Heap<string>((item) => -item.length);
  for (const item of ["a", "ccc", "bb"]) heap.push(item);
  deepStrictEqual([heap.pop(), heap.pop(), heap.pop(), heap.pop()], ["ccc", "bb", "a", undefined]);
});
