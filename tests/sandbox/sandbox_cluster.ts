/**
 * A sandbox in the place of a control plane, for end-to-end tests that need nothing but the API.
 *
 * @module
 */
import { join } from "node:path";
import { keysIn } from "../../lib/sandbox/keys.ts";
import { Cluster, type ClusterLocation } from "../cluster/cluster.ts";
import { tokens } from "../cluster/pki.ts";
import { startTestSandbox } from "./test_sandbox.ts";

/** A sandbox that lasts as long as its variable, as end-to-end tests attach to it. */
export interface SandboxCluster extends ClusterLocation, AsyncDisposable {}

/**
 * Starts a sandbox for end-to-end tests. There is no etcd, and something stands in for kubectl.
 *
 * @returns The sandbox.
 */
export async function startSandboxCluster(): Promise<SandboxCluster> {
  await using held = new AsyncDisposableStack();
  const dir = await Deno.makeTempDir({ prefix: "kubescript-sandbox-cluster-" });
  held.defer(() => Deno.remove(dir, { recursive: true }));
  const { server, ca } = held.use(await startTestSandbox(join(dir, "data")));
  const { authority } = await keysIn(join(dir, "data"));
  const location = { dir, binDir: "", server, etcd: "" };
  const cluster = new Cluster(location);
  await cluster.writeKubeconfig({ user: { token: tokens.admin }, ca, path: cluster.kubeconfig });
  await Deno.mkdir(join(dir, "pki"));
  await Deno.writeTextFile(join(dir, "pki", "ca.crt"), ca);
  await Deno.writeTextFile(join(dir, "pki", "ca.key"), authority.key, { mode: 0o600 });
  const open = held.move();
  return { ...location, [Symbol.asyncDispose]: () => open.disposeAsync() };
}
