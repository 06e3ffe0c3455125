/**
 * Where a list goes on.
 *
 * @module
 */

import { goJsonError } from "./go_json_error.ts";
import { badRequest } from "./status_error.ts";

/** The place in a list. */
export interface ContinueToken {
  /** The revision of the list; -1 for the present one, whatever the pages before were. */
  readonly revision: number;
  /** The least key that is still to be listed, without the prefix of the collection. */
  readonly startKey: string;
}

/**
 * Writes a token as kube-apiserver does.
 *
 * @param token The place.
 * @returns The token.
 */
export function formatContinueToken({ revision, startKey }: ContinueToken): string {
  const json = JSON.stringify({ v: "meta.k8s.io/v1", rv: revision, start: startKey });
  return new TextEncoder().encode(json).toBase64({ alphabet: "base64url", omitPadding: true });
}

/**
 * Reads a token.
 *
 * @param text The token.
 * @returns The place.
 * @throws {StatusError} If it is none.
 */
export function parseContinueToken(text: string): ContinueToken {
  let token: { v?: unknown; rv?: unknown; start?: unknown };
  let json: string | undefined;
  try {
    // Characters as Go names bytes in errors.
    json = String.fromCharCode(...Uint8Array.fromBase64(text, { alphabet: "base64url" }));
    token = JSON.parse(new TextDecoder().decode(Uint8Array.from(json, (byte) => byte.charCodeAt(0))));
  } catch {
    const why = json === undefined ? "illegal base64 data" : goJsonError(json);
    throw badRequest(`invalid continue token: continue key is not valid: ${why}`);
  }
  const { v, rv, start } = token;
  if (v !== "meta.k8s.io/v1") {
    throw badRequest(`invalid continue token: server does not recognize this encoded version ${v}`);
  }
  if (typeof rv !== "number" || rv === 0) {
    throw badRequest("invalid continue token: incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
  }
  if (typeof start !== "string" || start === "") {
    throw badRequest("invalid continue token: empty start key (version meta.k8s.io/v1)");
  }
  if (`/${start}/`.includes("/../") || `/${start}`.includes("//")) {
    throw badRequest(`invalid continue token: continue key is not valid: ${start}`);
  }
  return { revision: rv, startKey: start };
}
