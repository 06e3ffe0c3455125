/**
 * Short hashes that tell templates apart, in the letters of generated names.
 *
 * @module
 */

import { canonicalJson } from "../../base/json.ts";

const ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
const FNV_OFFSET = 2_166_136_261;
const FNV_PRIME = 16_777_619;

/**
 * Hashes a value. Go's controllers hash a text that only Go can make (its memory layout), so theirs are others.
 *
 * @param value The value.
 * @param collisions How often another value had the same hash.
 * @returns The hash.
 */
export function templateHash(value: unknown, collisions = 0): string {
  let hash = FNV_OFFSET;
  for (const byte of new TextEncoder().encode(`${canonicalJson(value)}${collisions || ""}`)) {
    hash = Math.imul(hash ^ byte, FNV_PRIME) >>> 0;
  }
  // As Go's `rand.SafeEncodeString` does it: digits become letters of which no words can be made.
  return Array.from(String(hash), (digit) => ALPHABET[digit.charCodeAt(0) % ALPHABET.length]).join("");
}
