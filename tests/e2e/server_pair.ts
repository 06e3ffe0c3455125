/**
 * The real control plane and a sandbox side by side: tests run the same kubectl against both, and compare what it writes.
 *
 * @module
 */
import { join } from "node:path";
import { testCluster } from "../cluster/attach.ts";
import type { KubectlResult } from "../cluster/cluster.ts";
import { tokens } from "../cluster/pki.ts";
import { startTestSandbox } from "../sandbox/test_sandbox.ts";

/** A server of a pair. */
export interface PairedServer {
  /** The path of its kubeconfig, with the namespace of the test. */
  readonly kubeconfig: string;
  /**
   * Starts kubectl.
   *
   * @param args Its arguments.
   * @returns The process.
   */
  start(args: readonly string[]): Deno.ChildProcess;
  /**
   * Runs kubectl to its end.
   *
   * @param args Its arguments.
   * @param stdin What it can read.
   * @returns How it ended.
   */
  run(args: readonly string[], stdin?: string): Promise<KubectlResult>;
}

/** Two servers with a namespace of the same name. */
export interface ServerPair extends AsyncDisposable {
  /** The namespace, in which Pods can be made. */
  readonly namespace: string;
  /** A folder for files. */
  readonly folder: string;
  /** The real one. */
  readonly real: PairedServer;
  /** The sandbox. */
  readonly sandbox: PairedServer;
  /**
   * Runs kubectl against both.
   *
   * @param args Its arguments.
   * @param stdin What it can read.
   * @returns How both ended; what differs by nature is replaced by words.
   */
  both(args: readonly string[], stdin?: string): Promise<{ real: KubectlResult; sandbox: KubectlResult }>;
}

/**
 * Starts a sandbox beside the test cluster.
 *
 * @returns The pair; dispose it in the end.
 */
export async function startPair(): Promise<ServerPair> {
  const cluster = testCluster();
  const home = await cluster.namespace("kubectl");
  const folder = await Deno.makeTempDir({ prefix: "kubescript-pair-" });
  const process = await startTestSandbox();
  const ca = await Deno.readTextFile(join(cluster.dir, "pki/ca.crt"));
  const real = await pairedServer(folder, "real", home.name, { server: cluster.server, ca });
  const sandbox = await pairedServer(folder, "sandbox", home.name, process);
  for (const args of [["create", "namespace", home.name], ["wait", "--for=create", "serviceaccount/default"]]) {
    const { code, stderr } = await sandbox.run(args);
    if (code !== 0) throw new Error(`Cannot run kubectl ${args.join(" ")}: ${stderr}`);
  }
  return {
    namespace: home.name,
    folder,
    real,
    sandbox,
    async both(args, stdin) {
      const [one, other] = await Promise.all([real.run(args, stdin), sandbox.run(args, stdin)]);
      return { real: comparable(one), sandbox: comparable(other) };
    },
    async [Symbol.asyncDispose]() {
      await process[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function pairedServer(
  folder: string,
  name: string,
  namespace: string,
  { server, ca }: { readonly server: string; readonly ca: string },
): Promise<PairedServer> {
  const kubeconfig = join(folder, name);
  await testCluster().writeKubeconfig({ path: kubeconfig, user: { token: tokens.admin }, server, ca, namespace });
  const start = (args: readonly string[]) =>
    new Deno.Command(join(testCluster().binDir, "kubectl"), {
      args: [...args],
      env: { KUBECONFIG: kubeconfig, KUBECACHEDIR: join(folder, `${name}-cache`), KUBE_EDITOR: "sed -i s/blue/green/" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  return {
    kubeconfig,
    start,
    async run(args, stdin = "") {
      const child = start(args);
      const [{ code, stdout, stderr }] = await Promise.all([
        child.output(),
        // A kubectl that fails does not read to the end, which shows in its exit code.
        ReadableStream.from([new TextEncoder().encode(stdin)]).pipeTo(child.stdin).catch(() => {}),
      ]);
      const decoder = new TextDecoder();
      return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
    },
  };
}

/** What differs between two servers that do the same: what is drawn, and what depends on the time and the place. */
const DIFFERENCES: readonly (readonly [RegExp, string])[] = [
  [/W\d{4} [\d:.]+ +\d+ /g, "W "],
  [/https:\/\/127\.0\.0\.1:\d+/g, "SERVER"],
  [/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "UID"],
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z| \+0000)/g, "TIME"],
  [/\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000/g, "TIME"],
  [/("?resourceVersion"?:) "\d+"/g, "$1 REVISION"],
  [/\b\d+\.\d+\.\d+\.\d+\b/g, "ADDRESS"],
  [/\b(node|kubelet|sandbox)-\d\b/g, "NODE"],
  [/(LIVE|MERGED)-\d+/g, "$1"],
  // Hashes of templates, and generated names; both are written without vowels.
  [/(pod-template-hash[=:] ?)\w+/g, "$1HASH"],
  [/-(?=[a-z]*\d)[bcdfghjklmnpqrstvwxz2456789]{8,10}\b/g, "-HASH"],
  [/-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, "-NAME"],
  [/(?<=\s)(\d+[smh]){1,2}(?=\s)/g, "AGE"],
  // How far a rollout was when somebody asked.
  [/^Waiting for .*\n/gm, ""],
  // The columns are as wide as what stands in them.
  [/ +/g, " "],
];

function comparable({ code, stdout, stderr }: KubectlResult): KubectlResult {
  const replaced = (text: string) => DIFFERENCES.reduce((text, [from, to]) => text.replace(from, to), text);
  return { code, stdout: replaced(stdout), stderr: replaced(stderr) };
}
