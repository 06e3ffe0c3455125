/**
 * What carries requests to an API server: the transport itself, or something that stands before it.
 *
 * @module
 */

import type { KubeRequest } from "../kube/request.ts";
import type { Answer } from "./answer.ts";

/** Settings of a single request. */
export interface SendOptions {
  /** Cancels the request, also while it waits to be repeated. */
  readonly signal?: AbortSignal | undefined;
}

/** Settings of a request, with the say of what stands before the transport. */
export interface AttemptOptions extends SendOptions {
  /**
   * Called right before every attempt, when all waiting for its turn, for credentials and for its repetition is over.
   * It can throw, which ends the request, and can tell how long the attempt may take at most, in milliseconds.
   */
  readonly beforeAttempt?: (() => number) | undefined;
}

/** Settings of a stream. */
export interface StreamOptions extends SendOptions {
  /** When the server ends the stream, in milliseconds; the connection of a stream that goes on for longer is dead. */
  readonly durationMs?: number | undefined;
  /** Opens a new connection, as those that there are may be dead. @default {false} */
  readonly freshConnection?: boolean | undefined;
}

/** Carries requests to an API server. */
export interface Sender extends Disposable {
  /** The server's time in milliseconds since the epoch, judged by its last answer; exact to about a second. */
  serverTimeMs(): number;
  /**
   * Sends a request and reads the whole answer, repeating it where that is safe.
   *
   * @param request The request.
   * @param options The signal that cancels it, and what is to be asked before each attempt.
   * @returns The answer, whatever its status code.
   * @throws {TransportError} If there is no answer.
   */
  send(request: KubeRequest, options?: AttemptOptions): Promise<Answer>;
  /**
   * Sends a request whose answer is a stream, such as a watch. It is not repeated.
   *
   * @typeParam T What is read from the stream.
   * @param request The request.
   * @param read Reads the answer, whatever its status code.
   * @param options The signal that ends the stream, and its duration.
   * @returns What was read.
   * @throws {TransportError} If there is no answer, or the connection breaks.
   */
  stream<T>(
    request: KubeRequest,
    read: (response: Response) => AsyncIterable<T>,
    options?: StreamOptions,
  ): AsyncIterable<T>;
  /**
   * Opens a WebSocket, such as for a command in a container.
   *
   * @param request The request that is to be upgraded.
   * @param protocols The subprotocols, best first.
   * @param options The signal that cancels the attempt, not the open connection; what is to be asked before each attempt.
   * @returns The connection, which is to be disposed.
   * @throws {ApiError} If the server refuses, for its own reason.
   * @throws {TransportError} If there is no answer.
   */
  connect(request: KubeRequest, protocols: readonly string[], options?: AttemptOptions): Promise<Channel>;
}

/** An open connection that carries messages in both directions. Disposing it ends it at once. */
export interface Channel extends AsyncIterable<Uint8Array>, Disposable {
  /** The subprotocol that the server chose. */
  readonly protocol: string;
  /**
   * Sends a message.
   *
   * @param message The message.
   * @returns Settles when there is room for more.
   * @throws {TransportError} If the connection breaks.
   */
  send(message: Uint8Array): Promise<void>;
}
