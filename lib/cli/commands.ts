/**
 * The commands: what their help says, their flags, and where their code is.
 *
 * @module
 */

import {
  type Aliases,
  type ApplicationContext,
  buildCommand,
  buildRouteMap,
  type Command,
  type FlagParametersForType,
  type RouteMap,
} from "@stricli/core";
import type { Script } from "../script/script.ts";
import {
  APPLY_FLAGS,
  type ApplyFlags,
  COMMON_ALIASES,
  COMMON_FLAGS,
  type CommonFlags,
  DELETE_FLAGS,
  type DeleteFlags,
  PLAN_FLAGS,
  type PlanFlags,
  RUN_FLAGS,
  type RunFlags,
  STATUS_FLAGS,
  type StatusFlags,
  TYPES_PULL_FLAGS,
  type TypesPullFlags,
  VERSION_FLAGS,
  type VersionFlags,
  WRITE_ALIASES,
} from "./flags.ts";
import type { Host } from "./host.ts";
import type { CommandFunction, Subject } from "./invocation.ts";
import { PROXY_ALIASES, PROXY_FLAGS, type ProxyFlags, SANDBOX_FLAGS, type SandboxFlags } from "./server_flags.ts";
import { formatVersion } from "./version.ts";

/** How to run a command line. */
export interface AppOptions {
  /** The process. */
  readonly host: Host;
  /** What the user typed to get here, for the help: `kubescript`, `shop.ts`. */
  readonly name: string;
  /** The script that runs itself: its commands take no file. */
  readonly script?: Script;
  /** Asked before a command runs on a file; gives the exit code if another process ran it instead. */
  readonly relaunch?: (file: string, watch: boolean) => Promise<number | undefined>;
}

/** A command that runs on a script. */
interface ScriptCommand<F extends CommonFlags> {
  readonly brief: string;
  readonly description: readonly string[];
  readonly flags: FlagParametersForType<F, ApplicationContext>;
  readonly aliases: Aliases<keyof F & string>;
  /** Arguments behind the file, with what they are good for. */
  readonly examples: readonly (readonly [args: string, brief: string])[];
  readonly load: () => Promise<CommandFunction<F>>;
  /** What may be named behind the file, if anything. */
  readonly names?: { readonly placeholder: string; readonly brief: string };
}

const PLAN: ScriptCommand<PlanFlags> = {
  brief: "Show what would change, field by field",
  description: [
    "Shows what an apply would change, field by field. It only reads.",
    "",
    "Exit codes: 0, also if there are changes; 1 if something is missing that the script needs; 4 if somebody else",
    "owns a field that the script sets; with --exit-code, 2 if there are changes.",
  ],
  flags: PLAN_FLAGS,
  aliases: COMMON_ALIASES,
  examples: [
    ["--param image=nginx:1.29", "What would another image change?"],
    ["--exit-code -o json", "For scripts: exit code 2 if there are changes, and the plan as JSON"],
  ],
  load: async () => (await import("./commands/plan.ts")).plan,
};

const APPLY: ScriptCommand<ApplyFlags> = {
  brief: "Make the cluster as the script says",
  description: [
    "Plans, applies what differs, waits until it is ready, and deletes what left the script.",
    "",
    "Nothing is written if somebody else owns a field that the script sets (exit code 4), or if suspiciously much",
    "would be deleted (5). Other exit codes: 1 if something failed, 3 if something is not ready in time.",
  ],
  flags: APPLY_FLAGS,
  aliases: WRITE_ALIASES,
  examples: [
    ["--preset production --context prod", "With the params of a preset, on another cluster"],
    ["--dry-run", "Only show what would change"],
  ],
  load: async () => (await import("./commands/apply.ts")).apply,
};

const RUN: ScriptCommand<RunFlags> = {
  brief: "Keep resources and rules converged until stopped",
  description: [
    "Runs the rules of the script, and keeps its resources as it says, until it is stopped. With the names of rules,",
    "only these run; a task, and with --once everything else, runs once.",
    "",
    "While it runs it holds the lock of the set: apply waits, and a second run stands by.",
    "",
    "Ctrl-C or SIGTERM begins nothing new and waits for what is under way, for --grace-period at most (exit code 0);",
    "a second one exits at once (130, 143). kubescript status shows how the rules stand.",
    "",
    "With --dry-run, the plan of the resources is printed, and every write of a rule: the server tries it and keeps",
    "none. Nothing is locked, and other runs may go on. What a rule does outside of the cluster, it does, unless it",
    "looks at dryRun in its context.",
  ],
  flags: RUN_FLAGS,
  aliases: COMMON_ALIASES,
  examples: [
    ["--once", "One pass of everything, for a CronJob"],
    ["--once --dry-run", "What would that write?"],
    ["--watch", "While the script is being written: every change starts it anew"],
    ["tenants", "Only the rule tenants"],
    ["--listen 0.0.0.0:8080 --log-format json", "In a Pod, with probes and metrics"],
    ["restart --param deployment=shop/web", "The task restart, with its argument"],
  ],
  load: async () => (await import("./commands/run.ts")).run,
  names: { placeholder: "RULE", brief: "Rules to run; all of them by default" },
};

const STATUS: ScriptCommand<StatusFlags> = {
  brief: "Show who runs the rules, and how they stand",
  description: [
    "Shows the process that runs the script, and for each rule what it does:",
    "",
    "  Ready      all is as the rule says",
    "  Failing    its function fails for some objects, which are tried again; kubectl describe tells, too",
    "  Waiting    it must not read a kind, or there is no such kind yet; it goes on by itself when that changes",
    "  Syncing    it reads what it looks at",
    "  Blocked    suspiciously many objects are missing at once; kubescript approve lets it prune",
    "  Throttled  it is held back, as it runs far too often",
    "",
    "It only reads, and shows what the runner wrote down when something last changed. Exit code 0, as of kubectl get,",
    "whatever the rules do; with --exit-code, 3 if nobody runs them or one of them is not Ready.",
  ],
  flags: STATUS_FLAGS,
  aliases: COMMON_ALIASES,
  examples: [
    ["", "For people"],
    ["-o json", "For programs: all rules, and up to 20 failing objects of each"],
    ["--exit-code", "For scripts that wait until all is well"],
  ],
  load: async () => (await import("./commands/status.ts")).status,
};

const APPROVE: ScriptCommand<CommonFlags> = {
  brief: "Let a rule prune that is blocked",
  description: [
    "When suspiciously many objects of a rule are missing at once, run keeps their children, and logs that the rule is",
    "blocked until they are back. This lets the children go.",
  ],
  flags: COMMON_FLAGS,
  aliases: COMMON_ALIASES,
  examples: [["tenants", "The rule tenants may prune"]],
  load: async () => (await import("./commands/approve.ts")).approve,
  names: { placeholder: "RULE", brief: "Rules that may prune" },
};

const DELETE: ScriptCommand<DeleteFlags> = {
  brief: "Delete what the script has in the cluster",
  description: [
    "Deletes everything that the script has in the cluster, in reverse order, and waits until it is gone.",
    "Objects that existed before the script, and those with the option keep, are released instead.",
  ],
  flags: DELETE_FLAGS,
  aliases: WRITE_ALIASES,
  examples: [
    ["--dry-run", "Only show what would be deleted"],
    ["--yes --allow-delete=PersistentVolumeClaim", "Without a question, and with its volumes"],
  ],
  load: async () => (await import("./commands/delete.ts")).deleteSet,
};

/**
 * Builds the commands.
 *
 * @param options How to run them.
 * @returns The commands by name.
 */
export function buildCommands(
  options: AppOptions,
): Record<string, Command<ApplicationContext> | RouteMap<ApplicationContext>> {
  return {
    plan: scriptCommand(options, PLAN),
    apply: scriptCommand(options, APPLY),
    run: scriptCommand(options, RUN),
    status: scriptCommand(options, STATUS),
    approve: scriptCommand(options, APPROVE),
    delete: scriptCommand(options, DELETE),
    ...!options.script && {
      proxy: buildProxyCommand(options),
      sandbox: buildSandboxCommand(options),
      types: buildTypesCommands(options),
    },
    version: buildCommand<VersionFlags, [], ApplicationContext>({
      docs: { brief: "Print the versions of kubescript, Deno and TypeScript" },
      parameters: { flags: VERSION_FLAGS, aliases: { o: "output" } },
      func: ({ output }) => options.host.stdout.write(formatVersion(output)),
    }),
  };
}

function buildTypesCommands({ host }: AppOptions): RouteMap<ApplicationContext> {
  const pull = buildCommand<TypesPullFlags, [], ApplicationContext>({
    docs: {
      brief: "Write the kinds of custom resources as TypeScript",
      fullDescription: [
        "Writes kinds that kubescript does not ship as a TypeScript module: a kind value and types for each, with the",
        "descriptions of their fields. They come from a cluster, by default all its custom resources, or with --crd from",
        "CustomResourceDefinitions, without any cluster; other objects in these files are left out. A script imports",
        "them like built-in kinds. Run it again after an upgrade: the type check then shows what no longer fits.",
        "",
        "A kind is taken in the version that the server prefers. Another one has to be named, and its version is in the",
        "name then: --kind Widget.v1alpha1.example.com writes WidgetV1alpha1.",
      ].join("\n"),
      customUsage: [
        { input: "-o kinds.ts", brief: "All custom resources of the cluster" },
        { input: "--group cert-manager.io --kind ScaledObject -o kinds.ts", brief: "Only these" },
        { input: "--crd cert-manager.yaml -o kinds.ts", brief: "From the manifests of a release" },
      ],
    },
    parameters: { flags: TYPES_PULL_FLAGS, aliases: { o: "output", v: "verbose" } },
    async func(flags) {
      const { invoke } = await import("./invocation.ts");
      const { pullTypes } = await import("./commands/types_pull.ts");
      this.process.exitCode = await invoke(pullTypes, { host, flags });
    },
  });
  return buildRouteMap({ routes: { pull }, docs: { brief: "Types of custom resources for scripts" } });
}

function buildProxyCommand({ host }: AppOptions): Command<ApplicationContext> {
  return buildCommand<ProxyFlags, [], ApplicationContext>({
    docs: {
      brief: "Serve the API of the cluster on this machine, with your credentials",
      fullDescription: [
        "Serves the API of the cluster on this machine: other programs need no credentials, as their requests are made in",
        "your name. Watches, uploads, WebSockets and kubectl's port-forward, logs, exec and attach work through it.",
        "",
        "Flags and defaults are those of kubectl proxy. Whoever can connect has your rights, so it listens for this machine",
        "only, and web pages of other hosts are refused. Commands in containers are, too, unless --reject-paths says",
        "otherwise. Ctrl-C ends it.",
      ].join("\n"),
      customUsage: [
        { input: "", brief: "Then kubectl --server http://127.0.0.1:8001 get pods, or curl" },
        { input: "--port 0 --reject-methods POST,PUT,PATCH,DELETE", brief: "On any free port, for reading only" },
        { input: "--unix-socket /tmp/k.sock --reject-paths ''", brief: "For this user only, with exec and attach" },
        { input: "--www . --www-prefix / --api-prefix /api/", brief: "A web page beside the API that it shows" },
      ],
    },
    parameters: { flags: PROXY_FLAGS, aliases: PROXY_ALIASES },
    async func(flags) {
      const { invoke } = await import("./invocation.ts");
      const { proxy } = await import("./commands/proxy.ts");
      this.process.exitCode = await invoke(proxy, { host, flags });
    },
  });
}

function buildSandboxCommand({ host }: AppOptions): Command<ApplicationContext> {
  return buildCommand<SandboxFlags, [], ApplicationContext>({
    docs: {
      brief: "Serve a small cluster of its own on this machine, with nothing but Deno",
      fullDescription: [
        "Serves a Kubernetes cluster for this machine only, to try things out: the API as kube-apiserver serves it, and",
        "controllers that make workloads ready. kubectl, client libraries and kubescript work with it. Containers run no",
        "images, and nothing is routed between them; for tests, see also @kubescript/kubescript/testing.",
        "",
        "It writes a kubeconfig that only you can read, says how to use it, and removes it in the end. It never touches a",
        "kubeconfig that no sandbox wrote. Ctrl-C ends it; with --data-dir, the next run goes on where it ended, however",
        "it ended.",
        "",
        "Of Deno it needs --allow-net=127.0.0.1, and --allow-read and --allow-write for the folders of the kubeconfig and",
        "of --data-dir.",
      ].join("\n"),
      customUsage: [
        { input: "", brief: "Then type the line with export that it prints, and kubectl get nodes" },
        { input: "--kubeconfig sandbox.json", brief: "Then KUBECONFIG=sandbox.json kubescript apply shop.ts" },
        { input: "--data-dir .sandbox --port 6443", brief: "The same cluster at the same address, day after day" },
        { input: "--nodes 3 --rbac", brief: "With several Nodes, and with users who may do what roles allow" },
      ],
    },
    parameters: { flags: SANDBOX_FLAGS, aliases: { p: "port", v: "verbose" } },
    async func(flags) {
      const { invoke } = await import("./invocation.ts");
      const { sandbox } = await import("./commands/sandbox.ts");
      this.process.exitCode = await invoke(sandbox, { host, flags });
    },
  });
}

function scriptCommand<F extends CommonFlags>(
  { host, script, relaunch }: AppOptions,
  { brief, description, flags, aliases, examples, load, names }: ScriptCommand<F>,
): Command<ApplicationContext> {
  const call = async ({ process }: ApplicationContext, flags: F, subject: Subject, named: readonly string[]) => {
    const { invoke } = await import("./invocation.ts");
    process.exitCode = await invoke(await load(), { host, flags, subject, named });
  };
  const usage = [script ? undefined : "FILE", names && `[${names.placeholder}…]`, "[flags]"].filter(Boolean).join(" ");
  const docs = {
    brief,
    fullDescription: description.join("\n"),
    customUsage: [
      usage,
      ...examples.map(([args, purpose]) => ({ input: script ? args : `shop.ts ${args}`, brief: purpose })),
    ],
  };
  const onFile = async (context: ApplicationContext, flags: F, file: string, named: readonly string[]) => {
    const code = await relaunch?.(file, "watch" in flags && flags.watch === true);
    if (code === undefined) await call(context, flags, file, named);
    else context.process.exitCode = code;
  };
  if (names) {
    const parameter = { ...(script ? names : FILE), parse: String };
    return buildCommand<F, string[], ApplicationContext>({
      docs,
      parameters: { flags, aliases, positional: { kind: "array", parameter, minimum: script ? 0 : 1 } },
      func(flags, ...args) {
        return script ? call(this, flags, script, args) : onFile(this, flags, args[0]!, args.slice(1));
      },
    });
  }
  if (script) {
    return buildCommand<F, [], ApplicationContext>({
      docs,
      parameters: { flags, aliases, positional: { kind: "tuple", parameters: [] } },
      func(flags) {
        return call(this, flags, script, []);
      },
    });
  }
  return buildCommand<F, [file: string], ApplicationContext>({
    docs,
    parameters: { flags, aliases, positional: { kind: "tuple", parameters: [FILE] } },
    func(flags, file) {
      return onFile(this, flags, file, []);
    },
  });
}

const FILE = {
  placeholder: "FILE",
  brief: "Script (.ts), manifests (.yaml, .json or a folder of them), an https URL, or - for standard input",
  parse: String,
} as const;
