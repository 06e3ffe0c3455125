/**
 * The flags of scripts that are run by `deno run`.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { parseDuration } from "../base/duration.ts";
import { nearest } from "../base/nearest.ts";
import type { ImpersonationOptions } from "../client/config/cluster_config.ts";
import { UsageError } from "../engine/ad_hoc/usage_error.ts";
import type { ColorMode } from "./colors.ts";
import { parseCount } from "./flag_values.ts";

/** The flags of the command line that concern the connection, and what they leave to the script. */
export interface ConnectFlags {
  /** The kubeconfig's context. */
  readonly context: string | undefined;
  /** The kubeconfig file. */
  readonly kubeconfig: string | undefined;
  /** Whom to act as. */
  readonly impersonate: ImpersonationOptions;
  /** The namespace of references and lists that name none. */
  readonly namespace: string | undefined;
  /** Whether writes are only tried. */
  readonly dryRun: boolean;
  /** How many requests may be under way at once. */
  readonly concurrency: number;
  /** How long one attempt of a request may take, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** Whether every write and every repeated request is told. */
  readonly verbose: boolean;
  /** When to use colours. */
  readonly color: ColorMode;
  /** Whether to show the help. */
  readonly help: boolean;
  /** All other arguments. */
  readonly rest: readonly string[];
}

/** What `--help` says of the flags. */
export const CONNECT_HELP = `Flags of every script that calls connect():
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

const OPTIONS = {
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
} as const;

/**
 * Reads the flags.
 *
 * @param args The command line.
 * @returns The flags, and what they leave to the script.
 * @throws {UsageError} If one of them has a value that it cannot have, or looks like a dry run and is none.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const { dryRun, rest } = readConnectFlags(["shop/web", "--dry-run", "--replicas=3"]);
 * deepStrictEqual([dryRun, rest], [true, ["shop/web", "--replicas=3"]]);
 * ```
 */
export function readConnectFlags(args: readonly string[]): ConnectFlags {
  // Not strict, as the script may have flags and arguments of its own.
  const { values, tokens } = parseArgs({ args: [...args], strict: false, tokens: true, options: OPTIONS });
  if (values["dry-run"] !== true) refuseOddDryRun(args);
  const texts = (name: keyof typeof OPTIONS) => {
    return [values[name] ?? []].flat().map((value) => {
      if (typeof value === "string" && /^[^-]/.test(value)) return value;
      throw usageError(`Cannot use --${name} without a value`);
    });
  };
  const text = (name: keyof typeof OPTIONS) => texts(name).at(-1);
  const groups = texts("as-group");
  const color = text("color") ?? "auto";
  if (color !== "auto" && color !== "always" && color !== "never") {
    throw usageError(`Cannot use --color=${color}: write auto, always or never`);
  }
  const own = new Set(tokens.flatMap((token) => {
    if (token.kind !== "option" || !Object.hasOwn(OPTIONS, token.name)) return [];
    return token.value === undefined || token.inlineValue ? [token.index] : [token.index, token.index + 1];
  }));
  return {
    context: text("context"),
    kubeconfig: text("kubeconfig"),
    impersonate: { user: text("as"), uid: text("as-uid"), groups: groups.length > 0 ? groups : undefined },
    namespace: text("namespace"),
    dryRun: values["dry-run"] === true,
    concurrency: parsed(parseCount, text("concurrency") ?? "16"),
    requestTimeoutMs: parsed(parseDuration, text("request-timeout") ?? "30s"),
    verbose: values.verbose === true,
    color,
    help: values.help === true,
    rest: args.filter((_, index) => !own.has(index)),
  };
}

/** Whoever mistypes this flag, or writes it as for kubectl, must not find that everything was done. */
function refuseOddDryRun(args: readonly string[]): void {
  const odd = args.find((arg) => {
    const name = /^-+([^=]*)/.exec(arg)?.[1] ?? "";
    return name === "dry" || nearest(name, ["dry-run"]) !== undefined;
  });
  if (odd !== undefined) throw usageError(`Cannot use "${odd}": write --dry-run, and not after "--"`);
}

function parsed<T>(parse: (text: string) => T, text: string): T {
  try {
    return parse(text);
  } catch (error) {
    throw error instanceof RangeError ? usageError(error.message) : error;
  }
}

function usageError(message: string): UsageError {
  return new UsageError(message, { hint: "Run it with --help to see the flags" });
}
