/**
 * The flags of the commands, with what their help says.
 *
 * @module
 */

import type { Aliases, CommandContext, FlagParametersForType } from "@stricli/core";
import { parseDuration } from "../base/duration.ts";
import { DEFAULT_FILTER, parsePatterns } from "../client/api_proxy/request_filter.ts";
import type { ColorMode } from "./colors.ts";

/** Flags of every command that reads a script. */
export interface CommonFlags {
  /** The kubeconfig's context. */
  readonly context?: string;
  /** The kubeconfig file. */
  readonly kubeconfig?: string;
  /** The user to act as. */
  readonly as?: string;
  /** The groups to act as. */
  readonly asGroup?: readonly string[];
  /** The UID to act as. */
  readonly asUid?: string;
  /** The home namespace of scripts that name none. */
  readonly namespace?: string;
  /** The name of the script, for manifests. */
  readonly name?: string;
  /** Params as `name=value`. */
  readonly param?: readonly string[];
  /** A file with params. */
  readonly paramsFile?: string;
  /** The name of a preset. */
  readonly preset?: string;
  /** The form of the output. */
  readonly output: "text" | "json";
  /** When to use colours. */
  readonly color: ColorMode;
  /** Whether to show everything. */
  readonly verbose?: boolean;
  /** How many requests may be under way at once. */
  readonly concurrency: number;
  /** How long one attempt of a request may take, in milliseconds. */
  readonly requestTimeout: number;
  /** Whether fields that others own are taken over. */
  readonly forceConflicts?: boolean;
}

/** The flag of the commands that look at what a script wants. */
interface ValidateFlags {
  /** Whether objects are checked before the server is asked. */
  readonly validate: boolean;
}

/** Flags of `plan`. */
export interface PlanFlags extends CommonFlags, ValidateFlags {
  /** Whether changes have an exit code of their own. */
  readonly exitCode?: boolean;
}

/** Flags of the commands that write. */
export interface WriteFlags extends CommonFlags {
  /** What may be deleted beyond the rails. */
  readonly allowDelete?: readonly string[];
  /** Whether only the plan is shown. */
  readonly dryRun?: boolean;
  /** Whether no question is asked. */
  readonly yes?: boolean;
  /** Whether to wait until objects are ready, or gone. */
  readonly wait: boolean;
  /** How long to wait for that, in milliseconds. */
  readonly timeout: number;
}

/** Flags of `apply`. */
export interface ApplyFlags extends WriteFlags, ValidateFlags {
  /** Whether a script without any object may delete the whole set. */
  readonly allowEmpty?: boolean;
  /** When to prune. */
  readonly prune: "ready" | "early";
}

/** Flags of `types pull`. */
export interface TypesPullFlags extends
  Pick<
    CommonFlags,
    "context" | "kubeconfig" | "as" | "asGroup" | "asUid" | "color" | "verbose" | "concurrency" | "requestTimeout"
  > {
  /** Groups, all of whose kinds are wanted. */
  readonly group?: readonly string[];
  /** Kinds that are wanted. */
  readonly kind?: readonly string[];
  /** Where CustomResourceDefinitions are, instead of a cluster. */
  readonly crd?: readonly string[];
  /** The file to write. */
  readonly output?: string;
}

/** Flags of `run`. */
export interface RunFlags extends CommonFlags {
  /** What may be deleted beyond the rails. */
  readonly allowDelete?: readonly string[];
  /** Whether everything is done once. */
  readonly once?: boolean;
  /** For how many objects rules may run at once. */
  readonly ruleConcurrency: number;
}

/** Flags of `proxy`. */
export interface ProxyFlags
  extends Pick<CommonFlags, "context" | "kubeconfig" | "as" | "asGroup" | "asUid" | "color" | "verbose"> {
  /** The port. */
  readonly port?: number;
  /** The address of this machine. */
  readonly address: string;
  /** The Unix socket. */
  readonly unixSocket?: string;
  /** The path of the API. */
  readonly apiPrefix: string;
  /** The folder of files. */
  readonly www?: string;
  /** The path of the files. */
  readonly wwwPrefix: string;
  /** The names under which the proxy may be asked. */
  readonly acceptHosts?: readonly RegExp[];
  /** The paths that are passed on. */
  readonly acceptPaths: readonly RegExp[];
  /** The paths that are not. */
  readonly rejectPaths: readonly RegExp[];
  /** The methods that are not. */
  readonly rejectMethods: readonly RegExp[];
  /** Whether everything is passed on. */
  readonly disableFilter?: boolean;
}

/** Flags of `version`. */
export type VersionFlags = Pick<CommonFlags, "output">;

type Specs<F> = FlagParametersForType<F, CommandContext>;

/** One-letter names of flags that every command has. */
export const COMMON_ALIASES: Aliases<keyof CommonFlags> = { n: "namespace", o: "output", v: "verbose" };

/** One-letter names of the flags of commands that write. */
export const WRITE_ALIASES: Aliases<keyof WriteFlags> = { ...COMMON_ALIASES, y: "yes" };

/** One-letter names of the flags of `proxy`, as kubectl has them. */
export const PROXY_ALIASES: Aliases<keyof ProxyFlags> = {
  p: "port",
  u: "unixSocket",
  w: "www",
  P: "wwwPrefix",
  v: "verbose",
};

/** The flag of `version`. */
export const VERSION_FLAGS: Specs<VersionFlags> = {
  output: { kind: "enum", values: ["text", "json"], default: "text", brief: "Form of what goes to standard output" },
};

/** The flags of `approve`. */
export const COMMON_FLAGS: Specs<CommonFlags> = {
  context: text("NAME", "Context of the kubeconfig; by default its current one"),
  kubeconfig: text("FILE", "By default $KUBECONFIG, else ~/.kube/config, else that of the Pod"),
  as: text("USER", "Act as this user, if you may"),
  asGroup: texts("GROUP", "Act as a member of this group; repeatable"),
  asUid: text("UID", "Act as the user with this UID"),
  namespace: text("NAME", "Home namespace of scripts that name none; by default the context's"),
  name: text("NAME", "Name for manifests; by default that of their file or folder"),
  param: {
    kind: "parsed",
    parse: parseParam,
    optional: true,
    variadic: true,
    placeholder: "NAME=VALUE",
    brief: "Value of a param of the script; repeatable",
  },
  paramsFile: text("FILE", "YAML or JSON file with params"),
  preset: text("NAME", "Preset of params; --params-file and --param override it"),
  ...VERSION_FLAGS,
  color: {
    kind: "enum",
    values: ["auto", "always", "never"],
    default: "auto",
    brief: "Colours; auto: on a terminal, unless $NO_COLOR is set",
  },
  verbose: flag("Show unchanged objects, repeated requests and where errors arise"),
  concurrency: {
    kind: "parsed",
    parse: parseCount,
    default: "16",
    placeholder: "NUMBER",
    brief: "Requests that may be under way at once",
  },
  requestTimeout: duration("30s", "How long one attempt of a request may take"),
  forceConflicts: flag("Take over fields that somebody else owns"),
};

const VALIDATE_FLAGS: Specs<ValidateFlags> = {
  validate: { kind: "boolean", default: true, brief: "Check objects by their schemas before anything is written" },
};

/** The flags of `plan`. */
export const PLAN_FLAGS: Specs<PlanFlags> = {
  exitCode: flag("Exit with 2 if there are changes"),
  ...VALIDATE_FLAGS,
  ...COMMON_FLAGS,
};

const WRITE_FLAGS: Specs<Omit<WriteFlags, keyof CommonFlags>> = {
  dryRun: flag("Print the plan and write nothing"),
  yes: flag("Do not ask before something is deleted"),
  wait: { kind: "boolean", default: true, brief: "Wait until objects are ready, or gone" },
  timeout: duration("5m", "How long to wait for that"),
  allowDelete: {
    kind: "parsed",
    parse: parseAllowDelete,
    optional: true,
    variadic: true,
    placeholder: "WHAT",
    brief: "Allow more deletions: a number, Kind, Kind/namespace/name, all; repeatable",
  },
};

/** The flags of `run`. */
export const RUN_FLAGS: Specs<RunFlags> = {
  once: flag("Do everything once, then end"),
  ruleConcurrency: {
    kind: "parsed",
    parse: parseCount,
    default: "16",
    placeholder: "NUMBER",
    brief: "Objects that rules may handle at once",
  },
  allowDelete: WRITE_FLAGS.allowDelete,
  ...COMMON_FLAGS,
};

/** The flags of `delete`. */
export const DELETE_FLAGS: Specs<WriteFlags> = { ...WRITE_FLAGS, ...COMMON_FLAGS };

/** The flags of `apply`. */
export const APPLY_FLAGS: Specs<ApplyFlags> = {
  ...WRITE_FLAGS,
  allowEmpty: flag("Allow a script without any object to delete the whole set"),
  prune: {
    kind: "enum",
    values: ["ready", "early"],
    default: "ready",
    brief: "Delete what left the script once the rest is ready, or without waiting",
  },
  ...VALIDATE_FLAGS,
  ...COMMON_FLAGS,
};

const { context, kubeconfig, as, asGroup, asUid, color, concurrency, requestTimeout } = COMMON_FLAGS;

/** The flags of `types pull`. */
export const TYPES_PULL_FLAGS: Specs<TypesPullFlags> = {
  group: texts("GROUP", "Write the kinds of this group; repeatable"),
  kind: texts("KIND", "Write this kind, by any name that kubectl takes; repeatable"),
  crd: texts("FILE", "Ask no cluster but this file, folder, https URL or - for standard input; repeatable"),
  output: text("FILE", "The file to write; by default standard output"),
  context,
  kubeconfig,
  as,
  asGroup,
  asUid,
  color,
  verbose: flag("Show repeated requests and where errors arise"),
  concurrency,
  requestTimeout,
};

/** The flags of `proxy`. */
export const PROXY_FLAGS: Specs<ProxyFlags> = {
  port: {
    kind: "parsed",
    parse: parsePort,
    optional: true,
    placeholder: "NUMBER",
    brief: "Port to listen on; by default 8001, 0 for any that is free",
  },
  address: textOr("127.0.0.1", "IP", "Address of this machine to listen on"),
  unixSocket: text("PATH", "Unix socket to listen on instead"),
  apiPrefix: textOr("/", "PATH", "Path under which the API is found"),
  www: text("FOLDER", "Serve the files of this folder, too"),
  wwwPrefix: textOr("/static/", "PATH", "Path under which the files are found"),
  acceptHosts: {
    ...patterns("Hosts as which it may be asked, and whose pages may ask; by default this one"),
    optional: true,
  },
  acceptPaths: { ...patterns("Paths of the API that are passed on"), default: DEFAULT_FILTER.acceptPaths },
  rejectPaths: { ...patterns("Paths that are not, even so"), default: DEFAULT_FILTER.rejectPaths },
  rejectMethods: { ...patterns("Methods that are not, such as DELETE,PATCH"), default: DEFAULT_FILTER.rejectMethods },
  disableFilter: flag("Pass everything on, for anybody who can connect"),
  context,
  kubeconfig,
  as,
  asGroup,
  asUid,
  color,
  verbose: flag("Show every request, and where errors arise"),
};

function patterns(brief: string) {
  return { kind: "parsed", parse: parsePatterns, placeholder: "REGEXP,…", brief } as const;
}

function texts(placeholder: string, brief: string) {
  return { ...text(placeholder, brief), variadic: true } as const;
}

function text(placeholder: string, brief: string) {
  return { kind: "parsed", parse: String, optional: true, placeholder, brief } as const;
}

function textOr(byDefault: string, placeholder: string, brief: string) {
  return { kind: "parsed", parse: String, default: byDefault, placeholder, brief } as const;
}

function flag(brief: string) {
  return { kind: "boolean", optional: true, withNegated: false, brief } as const;
}

function duration(byDefault: string, brief: string) {
  return { kind: "parsed", parse: parseDuration, default: byDefault, placeholder: "DURATION", brief } as const;
}

function parsePort(input: string): number {
  if (/^\d{1,5}$/.test(input) && Number(input) < 65_536) return Number(input);
  throw new RangeError(`Cannot use "${input}" as a port: write a number from 0 to 65535`);
}

function parseParam(input: string): string {
  if (input.indexOf("=") > 0) return input;
  throw new RangeError(`Cannot read param "${input}": write it as NAME=VALUE`);
}

/**
 * Reads a number of requests.
 *
 * @param input The text.
 * @returns The number.
 * @throws {RangeError} If it is not one from 1 to 9999.
 */
export function parseCount(input: string): number {
  if (/^[1-9]\d{0,3}$/.test(input)) return Number(input);
  throw new RangeError(`Cannot use "${input}" as a number of requests: write a number from 1 to 9999`);
}

function parseAllowDelete(input: string): string {
  if (/^(all|\d+|[A-Z]\w*(\/[^/\s]+){0,2})$/.test(input)) return input;
  throw new RangeError(
    `Cannot read "${input}": write a number, a kind such as Deployment, an object such as Deployment/shop/web, or all`,
  );
}
