/**
 * What a runner does while it leads, and when it does not any more.
 *
 * @module
 */

import { connect } from "../../client/connect.ts";
import type { Sender } from "../../client/sender.ts";
import type { CommandOptions } from "../options.ts";
import type { Session } from "../session.ts";
import { holderName } from "../write_run.ts";
import { FencingSender } from "./fencing_sender.ts";
import { LeaderElection } from "./leader.ts";
import type { RunObserver } from "./observer.ts";
import type { LogLine } from "./rule_call.ts";
import type { Term } from "./term.ts";

/** The time before there is an election: there is nobody else. */
export const UNCONTESTED: Term = {
  id: 0,
  resumed: false,
  lost: new AbortController().signal,
  remainingMs: () => Infinity,
};

/** Lets a process act only while it leads. */
export class Leadership {
  #election: LeaderElection | undefined;

  /**
   * Puts the fence before a transport.
   *
   * @param sender The transport.
   * @returns What is to be used instead.
   */
  guard(sender: Sender): Sender {
    return new FencingSender(sender, () => this.#election ? this.#election.term : UNCONTESTED);
  }

  /**
   * Stands for election, and acts whenever this process leads, until the signal stops it.
   *
   * @param session The session.
   * @param options How to reach the server.
   * @param log Writes to the log.
   * @param act Acts as the leader until its term is lost.
   * @param observer Told how this process stands in the election; absent if nobody looks.
   */
  async lead(
    session: Session,
    options: CommandOptions,
    log: (line: LogLine) => void,
    act: (term: Term) => Promise<void>,
    observer?: RunObserver,
  ): Promise<void> {
    const { clock, signal } = options;
    const { set } = session;
    // Connections of its own, as a renewal must not wait behind other requests.
    using client = await (options.connect ?? connect)({ ...options, concurrency: 1, requestTimeoutMs: 5_000 });
    let changed = Promise.withResolvers<void>();
    let told: string | undefined;
    const election = new LeaderElection({
      client,
      clock,
      namespace: set.namespace,
      name: set.parentName,
      identity: holderName(clock),
      onChange({ term, holder, reason }) {
        const status = term ? "This process leads" : reason ?? (holder && `Standing by: "${holder}" leads`);
        if (status !== undefined && status !== told && !signal.aborted) {
          log({ level: reason ? "warn" : "info", rule: "", message: status });
        }
        told = status;
        changed.resolve();
        changed = Promise.withResolvers();
      },
    });
    this.#election = election;
    observer?.onElection(() => {
      const { term, holder } = election.status;
      return { leads: term !== undefined, holder, sinceAttemptMs: election.sinceAttemptMs };
    });
    const stop = new AbortController();
    const ended = election.run(stop.signal);
    const stopped = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    try {
      while (!signal.aborted) {
        const { term } = election;
        if (!term) await Promise.race([changed.promise, stopped]);
        else {
          try {
            await act(term);
          } catch (error) {
            if (!term.lost.aborted) throw error;
          }
        }
      }
    } finally {
      stop.abort();
      await ended;
    }
  }
}
