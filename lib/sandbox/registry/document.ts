/**
 * Texts that the sandbox publishes about itself, and when a client has them already.
 *
 * @module
 */

import { createHash } from "node:crypto";

/** A text as it is served. */
export interface PublishedDocument {
  /** The status code. */
  readonly status: number;
  /** The headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body; `null` if the client has it already, or should ask elsewhere. */
  readonly body: string | null;
}

/**
 * Names a text by what is in it, as the API server names its documents.
 *
 * @param text The text.
 * @returns SHA-512 in capital hexadecimal digits.
 */
export function hashOf(text: string): string {
  return createHash("sha512").update(text).digest("hex").toUpperCase();
}

/**
 * Answers with a text, or that the client has it already.
 *
 * @param body The text.
 * @param hash Its hash.
 * @param headers Further headers.
 * @param ifNoneMatch The header `If-None-Match` of the request.
 * @returns The answer.
 */
export function taggedDocument(
  body: string,
  hash: string,
  headers: Readonly<Record<string, string>>,
  ifNoneMatch: string | null,
): PublishedDocument {
  const etag = `"${hash}"`;
  const tagged = { ...headers, etag, vary: "Accept" };
  const known = ifNoneMatch?.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag) ?? false;
  if (!known) return { status: 200, headers: tagged, body };
  const { "content-type": _, ...rest } = tagged as Record<string, string>;
  return { status: 304, headers: rest, body: null };
}
