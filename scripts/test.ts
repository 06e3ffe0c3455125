/**
 * `deno task test`: everything that can be checked with Deno alone. In the end, the rows of the conformance suite, which
 * runs on the sandbox here, are listed with their results.
 *
 * @module
 */
import { existsSync, readdirSync } from "node:fs";
import { attachVariable } from "../tests/cluster/attach.ts";
import { startSandboxCluster } from "../tests/sandbox/sandbox_cluster.ts";
import { sandboxVariable, startTestSandbox } from "../tests/sandbox/test_sandbox.ts";
import { missingPrograms } from "../tests/support/process_containers.ts";
import { type Counts, countTests, formatCounts, sumCounts } from "./count.ts";
import { formatRows, readRows } from "./rows.ts";

const BOTH = "a real API server, with which it compares the sandbox";
const KUBECTL = "kubectl, with which it compares kubescript";
const LONG = "more than half a minute";
const PROGRAMS = "the programs of a control plane, which it stops or looks into";

/** The end-to-end tests that only `deno task test:cluster` runs, and what each needs that a sandbox or this run has not. */
const NOT_ON_SANDBOX: Readonly<Record<string, string>> = {
  autoscale: "HorizontalPodAutoscalers that scale",
  cluster: PROGRAMS,
  example_dashboard: "a browser",
  example_ops: "Nodes that kwok makes ready",
  faults_restart: PROGRAMS,
  faults_run: PROGRAMS,
  identity_basic: KUBECTL,
  identity_exec: KUBECTL,
  identity_impersonation: KUBECTL,
  identity_proxy: KUBECTL,
  interrupt: LONG,
  kubeconfig_merge: KUBECTL,
  kubectl_stand_in: KUBECTL,
  leader: LONG,
  proxy: KUBECTL,
  published: BOTH,
  run_observe: LONG,
  run_safety: LONG,
  run_steady: LONG,
  sandbox_answers: BOTH,
  sandbox_custom: BOTH,
  sandbox_differential: BOTH,
  sandbox_kubectl: BOTH,
  sandbox_typed_commands: BOTH,
  server_side_apply: BOTH,
  tables: BOTH,
};

// `deno test` takes this file for a test by its name, and loads it: without the condition it would start itself for ever.
if (import.meta.main) {
  const counts = sumCounts([
    await countCheck("fmt", "--check"),
    await countCheck("lint"),
    await countCheck("check", "--quiet", "--doc"),
    await countCheck("doc", "--quiet", "--lint", "mod.ts"),
    // The types have just been checked; a test that imports a script from a server of its own must not be locked.
    await countDenoTest("--no-check", "--no-lock", "--doc", "--parallel", ...testedPaths()),
    await countConformance(),
    await countEndToEnd(),
  ]);
  console.log(formatCounts(counts));
  Deno.exitCode = counts.failed > 0 ? 1 : 0;
}

/** Runs a check, which counts like one test. */
async function countCheck(...args: string[]): Promise<Counts> {
  const success = await run(args);
  return { passed: success ? 1 : 0, failed: success ? 0 : 1, skipped: 0 };
}

function countDenoTest(...args: string[]): Promise<Counts> {
  return countTests((report) => run(["test", "--allow-all", report, ...args]));
}

/** Runs the conformance suite on a sandbox. */
async function countConformance(): Promise<Counts> {
  await using sandbox = await startTestSandbox();
  const env = { [sandboxVariable]: JSON.stringify(sandbox), [attachVariable]: "" };
  const args = ["--no-check", "--no-lock", "tests/conformance"];
  return await countTests((report) => run(["test", "--allow-all", report, ...args], env), (report) => {
    for (const line of formatRows(readRows(report))) console.log(line);
  });
}

/** Runs the end-to-end tests that need nothing but an API server on a sandbox. */
async function countEndToEnd(): Promise<Counts> {
  await using sandbox = await startSandboxCluster();
  const env = { [attachVariable]: JSON.stringify(sandbox) };
  return await countTests((report) =>
    run(["test", "--allow-all", report, "--no-check", "--no-lock", "--parallel", ...sandboxTests()], env)
  );
}

/** Lists the end-to-end tests that run on a sandbox. */
function sandboxTests(): string[] {
  const missing = missingPrograms();
  if (missing.length > 0) console.log(`no end-to-end tests of Pods: this machine has no ${missing.join(", ")}`);
  const names = readdirSync("tests/e2e").flatMap((file) => /^(.*)_test\.ts$/.exec(file)?.[1] ?? []);
  const gone = Object.keys(NOT_ON_SANDBOX).filter((name) => !names.includes(name));
  if (gone.length > 0) throw new Error(`Cannot leave out tests that are not there: ${gone.join(", ")}`);
  return names.filter((name) => !(name in NOT_ON_SANDBOX) && (missing.length === 0 || !name.startsWith("pod_")))
    .map((name) => `tests/e2e/${name}_test.ts`);
}

/** Runs Deno, and shows what it says only if that fails. */
async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<boolean> {
  const startedAt = performance.now();
  const command = new Deno.Command(Deno.execPath(), { args: [...args], env: { DENO_JOBS: "2", ...env } });
  const { success, stdout, stderr } = await command.output();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`deno ${args.join(" ")} ... ${success ? "ok" : "FAILED"} (${seconds} s)`);
  if (!success) { for (const output of [stdout, stderr]) console.log(new TextDecoder().decode(output)); }
  return success;
}

/** Lists what to test without a server; `--ignore` has no effect on several folders with `--doc`. */
function testedPaths(): string[] {
  const onServers = ["conformance", "e2e"];
  const folders = readdirSync("tests").filter((name) => !onServers.includes(name)).map((name) => `tests/${name}`);
  return ["mod.ts", "README.md", "lib", "scripts", "examples", ...folders].filter((path) => existsSync(path));
}
