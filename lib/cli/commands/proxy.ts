/**
 * `kubescript proxy`.
 *
 * @module
 */

import { serveApi } from "../../client/api_proxy/api_proxy.ts";
import { DEFAULT_FILTER, parsePatterns, type RequestFilter } from "../../client/api_proxy/request_filter.ts";
import { resolveConfig } from "../../client/config/resolve.ts";
import type { ListenAddress } from "../../client/transport/http_server.ts";
import { KubescriptError } from "../../kube/error.ts";
import { EXIT_CODES } from "../exit_code.ts";
import { type Call, impersonation } from "../invocation.ts";
import type { ProxyFlags } from "../server_flags.ts";

/**
 * Serves the API of the cluster until it is interrupted.
 *
 * @param call What it is given.
 * @returns The exit code.
 */
export async function proxy({ host, flags, signal }: Call<ProxyFlags>): Promise<number> {
  const { stdin, stdout, stderr, clock } = host;
  const { kubeconfig, context, www, verbose } = flags;
  const address = addressOf(flags);
  const danger = dangerOf(flags);
  if (danger !== undefined) stderr.write(`warning: ${danger}\n`);
  const impersonate = impersonation(flags);
  const config = await resolveConfig({ kubeconfig, context, impersonate, stdinIsTerminal: stdin.isTerminal, clock });
  await using server = await serveApi(config, {
    address,
    filter: filterOf(flags),
    apiPrefix: withSlashes(flags.apiPrefix),
    files: www === undefined ? undefined : { folder: www, prefix: withSlashes(flags.wwwPrefix) },
    onAnswer: verbose ? (method, target, status) => stderr.write(`${method} ${target} ${status}\n`) : undefined,
  });
  stdout.write(`Starting to serve on ${server.address}\n`);
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
  return EXIT_CODES.done;
}

function addressOf({ port, address, unixSocket, acceptHosts, disableFilter }: ProxyFlags): ListenAddress {
  if (unixSocket !== undefined) {
    if (port === undefined) return { path: unixSocket };
    throw new KubescriptError("Cannot listen on a port and a Unix socket at once: leave out --port or --unix-socket");
  }
  if (isLoopback(address) || acceptHosts || disableFilter) return { hostname: address, port: port ?? 8001 };
  throw new KubescriptError(`Cannot listen on ${address}: everybody who can reach it would have your rights`, {
    hint: "Leave out --address, or name the hosts under which it may be asked with --accept-hosts",
  });
}

function dangerOf({ address, unixSocket, disableFilter }: ProxyFlags): string | undefined {
  if (unixSocket !== undefined) return undefined;
  if (!isLoopback(address)) return `everybody who can reach ${address} has your rights in the cluster`;
  return disableFilter ? "every web page in a browser of this machine has your rights in the cluster" : undefined;
}

function isLoopback(address: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|::1)$/.test(address);
}

function filterOf({ disableFilter, acceptHosts, ...filter }: ProxyFlags): RequestFilter | undefined {
  if (disableFilter) return undefined;
  return { ...filter, acceptHosts: acceptHosts ?? parsePatterns(DEFAULT_FILTER.acceptHosts) };
}

function withSlashes(path: string): string {
  return `/${path}/`.replace(/\/{2,}/g, "/");
}
