import { strictEqual } from "node:assert/strict";
import { compareResourceVersions } from "./resource_version.ts";

const cases: [a: string, b: string, sign: number | undefined][] = [
  ["1", "1", 0],
  ["1", "2", -1],
  ["10", "9", 1],
  ["9007199254740992", "9007199254740993", -1],
  ["99999999999999999999", "100000000000000000000", -1],
  ["0", "1", undefined],
  ["01", "1", undefined],
  ["", "1", undefined],
  ["1", "a", undefined],
  ["a", "a", 0],
];
for (const [a, b, sign] of cases) {
  Deno.test(`compareResourceVersions() compares "${a}" and "${b}"`, () => {
    const result = compareResourceVersions(a, b);
    strictEqual(result === undefined ? undefined : Math.sign(result), sign);
  });
}
