/**
 * Who asks: what every request says about it, and what happens when the server does not accept it.
 *
 * @module
 */

import type { ClusterConfig, Impersonation } from "../config/cluster_config.ts";
import type { Credential, Credentials } from "../config/credentials.ts";
import { ConfigError } from "../config_error.ts";

/**
 * Makes the headers that tell who asks, and as whom.
 *
 * @param config Whom to act as.
 * @param credential Who asks.
 * @returns The headers.
 * @throws {ConfigError} If HTTP cannot carry them.
 */
export function identityHeaders(
  { source, impersonate }: Pick<ClusterConfig, "source" | "impersonate">,
  { authorization }: Credential,
): [name: string, value: string][] {
  const headers: [string, string][] = [];
  if (authorization !== undefined) headers.push(["authorization", authorization]);
  if (impersonate !== undefined) headers.push(...impersonationHeaders(impersonate));
  // `fetch` would quote the whole secret.
  if (headers.some(([, value]) => /\p{Cc}/u.test(value))) {
    throw new ConfigError(`Cannot use ${source}: the user has a character that HTTP cannot carry`);
  }
  // The API server reads UTF-8, and `fetch` takes each character for a byte.
  return headers.map(([name, value]) => [name, String.fromCharCode(...new TextEncoder().encode(value))]);
}

// Groups and extra attributes are sent as one header for each value: the server does not split them at commas.
function impersonationHeaders({ user, uid, groups, extra }: Impersonation): [string, string][] {
  const headers: [string, string][] = [["impersonate-user", user]];
  if (uid !== undefined) headers.push(["impersonate-uid", uid]);
  for (const group of groups) headers.push(["impersonate-group", group]);
  for (const [key, values] of Object.entries(extra)) {
    const name = encodeURIComponent(key).replaceAll("(", "%28").replaceAll(")", "%29");
    for (const value of values) headers.push([`impersonate-extra-${name}`, value]);
  }
  return headers;
}

/** Settings of {@linkcode sendAuthorized}. */
export interface SendAuthorizedOptions {
  /** Gives up. */
  readonly signal: AbortSignal | undefined;
  /** Whether the request can be sent a second time. @default {true} */
  readonly repeatable?: boolean;
}

/**
 * Sends a request, and once more with renewed credentials if the server did not accept them: they may have expired since
 * they were read. It did nothing then, so any request can be repeated.
 *
 * @typeParam T The answer.
 * @param credentials Gives the credentials.
 * @param options What gives up; whether to repeat.
 * @param send Sends the request.
 * @returns The last answer.
 */
export async function sendAuthorized<T extends { readonly status: number; readonly body?: ReadableStream | null }>(
  credentials: Credentials,
  { signal, repeatable = true }: SendAuthorizedOptions,
  send: (credential: Credential) => Promise<T>,
): Promise<T> {
  const credential = await credentials.get({ signal });
  const answer = await send(credential);
  if (answer.status !== 401) return answer;
  const renewed = await credentials.get({ rejected: credential, signal });
  if (renewed === credential || !repeatable) return answer;
  await answer.body?.cancel();
  return await send(renewed);
}
