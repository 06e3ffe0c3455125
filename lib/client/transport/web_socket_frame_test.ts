import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { ByteReader } from "../../base/bytes.ts";
import { encodeFrame, OPCODE, readFrame } from "./web_socket_frame.ts";

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function unmasked(frame: Uint8Array, length: number): Uint8Array {
  const start = frame.length - length;
  const mask = frame.subarray(start - 4, start);
  const payload = frame.subarray(start).map((byte, i) => byte ^ mask[i & 3]!);
  const head = frame.slice(0, start - 4);
  head[1]! &= 0x7f;
  return new Uint8Array([...head, ...payload]);
}

Deno.test("readFrame() reads what encodeFrame() makes, without its mask", async () => {
  const lengths = fc.constantFrom(0, 1, 125, 126, 127, 65_535, 65_536, 70_000);
  const masks = fc.uint8Array({ minLength: 4, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(lengths, masks, async (length, mask) => {
      const payload = Uint8Array.from({ length }, (_, i) => i);
      const frame = encodeFrame(OPCODE.binary, payload, mask);
      const reader = new ByteReader(once(unmasked(frame, length)));
      deepStrictEqual(await readFrame(reader), { opcode: OPCODE.binary, final: true, payload });
      strictEqual(await readFrame(reader), undefined);
    }),
  );
});

Deno.test("encodeFrame() masks as RFC 6455 shows", () => {
  const mask = new Uint8Array([0x37, 0xfa, 0x21, 0x3d]);
  const frame = encodeFrame(OPCODE.text, new TextEncoder().encode("Hello"), mask);
  strictEqual(frame.toHex(), "818537fa213d7f9f4d5158");
});

Deno.test("readFrame() tells parts of a message, and a connection that is cut", async () => {
  const reader = new ByteReader(once(Uint8Array.fromHex("010348656c80026c6f8205")));
  deepStrictEqual((await readFrame(reader))?.final, false);
  deepStrictEqual(await readFrame(reader), { opcode: 0, final: true, payload: new TextEncoder().encode("lo") });
  strictEqual(await readFrame(reader), undefined);
});
