/**
 * Reads a text from an address that a user gave, such as the manifests of a release.
 *
 * It has nothing to do with a cluster: no credentials and no certificates are sent.
 *
 * @module
 */

import { type Clock, deadline, systemClock } from "../../base/clock.ts";
import { KubescriptError } from "../../kube/error.ts";
import { describeFault } from "../errors.ts";

/** A text that could not be read from its address. */
export class RemoteTextError extends KubescriptError {}

/** Options of {@linkcode fetchText}. */
export interface FetchTextOptions {
  /** Cancels the request. */
  readonly signal?: AbortSignal | undefined;
  /** The clock for the deadline. @default {systemClock} */
  readonly clock?: Clock | undefined;
}

const TIMEOUT_MS = 30_000;
const MAX_BYTES = 32 * 1024 * 1024;

/**
 * Reads a text.
 *
 * @param url Its address; https, unless the host is this machine.
 * @param options Signal and clock.
 * @returns The text.
 * @throws {RemoteTextError} If there is no answer within 30 s, or none that is a text of at most 32 MiB.
 */
export async function fetchText(url: URL, options: FetchTextOptions = {}): Promise<string> {
  const { signal, clock = systemClock } = options;
  const action = `Cannot read "${displayUrl(url)}"`;
  if (!isSecure(url)) throw new RemoteTextError(`${action}: it is not an https address`);
  using limit = deadline(clock, TIMEOUT_MS, signal);
  try {
    return await readText(await fetch(url, { signal: limit.signal }), action);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof RemoteTextError) throw error;
    // The original is not kept as the cause, as it quotes the whole address, which may hold a token.
    throw new RemoteTextError(`${action}: ${describeFault(error)}`);
  }
}

/**
 * Tells whether what an address gives cannot be changed on its way.
 *
 * @param url The address.
 * @returns Whether it is https, or the host is this machine.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(isSecure(new URL("https://example.com")), true);
 * strictEqual(isSecure(new URL("http://localhost:8000")), true);
 * strictEqual(isSecure(new URL("http://example.com")), false);
 * ```
 */
export function isSecure({ protocol, hostname }: URL): boolean {
  return protocol === "https:" || (protocol === "http:" && /^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname));
}

/**
 * Prints an address without the parts that may be secret: user, password and query.
 *
 * @param url The address.
 * @returns The text.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(displayUrl(new URL("https://me:pw@example.com/all.yaml?token=x")), "https://example.com/all.yaml");
 * ```
 */
export function displayUrl({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`;
}

async function readText(response: Response, action: string): Promise<string> {
  const problem = problemOf(response);
  if (problem !== undefined) {
    await response.body?.cancel();
    throw new RemoteTextError(`${action}: ${problem}`);
  }
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new RemoteTextError(`${action}: it is larger than ${MAX_BYTES / 1024 / 1024} MiB`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function problemOf({ ok, status, statusText, headers, url }: Response): string | undefined {
  if (!ok) return `the server answered ${`${status} ${statusText}`.trim()}`;
  if (!isSecure(new URL(url))) return `it redirects to "${displayUrl(new URL(url))}", which is not an https address`;
  // A login page, or the page that shows a file instead of the file itself.
  if (headers.get("content-type")?.startsWith("text/html")) return "the server sent a web page";
  return undefined;
}
