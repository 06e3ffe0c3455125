import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { constants, inflateSync } from "node:zlib";
import { ByteReader, concatenate } from "../../base/bytes.ts";
import { dataFrame, openStreams, readSpdyEvent, STREAM } from "./spdy.ts";

/** Splits bytes into frames. */
function framesOf(bytes: Uint8Array): Uint8Array[] {
  if (bytes.length === 0) return [];
  const length = 8 + (new DataView(bytes.buffer, bytes.byteOffset).getUint32(4) & 0xff_ff_ff);
  return [bytes.subarray(0, length), ...framesOf(bytes.subarray(length))];
}

/** Reads the pairs of a header block. */
function pairsOf(block: Uint8Array): [string, string][] {
  const view = new DataView(block.buffer, block.byteOffset);
  let at = 4;
  const text = () => {
    const start = at + 4;
    at = start + view.getUint32(at);
    return new TextDecoder().decode(block.subarray(start, at));
  };
  return Array.from({ length: view.getUint32(0) }, () => [text(), text()]);
}

Deno.test("openStreams() begins the error stream, ends our side of it, and begins the data stream", () => {
  const [error, end, data] = framesOf(openStreams(8080)) as [Uint8Array, Uint8Array, Uint8Array];
  strictEqual(error.subarray(0, 4).toHex(), "80030001");
  strictEqual(error.subarray(8, 18).toHex(), "00000001000000000000");
  strictEqual(end.toHex(), "0000000101000000");
  strictEqual(data.subarray(0, 4).toHex(), "80030001");
  strictEqual(data.subarray(8, 18).toHex(), "00000003000000000000");
  // Both header blocks are one zlib stream, which can be read after each of them.
  const options = { finishFlush: constants.Z_SYNC_FLUSH };
  const first = inflateSync(error.subarray(18), options);
  const both = inflateSync(concatenate([error.subarray(18), data.subarray(18)]), options);
  deepStrictEqual(pairsOf(first), [["streamtype", "error"], ["port", "8080"], ["requestid", "0"]]);
  deepStrictEqual(pairsOf(both.subarray(first.length)), [["streamtype", "data"], ["port", "8080"], ["requestid", "0"]]);
});

const nothing = new Uint8Array();
const hello = new TextEncoder().encode("hello");
const events = [
  {
    name: "data",
    frame: dataFrame(STREAM.data, hello, false),
    event: { stream: 3, data: hello, end: false, reset: false },
  },
  {
    name: "an end",
    frame: dataFrame(STREAM.data, nothing, true),
    event: { stream: 3, data: nothing, end: true, reset: false },
  },
  {
    name: "a stream that is broken off",
    frame: Uint8Array.fromHex("80030003000000080000000300000005"),
    event: { stream: 3, data: nothing, end: true, reset: true },
  },
  {
    name: "a reply",
    frame: Uint8Array.fromHex("80030002000000080000000300000000"),
    event: { stream: 3, data: nothing, end: false, reset: false },
  },
  {
    name: "a ping, which is sent back",
    frame: Uint8Array.fromHex("800300060000000400000002"),
    event: {
      stream: 0,
      data: nothing,
      end: false,
      reset: false,
      reply: Uint8Array.fromHex("800300060000000400000002"),
    },
  },
  {
    name: "settings, which do not matter",
    frame: Uint8Array.fromHex("800300040000000400000000"),
    event: { stream: 0, data: nothing, end: false, reset: false },
  },
  {
    name: "that the server goes away",
    frame: Uint8Array.fromHex("80030007000000080000000300000000"),
    event: undefined,
  },
  { name: "a frame that is cut", frame: dataFrame(STREAM.data, hello, false).subarray(0, 10), event: undefined },
];
for (const { name, frame, event } of events) {
  Deno.test(`readSpdyEvent() reads ${name}`, async () => {
    async function* source() {
      yield frame;
    }
    deepStrictEqual(await readSpdyEvent(new ByteReader(source())), event);
  });
}
