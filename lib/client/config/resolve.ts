/**
 * Decides which cluster a command talks to, and as whom.
 *
 * The order is kubectl's: the kubeconfig that the caller names, those of `KUBECONFIG`, `~/.kube/config`, and in a Pod
 * its service account.
 *
 * @module
 */

import { type Clock, systemClock } from "../../base/clock.ts";
import { ConfigError } from "../config_error.ts";
import type { ClusterConfig, ImpersonationOptions } from "./cluster_config.ts";
import { contextConfig } from "./context_config.ts";
import { readEnv, readPermittedEnv } from "./env.ts";
import { inClusterConfig } from "./in_cluster.ts";
import { type Env, type Kubeconfig, loadKubeconfig } from "./kubeconfig.ts";
import { environmentProxy } from "./proxy.ts";

/** Options of {@linkcode resolveConfig}. */
export interface ResolveConfigOptions {
  /** The kubeconfig to use; nothing else is looked at then. */
  readonly kubeconfig?: string | undefined;
  /** The context to use instead of the current one. */
  readonly context?: string | undefined;
  /** Whom to act as instead. */
  readonly impersonate?: ImpersonationOptions | undefined;
  /**
   * Whether standard input is a terminal at which a credential plugin may ask questions.
   *
   * @default {false}
   */
  readonly stdinIsTerminal?: boolean | undefined;
  /** Reads an environment variable; by default the process's, as far as it is permitted. */
  readonly env?: Env;
  /**
   * Where Kubernetes mounts the service account of a Pod.
   *
   * @default {"/var/run/secrets/kubernetes.io/serviceaccount"}
   */
  readonly serviceAccountFolder?: string;
  /** The clock by which credentials expire. */
  readonly clock?: Clock;
}

/**
 * Finds out how to reach the cluster.
 *
 * Credential plugins are not run yet; files are read, and their mistakes found. As with kubectl, a server that is
 * reached without TLS gets no credentials.
 *
 * @param options What the caller already knows.
 * @returns The configuration.
 * @throws {ConfigError} If no configuration is found (the message lists every place that was tried), or it is wrong
 * (the message names the file and the field).
 */
export async function resolveConfig(options: ResolveConfigOptions = {}): Promise<ClusterConfig> {
  const config = await findConfig(options);
  const { proxyUrl = environmentProxy(config.server, options.env ?? readPermittedEnv) } = config;
  return { ...config, proxyUrl };
}

async function findConfig(options: ResolveConfigOptions): Promise<ClusterConfig> {
  const { context, impersonate, env = readEnv, clock = systemClock, stdinIsTerminal = false } = options;
  const folder = options.serviceAccountFolder ?? "/var/run/secrets/kubernetes.io/serviceaccount";
  const kubeconfig = await loadKubeconfig({ file: options.kubeconfig, env });
  if (kubeconfig.contexts.size + kubeconfig.clusters.size + kubeconfig.users.size > 0) {
    return await contextConfig(kubeconfig, { context, impersonate, clock, stdinIsTerminal });
  }
  if (options.kubeconfig === undefined && context === undefined) {
    const config = await inClusterConfig({ env, folder, impersonate, clock });
    if (config) return config;
  }
  throw nothingFound(kubeconfig, options);
}

function nothingFound(kubeconfig: Kubeconfig, options: ResolveConfigOptions): ConfigError {
  const tried = [...kubeconfig.missing, ...kubeconfig.files.map((file) => `"${file}" has no entries`)];
  if (options.kubeconfig === undefined && options.context === undefined) {
    tried.push("this is no Pod, as KUBERNETES_SERVICE_HOST is not set");
  }
  const subject = options.context === undefined ? "a cluster" : `context "${options.context}"`;
  return new ConfigError(`Cannot find ${subject}: ${tried.join("; ")}`, {
    hint: "Pass --kubeconfig FILE or set KUBECONFIG; the tool that made the cluster can write the file",
  });
}
