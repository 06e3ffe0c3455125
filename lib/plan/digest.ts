/**
 * Short hashes of what was desired, kept on the objects to tell later whether the desire has changed.
 *
 * @module
 */

import { canonicalJson } from "../base/json.ts";
import type { DesiredObject } from "../kube/desired_object.ts";
import { copyAt, removeAt } from "./field_edit.ts";

/**
 * Hashes what is desired of an object, with the options that decide what is sent of it; fields that are only set at
 * creation are left out.
 *
 * @param desired The desired object.
 * @param key For Secrets: a key, as a plain hash of a short value could be guessed.
 * @returns 16 characters of base64url.
 */
export async function digest(desired: DesiredObject, key?: Uint8Array<ArrayBuffer>): Promise<string> {
  let object: unknown = desired.object;
  // From the end, so that removing a list item does not move those still to be removed.
  for (const path of desired.initial.toReversed()) object = removeAt(copyAt(object, path), path);
  const text = new TextEncoder().encode(canonicalJson([object, desired.keep, desired.ignore]));
  const hash = key === undefined
    ? await crypto.subtle.digest("SHA-256", text)
    : await crypto.subtle.sign("HMAC", await importKey(key), text);
  return new Uint8Array(hash, 0, 12).toBase64({ alphabet: "base64url" });
}

function importKey(key: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
}
