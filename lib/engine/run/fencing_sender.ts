/**
 * Lets only the leader write.
 *
 * @module
 */

import type { Answer } from "../../client/answer.ts";
import { ForwardingSender } from "../../client/forwarding_sender.ts";
import type { Channel, Sender, SendOptions } from "../../client/sender.ts";
import type { KubeRequest } from "../../kube/request.ts";
import { isQuestion } from "../ad_hoc/requests.ts";
import { NotLeaderError, type Term } from "./term.ts";

const LONGEST_WRITE_MS = 30_000;
/** How long before somebody else may become the leader a write must have ended. */
const MARGIN_MS = 2_000;

/**
 * Sends writes only in the term in which they were asked for, and ends them before it is over. That is checked last of
 * all, when the request has waited for its turn, and again before each repetition.
 */
export class FencingSender extends ForwardingSender {
  readonly #term: () => Term | undefined;

  /**
   * Makes a sender.
   *
   * @param sender Carries the requests; it must ask before each attempt, as the transport does.
   * @param term Tells the present term; `undefined` while another process leads.
   */
  constructor(sender: Sender, term: () => Term | undefined) {
    super(sender);
    this.#term = term;
  }

  /**
   * Sends a request.
   *
   * @param request The request.
   * @param options The signal that cancels it.
   * @returns The answer.
   * @throws {NotLeaderError} If it is a write, and this process is not the leader, or not any more.
   */
  override async send(request: KubeRequest, options?: SendOptions): Promise<Answer> {
    if (isQuestion(request)) return await this.sender.send(request, options);
    return await this.sender.send(request, { ...options, beforeAttempt: this.#fence(request) });
  }

  /**
   * Opens a connection for a command or the like, which counts as a write.
   *
   * @param request The request.
   * @param protocols The protocols of the connection.
   * @param options The signal that cancels the attempt.
   * @returns The connection.
   * @throws {NotLeaderError} If this process is not the leader.
   */
  override async connect(request: KubeRequest, protocols: readonly string[], options?: SendOptions): Promise<Channel> {
    return await this.sender.connect(request, protocols, { ...options, beforeAttempt: this.#fence(request) });
  }

  #fence({ what }: KubeRequest): () => number {
    const term = this.#term();
    return () => {
      const limitMs = Math.min(LONGEST_WRITE_MS, (term?.remainingMs() ?? 0) - MARGIN_MS);
      if (limitMs <= 0) throw new NotLeaderError(`Cannot ${what}: this process is not the leader`);
      return limitMs;
    };
  }
}
