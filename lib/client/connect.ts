/**
 * From a kubeconfig to a client.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import { Client } from "./client.ts";
import type { ClusterConfig, ImpersonationOptions } from "./config/cluster_config.ts";
import { resolveConfig } from "./config/resolve.ts";
import { KindFinder } from "./kind_finder.ts";
import type { Sender } from "./sender.ts";
import { Transport } from "./transport.ts";

/** How to connect. */
export interface ConnectOptions {
  /** The kubeconfig file; by default `KUBECONFIG`, then `~/.kube/config`, then the Pod's service account. */
  readonly kubeconfig?: string | undefined;
  /** The kubeconfig's context; by default its current one. */
  readonly context?: string | undefined;
  /** Whom to act as; by default as the kubeconfig says. */
  readonly impersonate?: ImpersonationOptions | undefined;
  /** Whether standard input is a terminal at which a credential plugin may ask questions; by default not. */
  readonly stdinIsTerminal?: boolean | undefined;
  /** How many requests may be under way at once. */
  readonly concurrency: number;
  /** How long one attempt of a request may take, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** The clock. */
  readonly clock: Clock;
  /** Told about every repetition. */
  readonly onRetry?: ((message: string) => void) | undefined;
  /** Told about every warning of the server. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** A transport, and where it leads. */
export interface OpenTransport {
  /** Where it leads, and as whom. */
  readonly config: ClusterConfig;
  /** The transport; dispose it in the end. */
  readonly transport: Transport;
}

/** What a client has besides a transport. */
export interface ConnectClientOptions extends ConnectOptions {
  /** Puts something before the transport. */
  readonly guard?: ((sender: Sender) => Sender) | undefined;
  /** Whether that keeps writes from being carried out. */
  readonly dryRun?: boolean | undefined;
}

/**
 * Makes a client for a cluster; the first request opens the first connection.
 *
 * @param options Which cluster, and how to talk to it; what is to stand before the transport.
 * @returns The client; dispose it in the end.
 * @throws {ConfigError} If there is no configuration, or a mistake in it.
 */
export async function connect(options: ConnectClientOptions): Promise<Client> {
  const { config, transport } = await openTransport(options);
  const sender = options.guard?.(transport) ?? transport;
  return new Client({ sender, kinds: new KindFinder(sender), namespace: config.namespace, dryRun: options.dryRun });
}

/**
 * Makes a transport to a cluster, for clients that put something before it.
 *
 * @param options Which cluster, and how to talk to it.
 * @returns The transport, and where it leads.
 * @throws {ConfigError} If there is no configuration, or a mistake in it.
 */
export async function openTransport(options: ConnectOptions): Promise<OpenTransport> {
  const { kubeconfig, context, impersonate, stdinIsTerminal, clock } = options;
  const config = await resolveConfig({ kubeconfig, context, impersonate, stdinIsTerminal, clock });
  return { config, transport: new Transport(config, options) };
}
