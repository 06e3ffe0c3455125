import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { Merge } from "./merge.ts";

Deno.test("Merge gives the items of sources that are added while it is read", async () => {
  const merge = new Merge<number>();
  async function* later() {
    yield 1;
    merge.add(ReadableStream.from([2, 3]));
    yield 4;
  }
  merge.add(later());
  deepStrictEqual((await Array.fromAsync(merge)).sort(), [1, 2, 3, 4]);
});

Deno.test("Merge fails with the first source that fails", async () => {
  const merge = new Merge<number>();
  const fault = new Error("mine");
  merge.add(new ReadableStream({ pull: (controller) => controller.error(fault) }));
  merge.add(ReadableStream.from([1]));
  await rejects(Array.fromAsync(merge), fault);
  await merge.settled();
});

Deno.test("Merge reads no source further than one item ahead, and none after its reader has stopped", async () => {
  let pulled = 0;
  let ended = false;
  async function* counting() {
    try {
      for (;;) yield pulled++;
    } finally {
      ended = true;
    }
  }
  const merge = new Merge<number>();
  merge.add(counting());
  for await (const item of merge) {
    if (item === 5) break;
  }
  await merge.settled();
  strictEqual(ended, true);
  strictEqual(pulled <= 7, true, String(pulled));
});
