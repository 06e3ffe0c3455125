import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { readLines } from "./lines.ts";

/** Cuts a text into chunks of bytes of the given sizes. */
function chunksOf(text: string, sizes: readonly number[]): Uint8Array[] {
  const bytes = new TextEncoder().encode(text);
  const chunks: Uint8Array[] = [];
  let at = 0;
  for (const size of sizes) chunks.push(bytes.subarray(at, at += size));
  return [...chunks, bytes.subarray(at)];
}

function streamOf(text: string, sizes: readonly number[]): ReadableStream<Uint8Array> {
  return ReadableStream.from(chunksOf(text, sizes));
}

/** The same as a stream of bytes, as those of the network are. */
function byteStreamOf(text: string, sizes: readonly number[]): ReadableStream<Uint8Array> {
  const chunks = chunksOf(text, sizes).filter((chunk) => chunk.length > 0);
  return new ReadableStream({
    type: "bytes",
    pull(controller) {
      const chunk = chunks.shift();
      if (chunk) return controller.enqueue(chunk.slice());
      controller.close();
      controller.byobRequest?.respond(0);
    },
  });
}

for (
  const [name, text, lines] of [
    ["nothing", "", []],
    ["a line", "a\n", ["a"]],
    ["empty lines", "\n\na\n\n", ["a"]],
    ["a line that was cut off", "a\nb", ["a"]],
    ["a carriage return", "a\r\nb\n", ["a\r", "b"]],
    ["a byte order mark", "\ufeffa\n\ufeffb\n", ["\ufeffa", "\ufeffb"]],
    ["text beyond ASCII", "ä€😀\n", ["ä€😀"]],
  ] as const
) {
  Deno.test(`readLines() reads ${name}, whole and byte by byte`, async () => {
    deepStrictEqual(await Array.fromAsync(readLines(streamOf(text, []))), lines);
    const bytes = new Array(text.length * 4).fill(1);
    deepStrictEqual(await Array.fromAsync(readLines(streamOf(text, bytes))), lines);
  });
}

Deno.test("readLines() passes the stream's error on, after the lines before it", async () => {
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.error(new Error("cut"));
    },
    start(controller) {
      controller.enqueue(new TextEncoder().encode("a\nb"));
    },
  }, { highWaterMark: 0 });
  const lines: string[] = [];
  await rejects(
    async () => {
      for await (const line of readLines(stream)) lines.push(line);
    },
    /cut/,
  );
  deepStrictEqual(lines, ["a"]);
});

Deno.test("readLines() cancels the stream when the reader stops", async () => {
  let cancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(new TextEncoder().encode("a\n"));
    },
    cancel() {
      cancelled = true;
    },
  });
  for await (const line of readLines(stream)) {
    strictEqual(line, "a");
    break;
  }
  strictEqual(cancelled, true);
});

Deno.test("property: readLines() equals a naive split, however the bytes come", async () => {
  const text = fc.string({ unit: fc.constantFrom("a", "\n", "ä", "😀", "\ufeff", "\r"), maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(text, fc.array(fc.nat({ max: 9 })), async (text, sizes) => {
      const naive = text.split("\n").slice(0, -1).filter((line) => line !== "");
      deepStrictEqual(await Array.fromAsync(readLines(streamOf(text, sizes))), naive);
      deepStrictEqual(await Array.fromAsync(readLines(byteStreamOf(text, sizes))), naive);
    }),
    { numRuns: 150 },
  );
});
