/**
 * The secrets of a sandbox: its authority, and the keys by which it knows its users.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { type Authority, createAuthority } from "../base/certificates.ts";

/** What a sandbox keeps for itself. */
export interface Keys {
  /** Issues the certificates of the server and of clients. */
  readonly authority: Authority;
  /** The token of the user that may do everything. */
  readonly adminToken: string;
  /** Signs the tokens of ServiceAccounts. */
  readonly signingKey: string;
}

/**
 * Draws new keys.
 *
 * @returns The keys. The authority, which takes longer than all the rest, is made when it is first asked for.
 */
export function createKeys(): Keys {
  let authority: Authority | undefined;
  return {
    get authority() {
      return authority ??= createAuthority("kubescript-sandbox");
    },
    adminToken: secret(),
    signingKey: secret(),
  };
}

/**
 * Reads the keys of a folder, which hold as long as the folder does.
 *
 * @param folder The folder; only its owner can read what is written there.
 * @returns The keys; new ones if there are none yet.
 */
export async function keysIn(folder: string): Promise<Keys> {
  const path = join(folder, "keys.json");
  try {
    return JSON.parse(await Deno.readTextFile(path)) as Keys;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const keys = createKeys();
  // Whole or not at all, however the process ends.
  const draft = `${path}.new`;
  await Deno.writeTextFile(draft, JSON.stringify(keys), { mode: 0o600 });
  await Deno.rename(draft, path);
  return keys;
}

function secret(): string {
  return Buffer.from(randomBytes(24)).toString("base64url");
}
