/**
 * Everything the client needs to know to talk to a cluster.
 *
 * @module
 */

import type { Credentials } from "./credentials.ts";

/** How to reach a cluster, and as whom. */
export interface ClusterConfig {
  /** The context's name, for messages; `in-cluster` in a Pod. */
  readonly name: string;
  /** The server's address without a final slash, for example `https://10.0.0.1:6443`; it may have a path. */
  readonly server: string;
  /** The namespace of objects that name none. */
  readonly namespace: string;
  /** How to make sure that the server is the right one. */
  readonly tls: TlsConfig;
  /** Who the client is. */
  readonly credentials: Credentials;
  /** The proxy to go through, by the kubeconfig or the environment: an `http`, `https` or `socks5` URL. */
  readonly proxyUrl?: string | undefined;
  /** Whether to ask the server not to compress its answers. */
  readonly disableCompression: boolean;
  /** Whom to act as, if not as oneself. */
  readonly impersonate?: Impersonation | undefined;
  /** Where all this comes from, for messages, for example `context "prod" of "/home/ada/.kube/config"`. */
  readonly source: string;
}

/** How to make sure that the server is the right one. */
export interface TlsConfig {
  /** The certificate authorities to trust, one PEM certificate each; those of the system if empty. */
  readonly caCerts: readonly string[];
  /** Reads {@linkcode TlsConfig.caCerts} again, if they are in a file, which may be replaced by another. */
  readonly readCaCerts?: (() => Promise<readonly string[]>) | undefined;
  /** Whether to trust any server. */
  readonly insecureSkipTlsVerify: boolean;
  /** The name that the server's certificate must have, if it is not the name in its address. */
  readonly serverName?: string | undefined;
}

/** Whom to act as, as far as the caller says so; the rest is as the kubeconfig says. */
export type ImpersonationOptions = { readonly [F in keyof Impersonation]?: Impersonation[F] | undefined };

/** Whom to act as, see {@link https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation | user impersonation}. */
export interface Impersonation {
  /** The user's name. */
  readonly user: string;
  /** The user's UID. */
  readonly uid?: string | undefined;
  /** The user's groups. */
  readonly groups: readonly string[];
  /** The user's extra attributes. */
  readonly extra: Readonly<Record<string, readonly string[]>>;
}
