/**
 * Counts the requests that go through it.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import type { Answer } from "../../client/answer.ts";
import { ForwardingSender } from "../../client/forwarding_sender.ts";
import type { AttemptOptions, Sender, StreamOptions } from "../../client/sender.ts";
import type { KubeRequest } from "../../kube/request.ts";
import type { RunObserver } from "./observer.ts";

/** Tells an observer about every request. */
export class MeasuringSender extends ForwardingSender {
  readonly #clock: Clock;
  readonly #observer: RunObserver;

  /**
   * Makes a sender.
   *
   * @param sender Carries the requests; it must ask before each attempt, as the transport does.
   * @param clock The clock.
   * @param observer Told about them.
   */
  constructor(sender: Sender, clock: Clock, observer: RunObserver) {
    super(sender);
    this.#clock = clock;
    this.#observer = observer;
  }

  /**
   * Sends a request.
   *
   * @param request The request.
   * @param options The signal that cancels it, and what is to be asked before each attempt.
   * @returns The answer.
   */
  override async send(request: KubeRequest, options?: AttemptOptions): Promise<Answer> {
    const sentMs = this.#clock.monotonic();
    let waitedMs = 0;
    let attempts = 0;
    const beforeAttempt = () => {
      if (attempts++ === 0) waitedMs = this.#clock.monotonic() - sentMs;
      return options?.beforeAttempt?.() ?? Infinity;
    };
    const tell = (code: string) =>
      this.#observer.onRequest({
        verb: request.verb,
        code,
        waitedSeconds: waitedMs / 1_000,
        retries: Math.max(0, attempts - 1),
      });
    try {
      const answer = await this.sender.send(request, { ...options, beforeAttempt });
      tell(String(answer.status));
      return answer;
    } catch (error) {
      tell("error");
      throw error;
    }
  }

  /**
   * Sends a request whose answer is a stream.
   *
   * @typeParam T What is read from the stream.
   * @param request The request.
   * @param read Reads the answer.
   * @param options The signal that ends the stream.
   * @returns What was read.
   */
  override async *stream<T>(
    request: KubeRequest,
    read: (response: Response) => AsyncIterable<T>,
    options?: StreamOptions,
  ): AsyncGenerator<T> {
    let answered = false;
    const tell = (code: string) => this.#observer.onRequest({ verb: request.verb, code, waitedSeconds: 0, retries: 0 });
    const tellAndRead = (response: Response) => {
      answered = true;
      tell(String(response.status));
      return read(response);
    };
    try {
      yield* this.sender.stream(request, tellAndRead, options);
    } catch (error) {
      if (!answered && !options?.signal?.aborted) tell("error");
      throw error;
    }
  }
}
