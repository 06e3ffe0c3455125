/**
 * Kubeconfig files that rows write, and clients that use them.
 *
 * @module
 */
import { join } from "node:path";
import { systemClock } from "../../lib/base/clock.ts";
import { Client } from "../../lib/client/client.ts";
import { resolveConfig, type ResolveConfigOptions } from "../../lib/client/config/resolve.ts";
import { KindFinder } from "../../lib/client/kind_finder.ts";
import { Transport } from "../../lib/client/transport.ts";
import type { TempFolder } from "../e2e/kubescript.ts";
import type { Location, Target } from "./target.ts";

/** What a kubeconfig says. */
export interface Parts {
  /** Fields of the cluster, besides its address and authority; `undefined` leaves a field out. */
  readonly cluster?: Readonly<Record<string, unknown>>;
  /** The user. */
  readonly user?: Readonly<Record<string, unknown>>;
  /** Fields of the context. */
  readonly context?: Readonly<Record<string, unknown>>;
}

/**
 * Makes what a kubeconfig says.
 *
 * @param location Where the server is.
 * @param parts What else it says; a part that is left out is not in it.
 * @returns The value of the file.
 */
export function kubeconfigOf({ server, ca }: Location, { cluster, user, context }: Parts): Record<string, unknown> {
  const name = "test";
  return {
    ...(cluster && { clusters: [{ name, cluster: { server, "certificate-authority-data": btoa(ca), ...cluster } }] }),
    ...(user && { users: [{ name, user }] }),
    ...(context &&
      { contexts: [{ name, context: { cluster: name, user: name, ...context } }], "current-context": name }),
  };
}

/**
 * Writes a kubeconfig file, over the one that is there.
 *
 * @param folder Where to.
 * @param target The target.
 * @param parts What it says.
 * @returns The path of the file.
 */
export async function writeKubeconfig(folder: TempFolder, target: Target, parts: Parts): Promise<string> {
  const path = join(folder.path, "kubeconfig");
  const config = kubeconfigOf(await target.locate(), { cluster: {}, context: {}, ...parts });
  await Deno.writeTextFile(path, JSON.stringify(config));
  return path;
}

/**
 * Connects as configuration files and the environment say.
 *
 * @param options The file, the context, the environment (by default an empty one).
 * @returns The client; dispose it in the end.
 */
export async function connectBy({ env = () => undefined, ...options }: ResolveConfigOptions): Promise<Client> {
  const { clock = systemClock } = options;
  const config = await resolveConfig({ ...options, env });
  const transport = new Transport(config, { concurrency: 16, requestTimeoutMs: 20_000, clock });
  return new Client({ sender: transport, kinds: new KindFinder(transport), namespace: config.namespace });
}
