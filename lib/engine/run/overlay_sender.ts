/**
 * Shows a rule, and everybody else, what it has just written, before the watches have it.
 *
 * @module
 */

import type { Answer } from "../../client/answer.ts";
import { ForwardingSender } from "../../client/forwarding_sender.ts";
import type { AttemptOptions, Sender } from "../../client/sender.ts";
import { parseJson } from "../../base/json.ts";
import type { LiveObject } from "../../kube/object.ts";
import type { KubeRequest } from "../../kube/request.ts";
import type { Informers } from "../../watch/informers.ts";
import { isDeletion, isQuestion } from "../ad_hoc/requests.ts";

/** Passes the answers to writes on to those who watch the kind (read your writes). */
export class OverlaySender extends ForwardingSender {
  readonly #informers: Pick<Informers, "hold" | "absorb">;
  readonly #rule: string;

  /**
   * Makes a sender.
   *
   * @param sender Carries the requests.
   * @param informers Who watches.
   * @param rule Whose writes these are.
   */
  constructor(sender: Sender, informers: Pick<Informers, "hold" | "absorb">, rule: string) {
    super(sender);
    this.#informers = informers;
    this.#rule = rule;
  }

  /**
   * Sends a request.
   *
   * @param request The request.
   * @param options The signal that cancels it.
   * @returns The answer.
   */
  override async send(request: KubeRequest, options?: AttemptOptions): Promise<Answer> {
    const { target } = request;
    // What is deleted is gone, or is not yet: only the watch can tell.
    if (!target || isQuestion(request) || isDeletion(request)) return await this.sender.send(request, options);
    const { type, name, namespace } = target;
    // Nobody can have seen an object that the server is to name.
    using _ = name === undefined ? undefined : this.#informers.hold(type, { namespace, name });
    const answer = await this.sender.send(request, options);
    if (answer.status >= 300) return answer;
    const object = parseJson(answer.text) as LiveObject | undefined;
    // Some subresources answer with an object of their own kind.
    if (object?.kind === type.kind && object.metadata?.resourceVersion) {
      this.#informers.absorb(type, object, this.#rule);
    }
    return answer;
  }
}
