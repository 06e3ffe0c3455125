/**
 * Stops a script in good order, and tells when it waits for the server.
 *
 * @module
 */

import type { Answer } from "../../client/answer.ts";
import { ForwardingSender } from "../../client/forwarding_sender.ts";
import type { Channel, Sender, SendOptions, StreamOptions } from "../../client/sender.ts";
import type { KubeRequest } from "../../kube/request.ts";
import { isQuestion } from "./requests.ts";

/** What a {@linkcode StoppableSender} is made of. */
export interface StoppableSenderOptions {
  /** Carries the requests. */
  readonly sender: Sender;
  /** Stops: nothing new is sent, reads and streams end at once, and writes that were sent are waited for. */
  readonly signal: AbortSignal;
  /** Told when the first of the requests that are under way begins, and when the last one ends. */
  readonly onWaiting: (isWaiting: boolean) => void;
}

/** Carries requests until it is stopped. */
export class StoppableSender extends ForwardingSender {
  readonly #signal: AbortSignal;
  readonly #onWaiting: (isWaiting: boolean) => void;
  #underWay = 0;

  /**
   * Makes a sender.
   *
   * @param options What it is made of.
   */
  constructor({ sender, signal, onWaiting }: StoppableSenderOptions) {
    super(sender);
    this.#signal = signal;
    this.#onWaiting = onWaiting;
  }

  /**
   * Sends a request.
   *
   * @param request The request.
   * @param options The signal that cancels it.
   * @returns The answer.
   */
  override async send(request: KubeRequest, options: SendOptions = {}): Promise<Answer> {
    this.#signal.throwIfAborted();
    const beforeAttempt = () => {
      // It may have waited for its turn since.
      this.#signal.throwIfAborted();
      return Infinity;
    };
    if (this.#underWay++ === 0) this.#onWaiting(true);
    try {
      return await this.sender.send(request, {
        ...isQuestion(request) ? this.#stopping(options) : options,
        beforeAttempt,
      });
    } finally {
      if (--this.#underWay === 0) this.#onWaiting(false);
    }
  }

  /**
   * Opens a stream.
   *
   * @typeParam T What is read from the stream.
   * @param request The request.
   * @param read Reads the answer.
   * @param options The signal that ends the stream, and its duration.
   * @returns What was read.
   */
  override stream<T>(
    request: KubeRequest,
    read: (response: Response) => AsyncIterable<T>,
    options: StreamOptions = {},
  ): AsyncIterable<T> {
    return this.sender.stream(request, read, this.#stopping(options));
  }

  /**
   * Opens a connection for a command or the like.
   *
   * @param request The request.
   * @param protocols The protocols of the connection.
   * @param options The signal that ends it.
   * @returns The connection.
   */
  override async connect(
    request: KubeRequest,
    protocols: readonly string[],
    options: SendOptions = {},
  ): Promise<Channel> {
    return await this.sender.connect(request, protocols, this.#stopping(options));
  }

  #stopping<O extends SendOptions>(options: O): O {
    return { ...options, signal: options.signal ? AbortSignal.any([options.signal, this.#signal]) : this.#signal };
  }
}
