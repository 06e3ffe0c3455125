/**
 * What the client shows to the server to say who it is, kept fresh while the client runs.
 *
 * Tokens and certificates are replaced by others during the life of a process, so the transport asks for the
 * credential before each request, and once more when the server refused it.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";

/** What identifies the client in one request; empty for an anonymous client. */
export interface Credential {
  /** The value of the `Authorization` header. */
  readonly authorization?: string | undefined;
  /** The certificate to show when connecting; the same object as long as it has not changed. */
  readonly clientCertificate?: ClientCertificate | undefined;
}

/** A client certificate and its private key. */
export interface ClientCertificate {
  /** The certificate and its intermediates, as PEM. */
  readonly cert: string;
  /** The private key, as PEM. */
  readonly key: string;
}

/** Options of {@linkcode Credentials.get}. */
export interface GetCredentialOptions {
  /**
   * The credential that the server refused (status 401): asks for another one. Requests that were refused with the
   * same credential renew it once between them.
   */
  readonly rejected?: Credential | undefined;
  /** Gives up waiting. */
  readonly signal?: AbortSignal | undefined;
}

/** A source of credentials. */
export interface Credentials {
  /**
   * Gives the credential to use now; cheap unless it must be renewed, which may wait for a person to log in.
   *
   * @param options Which credential was refused, if one was.
   * @returns The credential: the same object as before as long as it has not changed, so an answer that is the
   * rejected one means that there is no other to try.
   * @throws {ConfigError} If there is none: a file cannot be read, a plugin fails.
   */
  get(options?: GetCredentialOptions): Promise<Credential>;
}

/**
 * Makes a source of one credential that never changes.
 *
 * @param credential The credential.
 * @returns The source.
 */
export function fixedCredentials(credential: Credential): Credentials {
  return { get: () => Promise.resolve(credential) };
}

/** A credential and how long it is good for. */
export interface LoadedCredential {
  /** The credential. */
  readonly credential: Credential;
  /** When to load it again, in milliseconds since the epoch. */
  readonly renewAtMs: number;
  /** Until when it may be used if loading it again fails, in milliseconds since the epoch. */
  readonly expiresAtMs: number;
}

/**
 * Makes a source that reads files again once a minute: tokens in a Pod are replaced long before they expire.
 *
 * @param clock The clock.
 * @param read Reads the files.
 * @returns The source.
 */
export function fileCredentials(clock: Clock, read: () => Promise<Credential>): Credentials {
  return new RenewingCredentials(clock, async () => ({
    credential: await read(),
    renewAtMs: clock.now() + 60_000,
    expiresAtMs: Infinity,
  }));
}

interface Loading {
  readonly result: Promise<LoadedCredential>;
  readonly controller: AbortController;
  waiting: number;
}

/** A source of credentials that have to be loaded again from time to time. */
export class RenewingCredentials implements Credentials {
  readonly #clock: Clock;
  readonly #load: (signal: AbortSignal) => Promise<LoadedCredential>;
  #current: LoadedCredential | undefined;
  #loading: Loading | undefined;

  /**
   * Makes a source; nothing is loaded before it is asked for.
   *
   * @param clock The clock that tells when to load again.
   * @param load Loads the credential; called for all who wait at once, aborted when none of them waits any more.
   */
  constructor(clock: Clock, load: (signal: AbortSignal) => Promise<LoadedCredential>) {
    this.#clock = clock;
    this.#load = load;
  }

  /**
   * Gives the current credential, or loads it.
   *
   * @param options Which credential was refused, if one was.
   * @returns The credential.
   */
  async get(options: GetCredentialOptions = {}): Promise<Credential> {
    const { rejected, signal } = options;
    signal?.throwIfAborted();
    const usable = this.#current?.credential === rejected ? undefined : this.#current;
    if (usable && this.#clock.now() < usable.renewAtMs) return usable.credential;
    try {
      return await this.#renew(signal);
    } catch (error) {
      // A file that is being replaced may be missing for a moment.
      if (usable && this.#clock.now() < usable.expiresAtMs && !signal?.aborted) return usable.credential;
      throw error;
    }
  }

  async #renew(signal: AbortSignal | undefined): Promise<Credential> {
    const loading = this.#loading ??= this.#startLoading();
    loading.waiting++;
    try {
      const loaded = await unlessAborted(loading.result, signal);
      return loaded.credential;
    } finally {
      if (--loading.waiting === 0) {
        this.#loading = undefined;
        loading.controller.abort();
      }
    }
  }

  #startLoading(): Loading {
    const controller = new AbortController();
    const result = this.#load(controller.signal).then((loaded) => {
      const credential = sameOrNew(this.#current?.credential, loaded.credential);
      return this.#current = { ...loaded, credential };
    });
    return { result, controller, waiting: 0 };
  }
}

function sameOrNew(old: Credential | undefined, credential: Credential): Credential {
  const a = old?.clientCertificate;
  const b = credential.clientCertificate;
  const clientCertificate = a?.cert === b?.cert && a?.key === b?.key ? a : b;
  const same = old && old.authorization === credential.authorization && clientCertificate === a;
  return same ? old : { ...credential, clientCertificate };
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
