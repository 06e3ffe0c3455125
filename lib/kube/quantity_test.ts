import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import * as fc from "fast-check";
import { canonicalQuantity, compareQuantities, parseQuantity } from "./quantity.ts";

// Printed by k8s.io/apimachinery v0.37.1: `resource.MustParse(input).String()`, as input=output.
const GOLDEN = `
0=0 0.0=0 -0=0 0Ki=0 0e5=0 +=0 .=0 Ki=0 1=1 +1=+1 01=01 -1=-1 1.=1. .5=500m -.5=-500m 0.5=500m 1.0=1 1.5=1500m
1.25=1250m 1.234=1.234 1.500=1.500 1.000=1 12.3400=12340m 100m=100m 1000m=1 1500m=1500m 0.1m=100u 1u=1u 0.1n=1n
1.5n=2n -0.1n=-1n 1000n=1u 1k=1k 1000k=1M 1000Ki=1000Ki 1024Ki=1Mi 1024Mi=1Gi 1048576Ki=1Gi 1.5Gi=1536Mi
-1.5Gi=-1536Mi 0.5Gi=512Mi 0.25Ki=256 1.1Ki=1126400m 1.0001Ki=1024102400u 300.0Mi=300Mi 0.3Mi=314572800m 8Ki=8Ki
+12Ki=+12Ki 1.Ki=1.Ki 1023=1023 2048=2048 1e3=1e3 1E3=1E3 1e+3=1e+3 1e-3=1e-3 1e-10=1e-9 10e2=1e3 1000e0=1e3
1.5e3=1500 1e19=10e18 1e100=10e99 1e-100=1e-9 1e-7=100e-9 1e+21=1e+21 7Ei=7Ei 8Ei=9223372036854775807
-9Ei=-9223372036854775807 12E=12E 1000E=1 1000P=1E 9223372036854775808=9223372036854775808
0.123456789012345678=123456790n 123456789.987654321987=123456789987654322n 99999999999999999n=99999999999999999n
1.0000000001Gi=1073741824107374183n 2.5Ti=2560Gi 4096Pi=4Ei 128974848000m=128974848
`;

Deno.test("canonicalQuantity() prints what Go prints", () => {
  for (const pair of GOLDEN.trim().split(/\s+/)) {
    const [input = "", want] = pair.split("=");
    strictEqual(canonicalQuantity(input), want, `canonicalQuantity("${input}")`);
  }
});

Deno.test("canonicalQuantity() takes numbers as JSON writes them, and spaces around a text", () => {
  const cases: [string | number | bigint, string][] = [
    [1, "1"],
    [0.5, "500m"],
    [1e21, "1e+21"],
    [9007199254740993n, "9007199254740993"],
    [" 1 ", "1"],
  ];
  for (const [input, want] of cases) strictEqual(canonicalQuantity(input), want);
});

Deno.test("parseQuantity() refuses what is no quantity", () => {
  const cases = [
    "",
    " ",
    "1K",
    "1 k",
    "a",
    "1a",
    "1.2.3",
    "--1",
    "1ki",
    "1e",
    "1e1.5",
    "1Kii",
    "NaN",
    "Infinity",
    "1e1000",
  ];
  for (const text of cases) throws(() => parseQuantity(text), RangeError, text);
  throws(() => parseQuantity("1 k"), { message: /^Cannot read "1 k" as a quantity: / });
});

Deno.test("parseQuantity() tells value and format", () => {
  deepStrictEqual(parseQuantity("2500m"), { unscaled: 25n, exponent: -1, format: "DecimalSI" });
  deepStrictEqual(parseQuantity("-2Ki"), { unscaled: -2048n, exponent: 0, format: "BinarySI" });
  deepStrictEqual(parseQuantity("3e5"), { unscaled: 3n, exponent: 5, format: "DecimalExponent" });
  deepStrictEqual(parseQuantity("0Gi"), { unscaled: 0n, exponent: 0, format: "BinarySI" });
});

Deno.test("compareQuantities() compares by value", () => {
  const cases: [string | number, string | number, -1 | 0 | 1][] = [
    ["1Gi", "1024Mi", 0],
    ["1000m", 1, 0],
    ["0.1", "100m", 0],
    ["1e3", "1k", 0],
    ["0.1n", "1n", 0],
    ["-0", "0Ki", 0],
    ["1G", "1Gi", -1],
    ["-1", "1n", -1],
    ["-1k", "-1M", 1],
    ["1e999", "1e998", 1],
    ["9007199254740993", "9007199254740992", 1],
  ];
  for (const [a, b, want] of cases) {
    strictEqual(compareQuantities(a, b), want, `${a} and ${b}`);
    strictEqual(compareQuantities(b, a), want === 0 ? 0 : -want, `${b} and ${a}`);
  }
});

// Without the exponents beyond "E": what Go prints for those does not read back as the same value.
const quantity = fc
  .tuple(
    fc.constantFrom("", "-", "+"),
    fc.bigInt({ min: 0n, max: 10n ** 20n }),
    fc.option(fc.stringMatching(/^\d{1,12}$/), { nil: undefined }),
    fc.constantFrom("", "n", "u", "m", "k", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "e0", "e2", "e-4", "E7"),
  )
  .map(([sign, whole, fraction, suffix]) => sign + whole + (fraction === undefined ? "" : `.${fraction}`) + suffix);

Deno.test("canonicalQuantity() keeps the value and settles at once", () => {
  fc.assert(fc.property(quantity, (text) => {
    const canonical = canonicalQuantity(text);
    strictEqual(compareQuantities(canonical, text), 0);
    strictEqual(canonicalQuantity(canonical), canonical);
  }));
});
