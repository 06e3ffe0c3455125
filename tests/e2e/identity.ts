/**
 * How end-to-end tests find out who kubescript is to the API server.
 *
 * @module
 */
import { join } from "node:path";
import { systemClock } from "../../lib/base/clock.ts";
import type { UserInfo } from "../../lib/client/access.ts";
import type { Client } from "../../lib/client/client.ts";
import { connect, type ConnectOptions, openTransport } from "../../lib/client/connect.ts";
import type { KubeRequest } from "../../lib/kube/request.ts";
import { testCluster } from "../cluster/attach.ts";
import { type KubescriptResult, projectPath, type TempFolder } from "./kubescript.ts";

/** What a kubeconfig says. */
export interface Parts {
  /** Fields of the cluster, besides its address and authority; `undefined` leaves a field out. */
  readonly cluster?: Readonly<Record<string, unknown>>;
  /** The user. */
  readonly user: Readonly<Record<string, unknown>>;
}

/**
 * Writes a kubeconfig for the test cluster, over the one that is there.
 *
 * @param folder Where to.
 * @param parts What it says.
 * @returns The path of the file.
 */
export async function writeKubeconfig(folder: TempFolder, { cluster, user }: Parts): Promise<string> {
  const path = join(folder.path, "kubeconfig");
  await testCluster().writeKubeconfig({ user: { token: "" }, path });
  const config = JSON.parse(await Deno.readTextFile(path));
  Object.assign(config.clusters[0].cluster, cluster);
  config.users[0].user = user;
  await Deno.writeTextFile(path, JSON.stringify(config));
  return path;
}

/**
 * Connects to the test cluster.
 *
 * @param kubeconfig The kubeconfig.
 * @param options How to connect.
 * @returns The client.
 */
export function connectTo(kubeconfig: string, options: Partial<ConnectOptions> = {}): Promise<Client> {
  return connect({ kubeconfig, concurrency: 16, requestTimeoutMs: 20_000, clock: systemClock, ...options });
}

/** How a run of {@linkcode runWhoAmI} ended. */
export interface WhoAmIResult extends KubescriptResult {
  /** Who it was, if it came so far. */
  readonly user?: UserInfo;
}

/**
 * Runs a script that connects, and asks who it is.
 *
 * @param folder Where to write it.
 * @param args Its arguments.
 * @param env Environment variables besides those of the test.
 * @returns How it ended.
 */
export async function runWhoAmI(
  folder: TempFolder,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<WhoAmIResult> {
  const script = join(folder.path, "whoami.ts");
  await Deno.writeTextFile(
    script,
    `import { connect } from "@kubescript/kubescript";
await using k = await connect();
console.log(JSON.stringify(await k.whoAmI()));
`,
  );
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    // deno-fmt-ignore
    args: [
      "run", "--allow-all", "--no-check", "--no-lock", "--quiet", "--config", projectPath("deno.json"), script, ...args,
    ],
    env,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  const result = { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  return code === 0 ? { ...result, user: JSON.parse(result.stdout) } : result;
}

/**
 * Asks for a WebSocket: to run a command in a container of a Pod that is not there.
 *
 * @param kubeconfig The kubeconfig.
 */
export async function askForShell(kubeconfig: string): Promise<void> {
  const options = { kubeconfig, concurrency: 1, requestTimeoutMs: 20_000, clock: systemClock };
  const { transport } = await openTransport(options);
  using _ = transport;
  const request: KubeRequest = {
    method: "GET",
    verb: "get",
    path: "/api/v1/namespaces/default/pods/none/exec?command=sh&stdout=true",
    what: "run a command",
    idempotent: true,
  };
  (await transport.connect(request, ["v5.channel.k8s.io"]))[Symbol.dispose]();
}
