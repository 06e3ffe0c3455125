/**
 * Ctrl-C: the first one ends a run in good order, the second one at once.
 *
 * @module
 */

import { EXIT_CODES } from "./exit_code.ts";
import type { Host } from "./host.ts";

/** A signal that Ctrl-C aborts; disposing it gives Ctrl-C its usual meaning back. */
export interface Interruption extends Disposable {
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
}

/**
 * Listens for Ctrl-C and for requests to end.
 *
 * @param host The process.
 * @returns The signal.
 */
export function listenForInterrupt(host: Host): Interruption {
  const controller = new AbortController();
  const stop = host.onInterrupt(() => {
    if (controller.signal.aborted) host.exit(EXIT_CODES.interrupted);
    host.stderr.write("\nInterrupted: finishing requests under way, press Ctrl-C again to exit at once\n");
    controller.abort();
  });
  return { signal: controller.signal, [Symbol.dispose]: stop };
}
