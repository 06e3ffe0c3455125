import { deepStrictEqual, throws } from "node:assert/strict";
import { UsageError } from "../engine/ad_hoc/usage_error.ts";
import { type ConnectFlags, readConnectFlags } from "./connect_flags.ts";

const NONE: ConnectFlags = {
  context: undefined,
  kubeconfig: undefined,
  impersonate: { user: undefined, uid: undefined, groups: undefined },
  namespace: undefined,
  dryRun: false,
  concurrency: 16,
  requestTimeoutMs: 30_000,
  verbose: false,
  color: "auto",
  help: false,
  rest: [],
};

const good: [args: string, flags: Partial<ConnectFlags>][] = [
  ["", {}],
  ["--context prod --kubeconfig=/x", { context: "prod", kubeconfig: "/x" }],
  ["--context a --context b", { context: "b" }],
  ["-n shop", { namespace: "shop" }],
  ["-nshop", { namespace: "shop" }],
  ["--namespace=shop", { namespace: "shop" }],
  ["--as me --as-uid 1", { impersonate: { user: "me", uid: "1", groups: undefined } }],
  ["--as-group a --as-group b", { impersonate: { user: undefined, uid: undefined, groups: ["a", "b"] } }],
  ["--dry-run -v -h", { dryRun: true, verbose: true, help: true }],
  ["-vh", { verbose: true, help: true }],
  ["--concurrency 4 --request-timeout 1m30s", { concurrency: 4, requestTimeoutMs: 90_000 }],
  ["--color never", { color: "never" }],
  ["shop/web 3", { rest: ["shop/web", "3"] }],
  ["shop/web --dry-run 3", { dryRun: true, rest: ["shop/web", "3"] }],
  ["--replicas 3 -n shop --force -x --out=a", {
    namespace: "shop",
    rest: ["--replicas", "3", "--force", "-x", "--out=a"],
  }],
  ["a -- -n shop", { rest: ["a", "--", "-n", "shop"] }],
  ["--dry-run -- --dry-run", { dryRun: true, rest: ["--", "--dry-run"] }],
  ["drying --dream -d", { rest: ["drying", "--dream", "-d"] }],
];
for (const [args, flags] of good) {
  Deno.test(`readConnectFlags() reads "${args}"`, () => {
    deepStrictEqual(readConnectFlags(args.split(" ").filter((arg) => arg !== "")), { ...NONE, ...flags });
  });
}

function dryRun(arg: string): string {
  return `Cannot use "${arg}": write --dry-run, and not after "--"`;
}

const bad: [args: string, message: string][] = [
  ["--context", "Cannot use --context without a value"],
  ["--context=", "Cannot use --context without a value"],
  ["-n --dry-run", dryRun("--dry-run")],
  ["--kubeconfig -v", "Cannot use --kubeconfig without a value"],
  ["--as-group", "Cannot use --as-group without a value"],
  ["--color red", "Cannot use --color=red: write auto, always or never"],
  ["--concurrency 0", 'Cannot use "0" as a number: write one from 1 to 9999'],
  [
    "--request-timeout soon",
    'Cannot read "soon" as a duration: write numbers with units, for example "30s" or "1h30m"',
  ],
  // Whoever writes this wants a dry run.
  ["--dry-run=server", dryRun("--dry-run=server")],
  ["--dry-run=true", dryRun("--dry-run=true")],
  ["--dryrun", dryRun("--dryrun")],
  ["--dryRun", dryRun("--dryRun")],
  ["--dry_run", dryRun("--dry_run")],
  ["--dry-rnu", dryRun("--dry-rnu")],
  ["--dry", dryRun("--dry")],
  ["-dry-run", dryRun("-dry-run")],
  ["-- --dry-run", dryRun("--dry-run")],
];
for (const [args, message] of bad) {
  Deno.test(`readConnectFlags() refuses "${args}"`, () => {
    throws(() => readConnectFlags(args.split(" ")), (error: UsageError) => {
      deepStrictEqual([error.message, error.hint], [message, "Run it with --help to see the flags"]);
      return error instanceof UsageError;
    });
  });
}
