/**
 * Turns of the event loop, by which one can tell that nothing happens any more.
 *
 * @module
 */

import { setImmediate } from "node:timers";

/** After so many turns without anything new, nothing more comes: what is computed aside takes a few. */
export const QUIET_TURNS = 4;

/** Lets the event loop turn once: whatever is ready by now happens. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
