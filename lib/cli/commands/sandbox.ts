/**
 * `kubescript sandbox`.
 *
 * @module
 */

import { join, resolve } from "node:path";
import { parseYamlDocuments } from "../../base/yaml.ts";
import { KubescriptError } from "../../kube/error.ts";
import { versionInfo } from "../../sandbox/discovery/version.ts";
import { Sandbox } from "../../sandbox/sandbox.ts";
import { formatError } from "../errors_text.ts";
import { EXIT_CODES } from "../exit_code.ts";
import { type Call, textOptions } from "../invocation.ts";
import type { SandboxFlags } from "../server_flags.ts";

/** Stands in kubeconfigs that this command may overwrite and remove. */
const MARK = { name: "kubescript.dev/sandbox", extension: {} };

/**
 * Serves a small cluster of its own until it is interrupted.
 *
 * @param call What it is given.
 * @returns The exit code.
 */
export async function sandbox(call: Call<SandboxFlags>): Promise<number> {
  const { host: { stdout, stderr, clock }, flags, signal, onInterrupt } = call;
  const { kubeconfig, port, nodes, dataDir, rbac, tls } = flags;
  onInterrupt?.({ first: () => stderr.write("\nEnding the sandbox\n"), second() {} });
  if (kubeconfig !== undefined) await refuseForeign(kubeconfig);
  if (!tls) stderr.write("warning: everybody who can reach this machine's loopback may do everything in the sandbox\n");
  const onError = (error: unknown) => stderr.write(formatError(error, textOptions(call, stderr)));
  await using server = await Sandbox.start({ port, nodes, dataDir, rbac, tls, clock, onError });
  await using file = await writeKubeconfig(kubeconfig, server);
  stdout.write(welcome(server, file.path, flags));
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
  return EXIT_CODES.done;
}

function welcome({ server }: Sandbox, path: string, { dataDir, rbac }: SandboxFlags): string {
  return [
    `Kubernetes ${versionInfo().gitVersion} at ${server}, ${
      dataDir === undefined ? "in memory" : `kept in ${dataDir}`
    }`,
    "",
    `  export KUBECONFIG=${quoted(path)}`,
    "  kubectl get nodes",
    "",
    "Workloads become ready, but their containers run no images. You are admin; other users may do " +
    (rbac ? "what roles allow." : "everything, too."),
    `Ctrl-C ends it${dataDir === undefined ? ", and its objects are gone" : ""}.`,
    "",
  ].join("\n");
}

/** Writes the kubeconfig, and removes it in the end. */
async function writeKubeconfig(
  wanted: string | undefined,
  sandbox: Sandbox,
): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = wanted === undefined ? await Deno.makeTempDir({ prefix: "kubescript-sandbox-" }) : undefined;
  const path = folder === undefined ? resolve(wanted!) : join(folder, "kubeconfig");
  const text = JSON.stringify({ ...sandbox.kubeconfig(), extensions: [MARK] }, undefined, 2) + "\n";
  // A new file beside it, as one that is there keeps the rights that it has.
  const draft = `${path}.new`;
  await Deno.remove(draft).catch(() => {});
  await Deno.writeTextFile(draft, text, { mode: 0o600, createNew: true });
  await Deno.rename(draft, path);
  return {
    path,
    async [Symbol.asyncDispose]() {
      // Another sandbox may have written there since, or the user.
      if ((await readOwn(path))?.clusters?.[0]?.cluster?.server === sandbox.server) await Deno.remove(path);
      if (folder !== undefined) await Deno.remove(folder);
    },
  };
}

async function refuseForeign(path: string): Promise<void> {
  const isFree = await Deno.lstat(path).then(() => false, (error) => error instanceof Deno.errors.NotFound);
  if (isFree || await readOwn(path)) return;
  throw new KubescriptError(`Cannot write kubeconfig "${path}": the file is there, and no sandbox wrote it`, {
    hint: "Name a new file, or leave out --kubeconfig to get one",
  });
}

/** What is read of a kubeconfig. */
interface OwnKubeconfig {
  readonly clusters?: readonly { readonly cluster?: { readonly server?: string } }[];
  readonly extensions?: readonly { readonly name?: string }[];
}

/** Reads a kubeconfig of this command; kubectl may have written it anew, as YAML. */
async function readOwn(path: string): Promise<OwnKubeconfig | undefined> {
  try {
    const document = parseYamlDocuments(await Deno.readTextFile(path))[0]?.value as OwnKubeconfig;
    return document.extensions?.some(({ name }) => name === MARK.name) ? document : undefined;
  } catch {
    return undefined;
  }
}

/** Quotes a path for the shell, if it has to be. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
