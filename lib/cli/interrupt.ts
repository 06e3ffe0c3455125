/**
 * Ctrl-C: the first one ends a run in good order, the second one at once.
 *
 * @module
 */

import { EXIT_CODES } from "./exit_code.ts";
import type { Host } from "./host.ts";

/** What is said when a run is interrupted. */
export interface InterruptWords {
  /** Says what the first Ctrl-C does. */
  first(): void;
  /** Says what the second one leaves undone. */
  second(): void;
}

/** A signal that Ctrl-C aborts; disposing it gives Ctrl-C its usual meaning back. */
export interface Interruption extends Disposable {
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /**
   * Says it in other words.
   *
   * @param words The words.
   */
  say(words: InterruptWords): void;
}

/**
 * Listens for Ctrl-C and for requests to end.
 *
 * @param host The process.
 * @returns The signal.
 */
export function listenForInterrupt(host: Host): Interruption {
  const controller = new AbortController();
  let words: InterruptWords = {
    first: () => host.stderr.write("\nInterrupted: finishing requests under way, press Ctrl-C again to exit at once\n"),
    second() {},
  };
  const stop = host.onInterrupt((signal) => {
    if (controller.signal.aborted) {
      words.second();
      return host.exit(signal === "SIGTERM" ? EXIT_CODES.terminated : EXIT_CODES.interrupted);
    }
    words.first();
    controller.abort();
  });
  return { signal: controller.signal, say: (others) => void (words = others), [Symbol.dispose]: stop };
}
