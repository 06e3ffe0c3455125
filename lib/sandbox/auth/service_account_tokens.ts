/**
 * The tokens of ServiceAccounts: JSON web tokens that the sandbox signs with a key of its own.
 *
 * @see {@link https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/ | Managing service accounts}
 * @module
 */

import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import { isJsonObject } from "../../base/json.ts";
import type { StoredObject } from "../registry/served_resource.ts";
import type { UserInfo } from "../registry/user_info.ts";

/** The issuer and the default audience of tokens. */
export const ISSUER = "https://kubernetes.default.svc";

const HEADER = encode({ alg: "HS256", typ: "JWT" });

/** An object that a token names, which must still be there. */
interface Named {
  readonly name: string;
  readonly uid: string;
}

/** What a token says. */
interface Claims {
  readonly aud: readonly string[];
  readonly exp: number;
  readonly iat: number;
  readonly iss: string;
  readonly jti: string;
  readonly nbf: number;
  readonly sub: string;
  readonly "kubernetes.io": {
    readonly namespace: string;
    readonly serviceaccount: Named;
    readonly pod?: Named;
    readonly secret?: Named;
  };
}

/** What a token is to say. */
export interface TokenOptions {
  /** The ServiceAccount. */
  readonly account: StoredObject;
  /** For whom it is meant; the API server itself by default. */
  readonly audiences?: readonly string[];
  /** How long it holds, in seconds. */
  readonly expirationSeconds: number;
  /** A Pod or Secret with which it ends. */
  readonly boundTo?: { readonly kind: "Pod" | "Secret" } & Named;
  /** The token's own id. */
  readonly id: string;
  /** The present in milliseconds since the epoch. */
  readonly nowMs: number;
}

/** Whom a token stands for. */
export interface TokenUser {
  /** Whom. */
  readonly user: UserInfo;
  /** For whom the token is meant. */
  readonly audiences: readonly string[];
}

/** Finds a stored object. */
export type FindObject = (storedAs: string, namespace: string, name: string) => StoredObject | undefined;

/** Issues tokens and recognizes them. */
export class ServiceAccountTokens {
  readonly #key: string;
  readonly #find: FindObject;

  /**
   * Takes the key.
   *
   * @param key A secret with which tokens are signed.
   * @param find Finds the objects that tokens name.
   */
  constructor(key: string, find: FindObject) {
    this.#key = key;
    this.#find = find;
  }

  /**
   * Issues a token.
   *
   * @param options What it says.
   * @returns The token.
   */
  issue({ account, audiences = [ISSUER], expirationSeconds, boundTo, id, nowMs }: TokenOptions): string {
    const { name, namespace, uid } = account.metadata;
    const now = Math.floor(nowMs / 1_000);
    const claims: Claims = {
      aud: audiences,
      exp: now + expirationSeconds,
      iat: now,
      iss: ISSUER,
      jti: id,
      "kubernetes.io": {
        namespace: namespace!,
        ...(boundTo && { [boundTo.kind.toLowerCase()]: { name: boundTo.name, uid: boundTo.uid } }),
        serviceaccount: { name: name!, uid: uid! },
      },
      nbf: now,
      sub: `system:serviceaccount:${namespace}:${name}`,
    };
    const signed = `${HEADER}.${encode(claims)}`;
    return `${signed}.${this.#sign(signed)}`;
  }

  /**
   * Recognizes a token.
   *
   * @param token The token.
   * @param nowMs The present in milliseconds since the epoch.
   * @returns Whom it stands for; `undefined` if it is none of these tokens, has expired, or if what it names is gone.
   */
  verify(token: string, nowMs: number): TokenUser | undefined {
    const claims = this.#readClaims(token);
    if (!claims || claims.exp <= nowMs / 1_000) return undefined;
    const { namespace, serviceaccount, pod, secret } = claims["kubernetes.io"];
    const isThere = (plural: string, named: Named | undefined) =>
      named === undefined || this.#find(`/${plural}`, namespace, named.name)?.metadata.uid === named.uid;
    if (!isThere("serviceaccounts", serviceaccount) || !isThere("pods", pod) || !isThere("secrets", secret)) {
      return undefined;
    }
    return {
      user: {
        username: claims.sub,
        uid: serviceaccount.uid,
        groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
        extra: {
          "authentication.kubernetes.io/credential-id": [`JTI=${claims.jti}`],
          ...(pod && {
            "authentication.kubernetes.io/pod-name": [pod.name],
            "authentication.kubernetes.io/pod-uid": [pod.uid],
          }),
        },
      },
      audiences: claims.aud,
    };
  }

  #readClaims(token: string): Claims | undefined {
    const [header, payload, signature = ""] = token.split(".");
    if (header !== HEADER || payload === undefined) return undefined;
    const expected = Buffer.from(this.#sign(`${header}.${payload}`));
    const given = Buffer.from(signature);
    if (expected.length !== given.length || !timingSafeEqual(expected, given)) return undefined;
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString());
    return isJsonObject(claims) ? claims as unknown as Claims : undefined;
  }

  #sign(text: string): string {
    return createHmac("sha256", this.#key).update(text).digest("base64url");
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
