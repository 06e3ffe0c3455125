/**
 * The flags of the commands, with what their help says.
 *
 * @module
 */

import type { Aliases } from "@stricli/core";
import type { ColorMode } from "./colors.ts";
import { duration, flag, type Specs, text, texts } from "./flag_specs.ts";
import { parseAllowDelete, parseCount, parseParam } from "./flag_values.ts";
import { type HostPort, parseListenAddress } from "./listen_address.ts";

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
  readonly output: "text" | "json" | "yaml";
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

/** The flag of the commands that look at the children of rules. */
interface RulesFlags {
  /** Whether rules are evaluated. */
  readonly rules: boolean;
}

/** Flags of `plan`. */
export interface PlanFlags extends CommonFlags, ValidateFlags, RulesFlags {
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

/** Flags of `delete`. */
export interface DeleteFlags extends WriteFlags, RulesFlags {}

/** Flags of `apply`. */
export interface ApplyFlags extends WriteFlags, ValidateFlags, RulesFlags {
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
  /** Whether it is only told what would be written. */
  readonly dryRun?: boolean;
  /** Whether to start anew when a file changes that was read. */
  readonly watch?: boolean;
  /** For how many objects rules may run at once. */
  readonly ruleConcurrency: number;
  /** Where to listen for probes. */
  readonly listen?: HostPort;
  /** How long the end may take, in milliseconds. */
  readonly gracePeriod: number;
  /** The form of the log; by default that of the output. */
  readonly logFormat?: "text" | "json";
}

/** Flags of `status`. */
export interface StatusFlags extends CommonFlags {
  /** Whether it has an exit code of its own that something is not well. */
  readonly exitCode?: boolean;
}

/** Flags of `version`. */
export interface VersionFlags {
  /** The form of the output. */
  readonly output: "text" | "json";
}

/** One-letter names of flags that every command has. */
export const COMMON_ALIASES: Aliases<keyof CommonFlags> = { n: "namespace", o: "output", v: "verbose" };

/** One-letter names of the flags of commands that write. */
export const WRITE_ALIASES: Aliases<keyof WriteFlags> = { ...COMMON_ALIASES, y: "yes" };

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

const RULES_FLAGS: Specs<RulesFlags> = {
  rules: { kind: "boolean", default: true, brief: "Evaluate the rules each; without, their children stay as they are" },
};

/** The flags of `plan`. */
export const PLAN_FLAGS: Specs<PlanFlags> = {
  exitCode: flag("Exit with 2 if there are changes"),
  ...RULES_FLAGS,
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
  dryRun: flag("Print what would be written, and write nothing"),
  watch: flag("Start anew when the script changes, or a module or manifest that it reads"),
  ruleConcurrency: {
    kind: "parsed",
    parse: parseCount,
    default: "16",
    placeholder: "NUMBER",
    brief: "Objects that rules may handle at once",
  },
  listen: {
    kind: "parsed",
    parse: parseListenAddress,
    optional: true,
    placeholder: "[HOST:]PORT",
    brief: "Serve /livez, /readyz and /metrics; without a host for this machine only, in a Pod 0.0.0.0:8080",
  },
  gracePeriod: duration("30s", "How long the end may take; what is under way is aborted 5s before"),
  logFormat: {
    kind: "enum",
    values: ["text", "json"],
    optional: true,
    brief: "Form of the log on standard error; json: one object on each line",
  },
  allowDelete: WRITE_FLAGS.allowDelete,
  ...COMMON_FLAGS,
};

/** The flags of `status`. */
export const STATUS_FLAGS: Specs<StatusFlags> = {
  exitCode: flag("Exit with 3 if nobody runs the rules, or one of them is not Ready"),
  ...COMMON_FLAGS,
  output: { kind: "enum", values: ["text", "json", "yaml"], default: "text", brief: "Form of the status" },
};

/** The flags of `delete`. */
export const DELETE_FLAGS: Specs<DeleteFlags> = { ...WRITE_FLAGS, ...RULES_FLAGS, ...COMMON_FLAGS };

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
  ...RULES_FLAGS,
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
