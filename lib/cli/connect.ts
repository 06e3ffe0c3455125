/**
 * `connect()`: the client of scripts that are run by `deno run`, with flags of the command line.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { parseDuration } from "../base/duration.ts";
import type { ImpersonationOptions } from "../client/config/cluster_config.ts";
import { listContexts } from "../client/config/contexts.ts";
import { openScriptClient, type ScriptClient } from "../engine/ad_hoc/script_client.ts";
import { KubescriptError } from "../kube/error.ts";
import { AdHocOutput } from "./ad_hoc_output.ts";
import { colorsFor } from "./colors.ts";
import { formatError } from "./errors_text.ts";
import { EXIT_CODES } from "./exit_code.ts";
import { parseCount } from "./flags.ts";
import { denoHost, type Host } from "./host.ts";
import { listenForInterrupt } from "./interrupt.ts";

/** How {@linkcode connect} finds the cluster. What is given here goes before the flags. */
export interface ConnectOptions {
  /** The command line. @default {Deno.args} */
  readonly args?: readonly string[];
  /** The kubeconfig's context. */
  readonly context?: string;
  /** The kubeconfig file. */
  readonly kubeconfig?: string;
  /** Whom to act as. */
  readonly impersonate?: ImpersonationOptions;
  /** The namespace of references and lists that name none. */
  readonly namespace?: string;
  /** Whether writes are only tried. */
  readonly dryRun?: boolean;
}

const HELP = `Flags of every script that calls connect():
  --context NAME          Context of the kubeconfig; by default its current one
  --kubeconfig FILE       By default $KUBECONFIG, else ~/.kube/config, else that of the Pod
  --as USER               Act as this user, if you may
  --as-group GROUP        Act as a member of this group; repeatable
  --as-uid UID            Act as the user with this UID
  -n, --namespace NAME    Namespace of what names none; by default the context's
  --dry-run               Try everything and keep nothing: tells what would be done
  --concurrency NUMBER    Requests that may be under way at once (default 16)
  --request-timeout TIME  How long one attempt of a request may take (default 30s)
  -v, --verbose           Tell about every write and every repeated request
  --color WHEN            auto, always or never
  -h, --help              Show this
`;

/**
 * Connects to a cluster.
 *
 * The flags `--context`, `--kubeconfig`, `--as`, `--as-group`, `--as-uid`, `--namespace`, `--dry-run`, `--concurrency`,
 * `--request-timeout`, `--verbose` and `--color` of the command line are honoured; all others are left to the script. In
 * a dry run, writes are tried on the server and not kept; reads after them see what they would have led to. Ctrl-C lets
 * the request under way finish and begins no other. In the end, what was done is summed up on standard error.
 *
 * @param options Which cluster, and whether to try only.
 * @returns The client; `await using` closes it.
 * @throws {ConfigError} If there is no configuration, or a mistake in it.
 * @throws {RangeError} If a flag has a value that it cannot have.
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
  const { kubeconfig = readFlags(options.args ?? Deno.args).kubeconfig } = options;
  return await listContexts(pattern, { kubeconfig });
}

/**
 * Connects for a process.
 *
 * @param host The process.
 * @param args The command line.
 * @param options What goes before the flags.
 * @returns The client.
 */
export async function connectFrom(
  host: Host,
  args: readonly string[],
  options: Omit<ConnectOptions, "args">,
): Promise<ScriptClient> {
  const flags = { ...readFlags(args), ...options };
  if (flags.help) {
    host.stdout.write(HELP);
    host.exit(EXIT_CODES.done);
  }
  host.onUncaught((error) => {
    if (!(error instanceof KubescriptError)) return;
    const { stderr } = host;
    stderr.write(formatError(error, { colors: colorsFor(flags.color, stderr, host.noColor), verbose: flags.verbose }));
    host.exit(EXIT_CODES.failed);
  });
  const output = new AdHocOutput(host, { verbose: flags.verbose, color: flags.color, dryRun: flags.dryRun });
  const interruption = listenForInterrupt(host);
  try {
    return await openScriptClient({
      ...flags,
      stdinIsTerminal: host.stdin.isTerminal,
      clock: host.clock,
      signal: interruption.signal,
      onEntry: (line, entry) => output.entry(line, entry),
      onPage: (progress) => output.page(progress),
      onWarning: (message) => output.warn(message),
      onRetry: flags.verbose ? (message) => output.note(message) : undefined,
      onClose(journal, context) {
        output.close(journal, context);
        interruption[Symbol.dispose]();
        if (interruption.signal.aborted) host.exit(EXIT_CODES.interrupted);
      },
    });
  } catch (error) {
    interruption[Symbol.dispose]();
    throw error;
  }
}

/** The flags of the command line that concern the connection. */
interface Flags {
  readonly context: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly impersonate: ImpersonationOptions;
  readonly namespace: string | undefined;
  readonly dryRun: boolean;
  readonly concurrency: number;
  readonly requestTimeoutMs: number;
  readonly verbose: boolean;
  readonly color: "auto" | "always" | "never";
  readonly help: boolean;
}

function readFlags(args: readonly string[]): Flags {
  const { values } = parseArgs({
    args: [...args],
    // The script may have flags and arguments of its own.
    strict: false,
    options: {
      context: { type: "string" },
      kubeconfig: { type: "string" },
      as: { type: "string" },
      "as-group": { type: "string", multiple: true },
      "as-uid": { type: "string" },
      namespace: { type: "string", short: "n" },
      "dry-run": { type: "boolean" },
      concurrency: { type: "string" },
      "request-timeout": { type: "string" },
      verbose: { type: "boolean", short: "v" },
      color: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  const texts = (name: keyof typeof values) => {
    return [values[name] ?? []].flat().map((value) => {
      if (typeof value === "string" && value !== "") return value;
      throw new RangeError(`Cannot use flag --${name} without a value`);
    });
  };
  const text = (name: keyof typeof values) => texts(name).at(-1);
  const groups = texts("as-group");
  const color = text("color") ?? "auto";
  if (color !== "auto" && color !== "always" && color !== "never") {
    throw new RangeError(`Cannot use --color=${color}: write auto, always or never`);
  }
  return {
    context: text("context"),
    kubeconfig: text("kubeconfig"),
    impersonate: { user: text("as"), uid: text("as-uid"), groups: groups.length > 0 ? groups : undefined },
    namespace: text("namespace"),
    dryRun: values["dry-run"] === true,
    concurrency: parseCount(text("concurrency") ?? "16"),
    requestTimeoutMs: parseDuration(text("request-timeout") ?? "30s"),
    verbose: values.verbose === true,
    color,
    help: values.help === true,
  };
}
