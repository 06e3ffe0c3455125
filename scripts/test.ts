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
import { type Counts, countTests, formatCounts, sumCounts } from "./count.ts";
import { formatRows, readRows } from "./rows.ts";

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
  // deno-fmt-ignore
  const names = [
    "adopt", "conflict", "custom_resource", "delete", "drift", "example_tenants", "example_website", "extend",
    "faults_client", "faults_retry", "faults_watch", "finalize", "hello", "identity_tls", "kinds", "lock", "manifests",
    "no_rules", "prune", "prune_guard", "rails", "rule_errors", "run_dry_run", "run_force", "watch",
  ];
  const files = names.map((name) => `tests/e2e/${name}_test.ts`);
  return await countTests((report) =>
    run(["test", "--allow-all", report, "--no-check", "--no-lock", "--parallel", ...files], env)
  );
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
