/**
 * Splits a stream of bytes into lines of text.
 *
 * @module
 */

const NEWLINE = 10;

/**
 * Splits a stream of UTF-8 text at line feeds. A last line without a line feed is dropped: it was cut off.
 *
 * Whole chunks are decoded up to their last line feed, which measured faster than any per-line decoding.
 *
 * @param stream The stream; it is cancelled when the caller stops reading.
 * @yields One line after the other, without its line feed; empty lines are left out.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const stream = ReadableStream.from(["a\nb", "c\ncut"]).pipeThrough(new TextEncoderStream());
 * deepStrictEqual(await Array.fromAsync(readLines(stream)), ["a", "bc"]);
 * ```
 */
export async function* readLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  // A byte order mark is nothing special in the middle of a stream, where a chunk may begin.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let rest: Uint8Array[] = [];
  for await (const chunk of stream) {
    const end = chunk.lastIndexOf(NEWLINE);
    if (end < 0) {
      rest.push(chunk);
      continue;
    }
    const text = decoder.decode(concatenate([...rest, chunk.subarray(0, end)]));
    rest = end + 1 < chunk.length ? [chunk.subarray(end + 1)] : [];
    for (const line of text.split("\n")) {
      if (line !== "") yield line;
    }
  }
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
