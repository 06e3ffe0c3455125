/**
 * Faults between clients and a sandbox.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import type { IncomingRequest, RequestHandler, Upgraded } from "../../client/transport/http_server.ts";
import { spoilBody, untilAborted } from "./body_faults.ts";
import { type Fault, type FaultInstead, type Injection, Injections, isInstead, type RequestMatcher } from "./fault.ts";

/** Lets things go wrong between clients and a sandbox, by the clock of the sandbox. */
export class SandboxFaults {
  /** @ignore What is kept from being answered, as method and path, with how often. */
  readonly held: Map<string, number> = new Map();
  readonly #clock: Clock;
  readonly #injections = new Injections();

  /** @ignore Use `TestSandbox.faults`. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Puts a fault in force. Of several that would strike a request, the one that was injected last does.
   *
   * @param fault The fault.
   * @param matcher Which requests it strikes; by default all.
   * @returns The fault in force; disposing it ends it.
   */
  inject(fault: Fault, matcher?: RequestMatcher): Injection {
    return this.#injections.inject(fault, matcher);
  }

  /** @ignore Stands before the API. */
  wrap(handle: RequestHandler): RequestHandler {
    return async (request) => {
      const fault = this.#injections.choose(request.method, request.target);
      if (fault?.fault === "delay") await this.#sleep(request, fault.ms);
      const instead = isInstead(fault) ? fault : undefined;
      const answer = instead && !instead.carriedOut ? undefined : await handle(request);
      if (instead) return await this.#answerInstead(request, instead);
      return this.#spoil(request, answer!, fault);
    };
  }

  async #answerInstead(request: IncomingRequest, fault: FaultInstead): Promise<Response> {
    if (fault.fault === "blackHole") await this.#stall(request);
    // The server closes the connection of a request that is not answered.
    if (fault.fault !== "answer") throw new Deno.errors.ConnectionAborted();
    const { status, headers, body } = fault.answer;
    return new Response(body, { status, headers: { ...headers, date: this.#date() } });
  }

  #spoil(request: IncomingRequest, answer: Response | Upgraded, fault: Fault | undefined): Response | Upgraded {
    answer.headers.set("date", this.#date());
    if (!fault || !(answer instanceof Response) || !answer.body) return answer;
    const { status, headers } = answer;
    // What does not come as a whole has no length.
    headers.delete("content-length");
    const options = { sleep: (ms: number) => this.#sleep(request, ms), stall: () => this.#stall(request) };
    return new Response(ReadableStream.from(spoilBody(answer.body, fault, options)), { status, headers });
  }

  #sleep(request: IncomingRequest, ms: number): Promise<void> {
    return this.#hold(request, this.#clock.sleep(ms, request.signal));
  }

  #stall(request: IncomingRequest): Promise<never> {
    return this.#hold(request, untilAborted(request.signal));
  }

  /** Notes that a request is kept waiting. */
  async #hold<T>({ method, target }: IncomingRequest, wait: Promise<T>): Promise<T> {
    const key = `${method} ${target}`;
    this.held.set(key, (this.held.get(key) ?? 0) + 1);
    try {
      return await wait;
    } finally {
      const left = this.held.get(key)! - 1;
      if (left === 0) this.held.delete(key);
      else this.held.set(key, left);
    }
  }

  #date(): string {
    return new Date(this.#clock.now()).toUTCString();
  }
}
