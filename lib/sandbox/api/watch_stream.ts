/**
 * Watches as streams of lines.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import { stringifyJson } from "../../base/json.ts";
import type { WatchEvent, WatchListener } from "../registry/watch.ts";

/** How a watch is streamed. */
export interface WatchStreamOptions {
  /** Starts the watch and returns what stops it. */
  readonly start: (listener: WatchListener) => () => void;
  /** Writes the object of an event. */
  readonly textOf: (event: Exclude<WatchEvent, { type: "ERROR" }>, isFirst: boolean) => string;
  /** How long it lasts at most, in milliseconds. */
  readonly timeoutMs: number;
  /** Time. */
  readonly clock: Clock;
  /** Ends the watch. */
  readonly signal: AbortSignal;
}

/**
 * Streams a watch.
 *
 * @param options What to stream.
 * @returns The body of the answer; cancelling it stops the watch.
 * @throws {StatusError} If the watch cannot start.
 */
export function watchStream(
  { start, textOf, timeoutMs, clock, signal }: WatchStreamOptions,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  let stop = () => {};
  let stopTimer = () => {};
  let isFirst = true;
  let isOver = false;
  const finish = () => {
    isOver = true;
    stop();
    stopTimer();
  };
  return new ReadableStream({
    start(controller) {
      const end = () => {
        if (isOver) return;
        finish();
        controller.close();
      };
      stop = start((event) => {
        if (isOver) return;
        const object = event.type === "ERROR" ? stringifyJson(event.object) : textOf(event, isFirst);
        isFirst = false;
        controller.enqueue(encoder.encode(`{"type":"${event.type}","object":${object}}\n`));
        if (event.type === "ERROR") end();
      });
      if (isOver) return stop();
      stopTimer = clock.timer(timeoutMs, end);
      signal.addEventListener("abort", end, { once: true });
    },
    cancel: finish,
  });
}
