import { strictEqual, throws } from "node:assert/strict";
import { initial, isMarked, unmark } from "./initial.ts";

Deno.test("initial() marks a value", () => {
  const marked: unknown = initial(2);
  strictEqual(isMarked(marked) && unmark(marked), 2);
  for (const value of [undefined, null, 2, {}]) strictEqual(isMarked(value), false);
});

Deno.test("initial() catches computing with the mark", () => {
  throws(() => initial(2) + 1, /Cannot compute with a value marked with initial\(\)/);
  throws(() => `${initial("web")}-0`, TypeError);
});
