/**
 * The key with which hashes of Secrets are made: a plain hash of a short value could be guessed.
 *
 * It lives in a Secret beside the parent and goes with it.
 *
 * @module
 */

import type { Client } from "../client/client.ts";
import { ApiError } from "../client/errors.ts";
import { SECRET } from "../kube/well_known_types.ts";
import type { SetIdentity } from "../plan/set_identity.ts";
import type { Parent } from "./parent.ts";

/** The key; `absent` before the first run that needs it, `unreadable` for those who may not look at Secrets. */
export type KeyState = Uint8Array<ArrayBuffer> | "absent" | "unreadable";

/** The key of a set. */
export class SecretKey {
  readonly #client: Client;
  readonly #set: SetIdentity;
  #reading: Promise<KeyState> | undefined;

  /**
   * Makes the key's holder; nothing is read yet.
   *
   * @param client The client.
   * @param set The set.
   */
  constructor(client: Client, set: SetIdentity) {
    this.#client = client;
    this.#set = set;
  }

  /**
   * Reads the key, once.
   *
   * @returns The key, or why there is none.
   */
  read(): Promise<KeyState> {
    this.#reading ??= this.#read();
    return this.#reading;
  }

  /**
   * Makes the key, unless there is one.
   *
   * @param parent The parent, with which the key goes.
   * @returns Whether hashes come out differently from now on.
   */
  async ensure(parent: Parent): Promise<boolean> {
    if (typeof await this.read() !== "string") return false;
    const { name, uid } = parent.live.metadata;
    const key = await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, true, ["sign"]);
    const raw = new Uint8Array(await crypto.subtle.exportKey("raw", key));
    try {
      await this.#client.create(
        {
          apiVersion: "v1",
          kind: "Secret",
          metadata: {
            name: this.#set.parentName,
            namespace: this.#set.namespace,
            ownerReferences: [{ apiVersion: "v1", kind: "ConfigMap", name, uid }],
          },
          type: "kubescript.dev/key",
          immutable: true,
          data: { key: raw.toBase64() },
        } as Parameters<Client["create"]>[0],
      );
    } catch (error) {
      if (!(error instanceof ApiError && (error.isAlreadyExists || error.isForbidden))) throw error;
    }
    this.#reading = undefined;
    return true;
  }

  async #read(): Promise<KeyState> {
    try {
      const secret = await this.#client.find(SECRET, { namespace: this.#set.namespace, name: this.#set.parentName });
      const { key } = (secret?.data ?? {}) as { key?: string };
      return key === undefined ? "absent" : Uint8Array.fromBase64(key);
    } catch (error) {
      if (error instanceof ApiError && error.isForbidden) return "unreadable";
      throw error;
    }
  }
}
