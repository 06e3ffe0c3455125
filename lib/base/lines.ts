/**
 * Splits a stream of bytes into lines of text.
 *
 * @module
 */

import { concatenate } from "./bytes.ts";

const NEWLINE = 10;
const BUFFER_SIZE = 32_768;

/** Options of {@linkcode readLines}. */
export interface ReadLinesOptions {
  /** Whether every line counts: empty ones, and a last one without a line feed. @default {false} */
  readonly all?: boolean | undefined;
}

/**
 * Splits a stream of UTF-8 text at line feeds. Unless all lines count, a last line without a line feed is dropped: it was
 * cut off; and empty lines are left out.
 *
 * Whole chunks are decoded up to their last line feed, which measured faster than any per-line decoding.
 *
 * @param stream The stream; it is cancelled when the caller stops reading.
 * @param options Which lines count.
 * @yields One line after the other, without its line feed.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const stream = () => ReadableStream.from(["a\nb", "c\n\ncut"]).pipeThrough(new TextEncoderStream());
 * deepStrictEqual(await Array.fromAsync(readLines(stream())), ["a", "bc"]);
 * deepStrictEqual(await Array.fromAsync(readLines(stream(), { all: true })), ["a", "bc", "", "cut"]);
 * ```
 */
export async function* readLines(
  stream: ReadableStream<Uint8Array>,
  { all = false }: ReadLinesOptions = {},
): AsyncGenerator<string> {
  // A byte order mark is nothing special in the middle of a stream, where a chunk may begin.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let rest: Uint8Array[] = [];
  const chunks = readChunks(stream);
  try {
    for (let chunk = await chunks.next(); chunk; chunk = await chunks.next()) {
      const end = chunk.lastIndexOf(NEWLINE);
      if (end < 0) {
        rest.push(chunk.slice());
        continue;
      }
      const text = decoder.decode(concatenate([...rest, chunk.subarray(0, end)]));
      rest = end + 1 < chunk.length ? [chunk.slice(end + 1)] : [];
      for (const line of text.split("\n")) {
        if (all || line !== "") yield line;
      }
    }
  } finally {
    await chunks.cancel();
  }
  if (all && rest.length > 0) yield decoder.decode(concatenate(rest));
}

interface Chunks {
  /** Reads the next one; `undefined` at the end. */
  next(): Promise<Uint8Array | undefined>;
  cancel(): Promise<void>;
}

// Reads into the same memory again and again, so a chunk is good until the next one. By default the runtime takes new
// memory for every chunk, which for a watch costs as much as all the rest.
function readChunks(stream: ReadableStream<Uint8Array>): Chunks {
  const bytes = byteReader(stream);
  if (!bytes) {
    const reader = stream.getReader();
    return { next: async () => (await reader.read()).value, cancel: () => reader.cancel() };
  }
  let buffer = new Uint8Array(BUFFER_SIZE);
  return {
    async next() {
      const { done, value } = await bytes.read(buffer);
      if (done) return undefined;
      buffer = new Uint8Array(value.buffer);
      return value;
    },
    cancel: () => bytes.cancel(),
  };
}

// Streams of the network can do that, others cannot.
function byteReader(stream: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | undefined {
  try {
    return stream.getReader({ mode: "byob" });
  } catch {
    return undefined;
  }
}
