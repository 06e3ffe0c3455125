/**
 * Notes in a journal what goes through it.
 *
 * @module
 */

import { type Answer, parseObject } from "../../client/answer.ts";
import { ForwardingSender } from "../../client/forwarding_sender.ts";
import type { Channel, Sender, SendOptions } from "../../client/sender.ts";
import type { LiveObject } from "../../kube/object.ts";
import type { KubeRequest } from "../../kube/request.ts";
import { itemsOf } from "./answers.ts";
import type { Journal } from "./journal.ts";
import { createsMissing, isQuestion } from "./requests.ts";

/** Notes writes that succeeded. */
export class JournalSender extends ForwardingSender {
  readonly #journal: Journal;

  /**
   * Makes a sender.
   *
   * @param sender Carries the requests.
   * @param journal Where they are noted.
   */
  constructor(sender: Sender, journal: Journal) {
    super(sender);
    this.#journal = journal;
  }

  /**
   * Sends a request.
   *
   * @param request The request.
   * @param options The signal that cancels it.
   * @returns The answer.
   */
  override async send(request: KubeRequest, options?: SendOptions): Promise<Answer> {
    const answer = await this.sender.send(request, options);
    if (!isQuestion(request) && answer.status < 300) this.#note(request, answer);
    return answer;
  }

  /**
   * Opens a connection for a command or the like.
   *
   * @param request The request.
   * @param protocols The protocols of the connection.
   * @param options The signal that ends it.
   * @returns The connection.
   */
  override async connect(request: KubeRequest, protocols: readonly string[], options?: SendOptions): Promise<Channel> {
    const channel = await this.sender.connect(request, protocols, options);
    // Copying files out of a container is no write, and a forwarded port has one connection for each of its users.
    if (request.verb !== "get" && request.target?.subresource !== "portforward") this.#journal.note({ request });
    return channel;
  }

  #note(request: KubeRequest, answer: Answer): void {
    const { target, verb } = request;
    if (target && verb === "deletecollection") {
      for (const { metadata: { namespace, name } } of itemsOf(answer)) {
        this.#journal.note({ request: { ...request, verb: "delete", target: { ...target, namespace, name } } });
      }
      return;
    }
    const isCreation = createsMissing(request) && answer.status === 201;
    // Only the answer knows a name that the server made.
    const isNamed = target === undefined || target.name !== undefined;
    const name = isNamed ? undefined : (parseObject(answer.text) as LiveObject | undefined)?.metadata?.name;
    this.#journal.note({ request: isCreation ? { ...request, verb: "create" } : request, name });
  }
}
