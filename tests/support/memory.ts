/**
 * What a program holds on to, apart from garbage: the size of the process depends on when the collector ran.
 *
 * @module
 */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Collects garbage and tells how many bytes of the heap and of buffers are left.
 *
 * @returns The bytes that are in use.
 *
 * @example Usage
 * ```ts
 * import { ok } from "node:assert/strict";
 *
 * const before = heldBytes();
 * const held = new Uint8Array(50_000_000);
 * ok(heldBytes() - before > 49_000_000 && held.length > 0);
 * ```
 */
export function heldBytes(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

/**
 * Runs a function and tells how much it held at most beyond what was held before, looking four times a second.
 *
 * @param run The function.
 * @returns The bytes.
 *
 * @example Usage
 * ```ts
 * import { ok } from "node:assert/strict";
 *
 * ok(await mostHeldBytes(async () => {}) < 20_000_000);
 * ```
 */
export async function mostHeldBytes(run: () => Promise<void>): Promise<number> {
  const beforeBytes = heldBytes();
  let mostBytes = 0;
  const timer = setInterval(() => mostBytes = Math.max(mostBytes, heldBytes() - beforeBytes), 250);
  try {
    await run();
  } finally {
    clearInterval(timer);
  }
  return mostBytes;
}
