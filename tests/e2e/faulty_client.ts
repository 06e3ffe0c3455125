/**
 * A client whose requests go to the test cluster through a fault proxy of its own.
 *
 * @module
 */
import { type Clock, systemClock } from "../../lib/base/clock.ts";
import type { Client } from "../../lib/client/client.ts";
import { connect } from "../../lib/client/connect.ts";
import { testCluster } from "../cluster/attach.ts";
import { tokens } from "../cluster/pki.ts";
import { FaultProxy } from "../../lib/testing/faults/fault_proxy.ts";

/** A clock that does not wait before a repetition, but knows deadlines. */
export const hastyClock: Clock = {
  ...systemClock,
  random: () => 0,
  sleep(_ms, signal) {
    signal?.throwIfAborted();
    return Promise.resolve();
  },
};

/** How to connect. */
export interface FaultyClientOptions {
  /** Writes the kubeconfig file for the proxy; by default it names a user who may do everything. */
  readonly writeKubeconfig?: (proxy: FaultProxy) => Promise<string>;
  /** How long one attempt of a request may take. @default {20_000} */
  readonly requestTimeoutMs?: number;
  /** The clock. @default {hastyClock} */
  readonly clock?: Clock;
  /** Told about every repetition. */
  readonly onRetry?: (message: string) => void;
}

/** A client and the proxy that it goes through. */
export interface FaultyClient extends AsyncDisposable {
  /** The client. */
  readonly client: Client;
  /** The proxy. */
  readonly proxy: FaultProxy;
}

/**
 * Starts a proxy before the test cluster, and connects to it.
 *
 * @param options How to connect.
 * @returns The client, which has asked for the server's kinds already, and the proxy, which has forgotten that.
 */
export async function connectThroughFaults(options: FaultyClientOptions = {}): Promise<FaultyClient> {
  const { writeKubeconfig = writeAdminKubeconfig, requestTimeoutMs = 20_000, clock = hastyClock, onRetry } = options;
  const cluster = testCluster();
  const upstreamCa = await Deno.readTextFile(`${cluster.dir}/pki/ca.crt`);
  const proxy = new FaultProxy({ upstream: cluster.server, upstreamCa });
  const client = await connect({
    kubeconfig: await writeKubeconfig(proxy),
    concurrency: 16,
    requestTimeoutMs,
    clock,
    onRetry,
  });
  await client.mapper();
  proxy.requests.length = 0;
  return {
    client,
    proxy,
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await proxy[Symbol.asyncDispose]();
    },
  };
}

function writeAdminKubeconfig({ server, ca }: FaultProxy): Promise<string> {
  return testCluster().writeKubeconfig({ user: { token: tokens.admin }, server, ca });
}

/**
 * Writes a kubeconfig file for a proxy, and changes what it says.
 *
 * @param proxy The proxy.
 * @param change The fields of the cluster and of the user that take the place of all others.
 * @returns The path of the file.
 */
export async function writeKubeconfigWith(
  proxy: FaultProxy,
  change: { readonly cluster?: Record<string, unknown>; readonly user?: Record<string, unknown> },
): Promise<string> {
  const path = await writeAdminKubeconfig(proxy);
  const config = JSON.parse(await Deno.readTextFile(path));
  if (change.cluster) config.clusters[0].cluster = { server: proxy.server, ...change.cluster };
  if (change.user) config.users[0].user = change.user;
  await Deno.writeTextFile(path, JSON.stringify(config));
  return path;
}
