/**
 * Quantities such as `500m`, `1.5Gi` or `2e3`: read, compared and printed exactly as Go's `resource.Quantity` does.
 *
 * The API server stores a quantity of a built-in kind not as it was sent but in canonical form, so this decides whether
 * a value that looks different is different. Everything is computed in integers, as nothing may be rounded.
 *
 * @module
 */

/** A quantity as it may stand in an object: text, or a number. */
export type QuantityValue = string | number | bigint;

/** A quantity that was read: `unscaled` times ten to the power of `exponent`. */
export interface Quantity {
  /** The digits, without trailing zeros. */
  readonly unscaled: bigint;
  /** The power of ten; 0 if the quantity is zero, never below -9. */
  readonly exponent: number;
  /** How it was written, and so how it is printed. */
  readonly format: "DecimalSI" | "BinarySI" | "DecimalExponent";
}

/** A quantity's text, split. */
interface Parts {
  readonly text: string;
  readonly negative: boolean;
  /** Digits before the point, without leading zeros. */
  readonly whole: string;
  readonly fraction: string;
  readonly format: Quantity["format"];
  /** The exponent that the suffix stands for, to the base 10, or 1024 for `BinarySI`. */
  readonly power: number;
}

const PATTERN = /^ *(([+-]?)0*(\d*)(?:\.(\d*))?([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d{1,3})?) *$/;
const DECIMAL_SUFFIXES = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
const BINARY_SUFFIXES = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const NANO = -9;
const MAX_INT64 = 2n ** 63n - 1n;

/**
 * Reads a quantity.
 *
 * As in Go, what is smaller than a billionth is rounded up (away from zero), and a quantity with a binary suffix is
 * capped at 2^63-1.
 *
 * @param value The quantity.
 * @returns Its exact value and its format.
 * @throws {RangeError} If it is not a quantity, or has an exponent of more than three digits.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(parseQuantity("2500m"), { unscaled: 25n, exponent: -1, format: "DecimalSI" });
 * ```
 */
export function parseQuantity(value: QuantityValue): Quantity {
  return quantityOf(split(value));
}

/**
 * Prints a quantity as the API server stores it.
 *
 * @param value The quantity.
 * @returns What Go's `Quantity.String()` returns after it read the same value.
 * @throws {RangeError} If it is not a quantity.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(canonicalQuantity("1000m"), "1");
 * strictEqual(canonicalQuantity(0.5), "500m");
 * strictEqual(canonicalQuantity("1.5Gi"), "1536Mi");
 * ```
 */
export function canonicalQuantity(value: QuantityValue): string {
  const parts = split(value);
  return keepsItsText(parts) ? parts.text : formatQuantity(quantityOf(parts));
}

/**
 * Compares two quantities by value.
 *
 * @param a One quantity.
 * @param b The other.
 * @returns Negative if `a` is smaller, 0 if they are equal, positive if `a` is greater.
 * @throws {RangeError} If one of them is not a quantity.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(compareQuantities("1Gi", "1024Mi"), 0);
 * strictEqual(compareQuantities("1G", "1Gi"), -1);
 * ```
 */
export function compareQuantities(a: QuantityValue, b: QuantityValue): -1 | 0 | 1 {
  const x = parseQuantity(a);
  const y = parseQuantity(b);
  const exponent = Math.min(x.exponent, y.exponent);
  const difference = x.unscaled * power10(x.exponent - exponent) - y.unscaled * power10(y.exponent - exponent);
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

function split(value: QuantityValue): Parts {
  const match = PATTERN.exec(String(value));
  if (!match?.[1]) {
    throw new RangeError(
      `Cannot read "${value}" as a quantity: write a number with a suffix, for example "500m", "2", "1.5Gi" or "1e3"`,
    );
  }
  const [, text, sign, whole = "", fraction = "", suffix = ""] = match;
  return { text, negative: sign === "-", whole, fraction, ...interpret(suffix) };
}

function interpret(suffix: string): Pick<Parts, "format" | "power"> {
  const decimal = DECIMAL_SUFFIXES.indexOf(suffix);
  if (decimal >= 0) return { format: "DecimalSI", power: NANO + 3 * decimal };
  const binary = BINARY_SUFFIXES.indexOf(suffix);
  if (binary >= 0) return { format: "BinarySI", power: binary };
  return { format: "DecimalExponent", power: Number(suffix.slice(1)) };
}

function quantityOf(parts: Parts): Quantity {
  const isBinary = parts.format === "BinarySI";
  let unscaled = BigInt(parts.whole + parts.fraction);
  if (isBinary) unscaled *= 1024n ** BigInt(parts.power);
  let exponent = (isBinary ? 0 : parts.power) - parts.fraction.length;

  if (exponent < NANO) {
    const divisor = power10(NANO - exponent);
    unscaled = (unscaled + divisor - 1n) / divisor;
    exponent = NANO;
  }
  if (isBinary && unscaled > MAX_INT64 * power10(-exponent)) {
    unscaled = MAX_INT64;
    exponent = 0;
  }
  if (unscaled === 0n) return { unscaled, exponent: 0, format: parts.format };
  while (unscaled % 10n === 0n) {
    unscaled /= 10n;
    exponent++;
  }
  return { unscaled: parts.negative ? -unscaled : unscaled, exponent, format: parts.format };
}

// Go remembers the text and prints it again if it looks canonical to the fast path of `ParseQuantity`. That test is
// coarse: it lets "1.234", "+1" and "1E3" through, so these are what the server stores.
function keepsItsText({ whole, fraction, format, power }: Parts): boolean {
  if (whole === "") return false;
  if (format === "BinarySI") {
    return fraction === "" && whole.length <= 14 - 3 * power && Number(whole) % 8 !== 0;
  }
  const digits = whole + fraction;
  const exponent = power - fraction.length;
  return digits.length <= 18 && exponent >= NANO && exponent % 3 === 0 && !digits.endsWith("000");
}

function formatQuantity(quantity: Quantity): string {
  const { unscaled, exponent, format } = quantity;
  if (unscaled === 0n) return "0";
  // A binary suffix is given up where it would lose a fraction, or where not even "Ki" fits.
  if (format === "BinarySI" && exponent >= 0) {
    const integer = unscaled * power10(exponent);
    if (integer <= -1024n || integer >= 1024n) return formatBinary(integer);
  }
  const remainder = (exponent - NANO) % 3;
  const digits = unscaled * power10(remainder);
  const power = exponent - remainder;
  if (format === "DecimalExponent") return power === 0 ? `${digits}` : `${digits}e${power}`;
  // Beyond "E" Go prints no suffix at all. It is wrong by orders of magnitude, and it is what the server stores.
  return `${digits}${DECIMAL_SUFFIXES[(power - NANO) / 3] ?? ""}`;
}

function formatBinary(integer: bigint): string {
  let power = 0;
  while (integer % 1024n === 0n) {
    integer /= 1024n;
    power++;
  }
  return `${integer}${BINARY_SUFFIXES[power]}`;
}

function power10(exponent: number): bigint {
  return 10n ** BigInt(exponent);
}
