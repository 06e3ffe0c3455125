/**
 * `connect()`: the client of scripts that are run by `deno run`, with flags of the command line.
 *
 * @module
 */

import type { ImpersonationOptions } from "../client/config/cluster_config.ts";
import { listContexts } from "../client/config/contexts.ts";
import { Journal } from "../engine/ad_hoc/journal.ts";
import { openScriptClient, type ScriptClient } from "../engine/ad_hoc/script_client.ts";
import { UsageError } from "../engine/ad_hoc/usage_error.ts";
import { KubescriptError } from "../kube/error.ts";
import { AdHocOutput } from "./ad_hoc_output.ts";
import { colorsFor } from "./colors.ts";
import { CONNECT_HELP, type ConnectFlags, readConnectFlags } from "./connect_flags.ts";
import { formatError } from "./errors_text.ts";
import { EXIT_CODES } from "./exit_code.ts";
import { denoHost, type Host } from "./host.ts";
import { listenForInterrupt } from "./interrupt.ts";

/** How {@linkcode connect} finds the cluster. What is given here goes before the flags. */
export interface ConnectOptions {
  /** The command line. @default {Deno.args} */
  readonly args?: readonly string[] | undefined;
  /** How to call the script, such as `scale.ts REPLICAS NAME`: for `--help`, and for {@linkcode ScriptClient.usage}. */
  readonly usage?: string | undefined;
  /** The kubeconfig's context. */
  readonly context?: string | undefined;
  /** The kubeconfig file. */
  readonly kubeconfig?: string | undefined;
  /** Whom to act as. */
  readonly impersonate?: ImpersonationOptions | undefined;
  /** The namespace of references and lists that name none. */
  readonly namespace?: string | undefined;
  /** Whether writes are only tried, also without the flag. */
  readonly dryRun?: boolean | undefined;
}

/**
 * Connects to a cluster.
 *
 * The flags `--context`, `--kubeconfig`, `--as`, `--as-group`, `--as-uid`, `--namespace`, `--dry-run`, `--concurrency`,
 * `--request-timeout`, `--verbose`, `--color` and `--help` of the command line are honoured; all other arguments are
 * left to the script, see {@linkcode ScriptClient.args}. In a dry run, writes are tried on the server and not kept, and
 * reads after them see what they would have led to. Ctrl-C lets the writes under way finish and begins no other. In the
 * end, what was done is summed up on standard error, and errors that nobody caught are told in words.
 *
 * @param options Which cluster, and whether to try only.
 * @returns The client; `await using` closes it.
 * @throws {UsageError} If a flag has a value that it cannot have.
 * @throws {ConfigError} If there is no configuration, or a mistake in it.
 *
 * @example Usage
 * ```ts ignore
 * import { connect } from "@kubescript/kubescript";
 * import { Pod } from "@kubescript/kubescript/kinds";
 *
 * await using k = await connect();
 * for await (const pod of k.list(Pod, { allNamespaces: true, fields: "status.phase=Failed" })) {
 *   await k.delete(Pod, pod);
 * }
 * ```
 */
export async function connect(options: ConnectOptions = {}): Promise<ScriptClient> {
  return await connectFrom(denoHost(), options.args ?? Deno.args, options);
}

/**
 * Lists the contexts of the kubeconfig, to do something on several clusters.
 *
 * @param pattern Which of them: a name in which `*` stands for any characters and `?` for one.
 * @param options The command line, of which the flag `--kubeconfig` is honoured; the kubeconfig file.
 * @returns Their names, in the order of the files.
 * @throws {UsageError} If a flag has a value that it cannot have.
 * @throws {ConfigError} If a kubeconfig cannot be read.
 *
 * @example Usage
 * ```ts ignore
 * import { connect, contexts } from "@kubescript/kubescript";
 *
 * for (const context of await contexts("prod-*")) {
 *   await using k = await connect({ context });
 *   console.log(context, (await k.version()).gitVersion);
 * }
 * ```
 */
export async function contexts(
  pattern = "*",
  options: Pick<ConnectOptions, "args" | "kubeconfig"> = {},
): Promise<string[]> {
  const flags = readFlags(denoHost(), options.args ?? Deno.args);
  return await listContexts(pattern, { kubeconfig: options.kubeconfig ?? flags.kubeconfig });
}

/**
 * Connects for a process.
 *
 * @param host The process.
 * @param args The command line.
 * @param options What goes before its flags.
 * @returns The client.
 */
export async function connectFrom(
  host: Host,
  args: readonly string[],
  options: Omit<ConnectOptions, "args">,
): Promise<ScriptClient> {
  const opened = new DisposableStack();
  // A script that does not dispose the client is summed up all the same if it ends by an error.
  const flags = readFlags(host, args, () => opened.dispose());
  if (flags.help) {
    host.stdout.write(options.usage === undefined ? CONNECT_HELP : `Usage: ${options.usage}\n\n${CONNECT_HELP}`);
    host.exit(EXIT_CODES.done);
  }
  const { verbose, color } = flags;
  const dryRun = flags.dryRun || options.dryRun === true;
  const journal = new Journal({ dryRun, onEntry: (line, entry) => output.entry(line, entry) });
  const output = new AdHocOutput(host, journal, { verbose, color, dryRun });
  using listening = new DisposableStack();
  const { signal } = listening.use(listenForInterrupt(host));
  const client = await openScriptClient({
    ...flags,
    context: options.context ?? flags.context,
    kubeconfig: options.kubeconfig ?? flags.kubeconfig,
    impersonate: options.impersonate ?? flags.impersonate,
    namespace: options.namespace ?? flags.namespace,
    args: flags.rest,
    usage: options.usage,
    dryRun,
    journal,
    stdinIsTerminal: host.stdin.isTerminal,
    clock: host.clock,
    signal,
    onWaiting: (isWaiting) => output.waiting(isWaiting),
    onPage: (progress) => output.page(progress),
    onWarning: (message) => output.warn(message),
    onRetry: verbose ? (message) => output.note(message) : undefined,
    onClose(context) {
      ending.dispose();
      output.close(context, signal.aborted);
      if (signal.aborted) host.exit(EXIT_CODES.interrupted);
    },
  });
  const ending = listening.move();
  return opened.use(client);
}

/** Reads the flags. Errors of the library that nobody catches are told in words, all others by Deno with their stack. */
function readFlags(host: Host, args: readonly string[], beforeExit?: () => void): ConnectFlags {
  let output: Pick<ConnectFlags, "color" | "verbose"> = { color: "auto", verbose: false };
  host.onUncaught((error) => {
    beforeExit?.();
    if (!(error instanceof KubescriptError)) return;
    const colors = colorsFor(output.color, host.stderr, host.noColor);
    host.stderr.write(formatError(error, { ...output, colors }));
    host.exit(error instanceof UsageError ? EXIT_CODES.usage : EXIT_CODES.failed);
  });
  const flags = readConnectFlags(args);
  output = flags;
  return flags;
}
