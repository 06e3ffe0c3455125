/**
 * Finds out who sends a request: by client certificate, bearer token, or not at all.
 *
 * @see {@link https://kubernetes.io/docs/reference/access-authn-authz/authentication/ | Authenticating}
 * @module
 */

import type { UserInfo } from "../registry/user_info.ts";
import { ISSUER, type ServiceAccountTokens } from "./service_account_tokens.ts";

/** What a request shows of its sender. */
export interface Credentials {
  /** The header `Authorization`, if there is one. */
  readonly authorization: string | undefined;
  /** The subject of the client's certificate; `unverified` if it does not hold. */
  readonly certificate?: { readonly cn: string; readonly groups: readonly string[] } | "unverified" | undefined;
}

/** Somebody whom nobody knows. */
export const ANONYMOUS: UserInfo = { username: "system:anonymous", groups: ["system:unauthenticated"] };

const AUTHENTICATED = "system:authenticated";

/** How senders are found out. */
export interface AuthenticatorOptions {
  /** Users by their tokens. */
  readonly tokens: ReadonlyMap<string, UserInfo>;
  /** Recognizes the tokens of ServiceAccounts. */
  readonly accounts: ServiceAccountTokens;
  /** Who sends requests without any credential. @default {ANONYMOUS} */
  readonly anonymous?: UserInfo | undefined;
}

/** Finds out who sends requests. */
export class Authenticator {
  readonly #options: AuthenticatorOptions;

  /**
   * Takes what is known of users.
   *
   * @param options Tokens and ServiceAccounts.
   */
  constructor(options: AuthenticatorOptions) {
    this.#options = options;
  }

  /**
   * Finds out who sends a request.
   *
   * @param credentials What it shows.
   * @param nowMs The present in milliseconds since the epoch.
   * @returns Who; `undefined` if what it shows is not accepted.
   */
  authenticate({ authorization, certificate }: Credentials, nowMs: number): UserInfo | undefined {
    if (certificate && certificate !== "unverified") {
      return withAuthenticated({ username: certificate.cn, groups: certificate.groups });
    }
    const token = /^bearer +(\S+) *$/i.exec(authorization ?? "")?.[1];
    if (token !== undefined) return this.#byToken(token, nowMs);
    // Whoever shows something that does not hold is not taken for somebody who shows nothing.
    if (certificate === "unverified") return undefined;
    // Other schemes are nobody's, as the API server sees it.
    return this.#options.anonymous ?? ANONYMOUS;
  }

  #byToken(token: string, nowMs: number): UserInfo | undefined {
    const known = this.#options.tokens.get(token);
    if (known) return withAuthenticated(known);
    const { user, audiences } = this.#options.accounts.verify(token, nowMs) ?? {};
    return audiences?.includes(ISSUER) ? user : undefined;
  }
}

/**
 * Adds the group of all who are known.
 *
 * @param user The user.
 * @returns The user with the group.
 */
export function withAuthenticated(user: UserInfo): UserInfo {
  return user.groups.includes(AUTHENTICATED) ? user : { ...user, groups: [...user.groups, AUTHENTICATED] };
}
