/**
 * Who wrote when: whoever leads writes its name into the same object.
 *
 * @module
 */
import { systemClock } from "../../lib/base/clock.ts";
import type { Client } from "../../lib/client/client.ts";
import { ConfigMap } from "../../lib/kinds/core/v1.ts";
import { Lease } from "../../lib/kinds/coordination/v1.ts";
import { Informers } from "../../lib/watch/informers.ts";

/** Records the writers of the ledger. */
export class Ledger implements AsyncDisposable {
  /** Who wrote, in turn. */
  readonly writers: string[] = [];
  readonly #client: Client;
  readonly #informers: Informers;

  /**
   * Begins to record.
   *
   * @param client A client that no fault disturbs.
   * @param namespace The namespace.
   */
  constructor(client: Client, namespace: string) {
    this.#client = client.inNamespace(namespace);
    this.#informers = new Informers(this.#client, { clock: systemClock });
    const informer = this.#informers.get(ConfigMap, { namespace, fields: "metadata.name=ledger" });
    informer.subscribe({
      onEvent: ({ type, object: { data } }) => {
        const writer = data?.replica;
        if (type !== "deleted" && writer !== undefined && writer !== this.writers.at(-1)) this.writers.push(writer);
      },
    });
  }

  /** How often another process became the leader. */
  async transitions(): Promise<number> {
    return (await this.#client.get(Lease, "kubescript-copier")).spec?.leaseTransitions ?? 0;
  }

  /** Ends the recording. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#informers[Symbol.asyncDispose]();
  }
}

/**
 * Finds out whether somebody wrote who did not lead any more.
 *
 * @param writers Who wrote, in turn.
 * @param transitions How often another process became the leader.
 * @returns What is wrong, if anything is.
 */
export function findLedgerProblem(writers: readonly string[], transitions: number): string | undefined {
  const turns = writers.length - 1;
  if (turns <= transitions) return undefined;
  return `writers took turns ${turns} times, but there were only ${transitions} new leaders: ${writers.join(" ")}`;
}
