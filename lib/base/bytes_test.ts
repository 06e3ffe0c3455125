import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { ByteReader, concatenate } from "./bytes.ts";

async function* pieces(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

Deno.test("ByteReader.take() takes what is asked for, however it comes", async () => {
  const parts = fc.array(fc.uint8Array({ maxLength: 20 }));
  await fc.assert(
    fc.asyncProperty(parts, fc.array(fc.nat(30)), async (parts, lengths) => {
      const whole = concatenate(parts);
      const reader = new ByteReader(pieces(parts));
      let at = 0;
      for (const length of lengths) {
        const taken = await reader.take(length);
        if (at + length > whole.length) return strictEqual(taken, undefined);
        deepStrictEqual([...taken!], [...whole.subarray(at, at + length)]);
        at += length;
      }
      const rest = await Array.fromAsync(untilEnd(reader));
      deepStrictEqual([...concatenate(rest)], [...whole.subarray(at)]);
    }),
  );
});

async function* untilEnd(reader: ByteReader): AsyncGenerator<Uint8Array> {
  for (let some = await reader.takeSome(); some; some = await reader.takeSome()) yield some;
}

Deno.test("ByteReader.takeThrough() takes up to a byte, and gives up after the limit and at the end", async () => {
  const parts = [[1, 2], [3, 10, 4], [5, 6, 7]].map((bytes) => new Uint8Array(bytes));
  const reader = new ByteReader(pieces(parts));
  deepStrictEqual(await reader.takeThrough(10, 100), new Uint8Array([1, 2, 3, 10]));
  strictEqual(await reader.takeThrough(10, 100), undefined);
  deepStrictEqual(await reader.takeSome(), new Uint8Array([4, 5, 6, 7]));
  strictEqual(await new ByteReader(pieces(parts)).takeThrough(7, 4), undefined);
});

Deno.test("ByteReader reads no further than it has to", async () => {
  let pulled = 0;
  const source = async function* () {
    for (;;) yield new Uint8Array([pulled++]);
  };
  const reader = new ByteReader(source());
  await reader.take(3);
  strictEqual(pulled, 3);
});
