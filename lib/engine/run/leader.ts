/**
 * Leader election: of several processes that run the same script, one acts, and the others stand by.
 *
 * Who leads is written in a Lease, by compare-and-swap. That alone does not keep a leader from acting after its time: it
 * may not know yet. So {@linkcode Term} tells it in time, and `fencing_sender.ts` asks before every write.
 *
 * @module
 */

import { type Clock, deadline } from "../../base/clock.ts";
import { jsonEquals } from "../../base/json.ts";
import type { Client } from "../../client/client.ts";
import { ApiError } from "../../client/errors.ts";
import { Lease } from "../../kinds/coordination/v1.ts";
import type { Live } from "../../kube/live.ts";
import { getRequest } from "../../kube/read_request.ts";
import { createRequest, replaceRequest } from "../../kube/write_request.ts";
import { claimLease, LEASE_DURATION_MS, releaseLease } from "./lease.ts";
import { HeldTerm, RENEW_DEADLINE_MS, stopwatch, type Term } from "./term.ts";

/** What a {@linkcode LeaderElection} works with. */
export interface LeaderElectionOptions {
  /** Talks to the API server: by connections that nothing else uses, as a renewal must not wait behind other requests. */
  readonly client: Client;
  /** The clock. */
  readonly clock: Clock;
  /** The namespace of the Lease. */
  readonly namespace: string;
  /** The name of the Lease. */
  readonly name: string;
  /** The name of this process, which no other process has or had. */
  readonly identity: string;
  /** Told about every change. */
  readonly onChange?: ((status: LeaderStatus) => void) | undefined;
}

/** How an election stands. */
export interface LeaderStatus {
  /** The term in which this process leads; `undefined` while it stands by. */
  readonly term: Term | undefined;
  /** Who held the Lease when it was last seen; `undefined` if nobody did. */
  readonly holder: string | undefined;
  /** Why the Lease could not be read or written the last time; `undefined` if it could. */
  readonly reason: string | undefined;
}

const RETRY_PERIOD_MS = 2_000;
const JITTER = 0.2;
/** So that two attempts fit into the time that a leader has. */
const ATTEMPT_TIMEOUT_MS = RENEW_DEADLINE_MS / 2;

/** Takes part in an election. */
export class LeaderElection {
  readonly #options: LeaderElectionOptions;
  /** The last term, which may be over, and the Lease that it was about. */
  #last: { readonly term: HeldTerm; readonly uid: string } | undefined;
  /** The Lease as this process wrote it last, until it turns out that somebody else has written it since. */
  #written: Live<Lease> | undefined;
  /** What somebody else wrote into the Lease, and when it was first seen. */
  #seen: { readonly spec: Live<Lease>["spec"]; readonly atMs: number } | undefined;
  #holder: string | undefined;
  #reason: string | undefined;
  #attemptedMs: number;
  #told: LeaderStatus = { term: undefined, holder: undefined, reason: undefined };

  /**
   * Makes an election; nothing is sent yet.
   *
   * @param options What it works with.
   */
  constructor(options: LeaderElectionOptions) {
    this.#options = options;
    this.#attemptedMs = options.clock.monotonic();
  }

  /** How long ago the last attempt came to its end, well or not, in milliseconds; or how long there was none. */
  get sinceAttemptMs(): number {
    return this.#options.clock.monotonic() - this.#attemptedMs;
  }

  /** The term in which this process leads; `undefined` while it stands by. */
  get term(): Term | undefined {
    const term = this.#last?.term;
    return term && term.remainingMs() > 0 ? term : undefined;
  }

  /** How the election stands. */
  get status(): LeaderStatus {
    return { term: this.term, holder: this.#holder, reason: this.#reason };
  }

  /**
   * Takes part in the election. What goes wrong shows in the status, and is tried again.
   *
   * @param signal Ends it; what needs the term must have come to its end before.
   * @returns Settles when the Lease is given back, or could not be: then it expires.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted) {
      const periodMs = RETRY_PERIOD_MS * (1 + JITTER * clock.random());
      const pause = clock.sleep(periodMs, signal).catch(() => {});
      await this.#attempt((limit) => this.#campaign(limit));
      await pause;
    }
    if (!this.#last) return;
    this.#last.term.end("this process gives the Lease back");
    await this.#attempt((limit) => this.#release(limit));
  }

  async #attempt(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    using limit = deadline(this.#options.clock, ATTEMPT_TIMEOUT_MS);
    try {
      await work(limit.signal);
      this.#reason = undefined;
    } catch (error) {
      this.#reason = (error as Error).message;
    }
    this.#attemptedMs = this.#options.clock.monotonic();
    this.#tell();
  }

  /** Renews the Lease, or takes it if that is allowed. */
  async #campaign(signal: AbortSignal): Promise<void> {
    const { clock, identity } = this.#options;
    const sinceSent = stopwatch(clock);
    const lease = await this.#update((found) => {
      const holder = found?.spec?.holderIdentity;
      if (holder !== identity) this.#holder = holder || undefined;
      if (found && this.#isOfAnother(found)) {
        this.#last?.term.end(`"${holder}" has taken the Lease`);
        return undefined;
      }
      return claimLease(found, this.#options, identity, clock.now());
    }, signal);
    // An answer that comes too late is as good as none.
    if (!lease || sinceSent() > RENEW_DEADLINE_MS) return;
    this.#holder = identity;
    this.#hold(lease, sinceSent);
  }

  async #release(signal: AbortSignal): Promise<void> {
    const { clock, identity } = this.#options;
    const released = await this.#update(
      (found) => found?.spec?.holderIdentity === identity ? releaseLease(found, clock.now()) : undefined,
      signal,
    );
    if (released) this.#holder = undefined;
  }

  #hold(lease: Live<Lease>, sinceSent: () => number): void {
    const { uid } = lease.metadata;
    const id = lease.spec?.leaseTransitions ?? 0;
    const last = this.#last;
    const isSame = last?.term.id === id && last.uid === uid;
    if (isSame && last.term.remainingMs() > 0) return last.term.renew(sinceSent);
    last?.term.end("the Lease has changed hands");
    const term = new HeldTerm(this.#options.clock, { id, resumed: isSame }, sinceSent);
    this.#last = { term, uid };
    term.lost.addEventListener("abort", () => this.#tell());
  }

  /** Whether somebody else may believe to hold the Lease: by our clock since we saw it, as theirs may be wrong. */
  #isOfAnother({ spec }: Live<Lease>): boolean {
    const { clock, identity } = this.#options;
    const { holderIdentity, leaseDurationSeconds } = spec ?? {};
    if (!holderIdentity || holderIdentity === identity) return false;
    const nowMs = clock.monotonic();
    if (!this.#seen || !jsonEquals(this.#seen.spec, spec)) this.#seen = { spec, atMs: nowMs };
    const durationMs = leaseDurationSeconds === undefined ? LEASE_DURATION_MS : leaseDurationSeconds * 1_000;
    return nowMs - this.#seen.atMs <= durationMs;
  }

  /**
   * Changes the Lease: as this process wrote it last, or else as it is read.
   *
   * @param change Makes what is to be written; `undefined` if nothing is.
   * @param signal Cancels the requests.
   * @returns The Lease as it was written; `undefined` if it was not, as `change` said so or somebody else was faster.
   */
  async #update(
    change: (found: Live<Lease> | undefined) => Lease | Live<Lease> | undefined,
    signal: AbortSignal,
  ): Promise<Live<Lease> | undefined> {
    const before = this.#written;
    this.#written = await this.#write(before && change(before), signal) ??
      await this.#write(change(await this.#read(signal)), signal);
    return this.#written;
  }

  async #read(signal: AbortSignal): Promise<Live<Lease> | undefined> {
    const { client, namespace, name } = this.#options;
    // Attempts follow one another slowly enough; a server in trouble need not be asked again in between.
    const request = { ...getRequest(Lease.type, { namespace, name }), idempotent: false };
    try {
      return await client.fetch(request, { signal }) as unknown as Live<Lease>;
    } catch (error) {
      if (error instanceof ApiError && error.isNotFound) return undefined;
      throw error;
    }
  }

  async #write(lease: Lease | Live<Lease> | undefined, signal: AbortSignal): Promise<Live<Lease> | undefined> {
    if (!lease) return undefined;
    // With its uid and resourceVersion it is written only if it is still the one that was read.
    const makeRequest = lease.metadata?.uid ? replaceRequest : createRequest;
    try {
      const request = makeRequest(Lease.type, lease, { fieldManager: "kubescript" });
      return await this.#options.client.fetch(request, { signal }) as unknown as Live<Lease>;
    } catch (error) {
      if (error instanceof ApiError && (error.isConflict || error.isAlreadyExists)) return undefined;
      throw error;
    }
  }

  #tell(): void {
    const status = this.status;
    const { term, holder, reason } = this.#told;
    if (status.term === term && status.holder === holder && status.reason === reason) return;
    this.#told = status;
    this.#options.onChange?.(status);
  }
}
