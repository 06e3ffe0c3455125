import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { readFields, type WireValue } from "./wire.ts";

Deno.test("readFields() reads what is written", () => {
  const number = fc.integer({ min: 1, max: 2 ** 29 - 1 });
  const integer = fc.tuple(number, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.constant("varint"));
  const small = fc.tuple(number, fc.integer().map(BigInt), fc.constant("varint"));
  const double = fc.tuple(number, fc.double(), fc.constant("double"));
  const bytes = fc.tuple(number, fc.uint8Array({ maxLength: 300 }), fc.constant("bytes"));
  fc.assert(fc.property(fc.array(fc.oneof(integer, small, double, bytes)), (fields) => {
    const message = Uint8Array.from(fields.flatMap(([number, value]) => encode(number, value)));
    deepStrictEqual(
      [...readFields(message)].map(([number, value]) => [number, plain(value)]),
      fields.map(([number, value]) => [number, plain(value)]),
    );
  }));
});

/** Integers are numbers as long as these can hold them. */
function plain(value: WireValue): unknown {
  if (value instanceof Uint8Array) return [...value];
  return typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function encode(number: number, value: WireValue): number[] {
  const tag = (wireType: number) => varint(BigInt(number) << 3n | BigInt(wireType));
  if (value instanceof Uint8Array) return [...tag(2), ...varint(BigInt(value.length)), ...value];
  if (typeof value === "bigint") return [...tag(0), ...varint(BigInt.asUintN(64, value))];
  return [...tag(1), ...new Uint8Array(Float64Array.of(value).buffer)];
}

function varint(value: bigint): number[] {
  return value < 128n ? [Number(value)] : [Number(value & 127n) | 128, ...varint(value >> 7n)];
}
