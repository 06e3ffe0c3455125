/**
 * What stands before a transport passes on whatever it has no say in.
 *
 * @module
 */

import type { KubeRequest } from "../kube/request.ts";
import type { Answer } from "./answer.ts";
import type { AttemptOptions, Channel, Sender, StreamOptions } from "./sender.ts";

/** Passes everything on; who extends it says what goes another way. */
export class ForwardingSender implements Sender {
  /** Carries the requests. */
  protected readonly sender: Sender;

  /**
   * Makes a sender.
   *
   * @param sender Carries the requests.
   */
  constructor(sender: Sender) {
    this.sender = sender;
  }

  /** The server's time in milliseconds since the epoch. */
  serverTimeMs(): number {
    return this.sender.serverTimeMs();
  }

  /**
   * Sends a request.
   *
   * @param request The request.
   * @param options The signal that cancels it.
   * @returns The answer.
   */
  async send(request: KubeRequest, options?: AttemptOptions): Promise<Answer> {
    return await this.sender.send(request, options);
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
  stream<T>(
    request: KubeRequest,
    read: (response: Response) => AsyncIterable<T>,
    options?: StreamOptions,
  ): AsyncIterable<T> {
    return this.sender.stream(request, read, options);
  }

  /**
   * Opens a connection for a command or the like.
   *
   * @param request The request.
   * @param protocols The protocols of the connection.
   * @param options The signal that cancels the attempt.
   * @returns The connection.
   */
  async connect(request: KubeRequest, protocols: readonly string[], options?: AttemptOptions): Promise<Channel> {
    return await this.sender.connect(request, protocols, options);
  }

  /** Closes all connections. */
  [Symbol.dispose](): void {
    this.sender[Symbol.dispose]();
  }
}
