/**
 * The `resourceVersion` of requests that read.
 *
 * @module
 */

import type { Storage } from "../storage/storage.ts";
import { badRequest, StatusError, timeout } from "./status_error.ts";

/**
 * Reads a `resourceVersion`.
 *
 * @param text What the client sent.
 * @returns The revision; 0 if there is none.
 * @throws {StatusError} If it is none.
 */
export function parseRevision(text: string | undefined): number {
  if (!text) return 0;
  if (!/^\d+$/.test(text)) throw badRequest(`invalid resource version: ${faultOf(text)}`);
  return Number(text);
}

/**
 * Reads the `resourceVersion` of a request that is no list: the storage judges it, not the API.
 *
 * @param text What the client sent.
 * @returns The revision; 0 if there is none.
 * @throws {StatusError} If it is none.
 */
export function storageRevision(text: string | undefined): number {
  if (!text) return 0;
  if (!/^\d+$/.test(text)) throw new StatusError(500, undefined, faultOf(text));
  return Number(text);
}

function faultOf(text: string): string {
  const quoted = JSON.stringify(text);
  return `resourceVersion: Invalid value: ${quoted}: strconv.ParseUint: parsing ${quoted}: invalid syntax`;
}

/**
 * Refuses a revision that is still to come.
 *
 * @param storage The storage.
 * @param revision The revision.
 * @throws {StatusError} If it is.
 */
export function checkReached({ revision: current }: Storage, revision: number): void {
  if (revision > current) throw tooLarge(revision, current);
}

function tooLarge(revision: number, current: number): StatusError {
  return timeout(`Too large resource version: ${revision}, current: ${current}`, {
    causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
    retryAfterSeconds: 1,
  });
}
