/**
 * `deno task test`: everything that can be checked with Deno alone.
 *
 * @module
 */
import { existsSync, readdirSync } from "node:fs";
import { type Counts, countTests, formatCounts, sumCounts } from "./count.ts";

// `deno test` takes this file for a test by its name, and loads it: without the condition it would start itself for ever.
if (import.meta.main) {
  const counts = sumCounts([
    await countCheck("fmt", "--check"),
    await countCheck("lint"),
    await countCheck("check", "--quiet", "--doc"),
    await countCheck("doc", "--quiet", "--lint", "mod.ts"),
    // The types have just been checked; a test that imports a script from a server of its own must not be locked.
    await countDenoTest("--no-check", "--no-lock", "--doc", "--parallel", ...testedPaths()),
  ]);
  console.log(formatCounts(counts));
  Deno.exitCode = counts.failed > 0 ? 1 : 0;
}

/** Runs a check, which counts like one test. */
async function countCheck(...args: string[]): Promise<Counts> {
  const success = await run(...args);
  return { passed: success ? 1 : 0, failed: success ? 0 : 1, skipped: 0 };
}

function countDenoTest(...args: string[]): Promise<Counts> {
  return countTests((report) => run("test", "--allow-all", report, ...args));
}

/** Runs Deno, and shows what it says only if that fails. */
async function run(...args: string[]): Promise<boolean> {
  const startedAt = performance.now();
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, env: { DENO_JOBS: "2" } })
    .output();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`deno ${args.join(" ")} ... ${success ? "ok" : "FAILED"} (${seconds} s)`);
  if (!success) { for (const output of [stdout, stderr]) console.log(new TextDecoder().decode(output)); }
  return success;
}

/** Lists what to test without a control plane; `--ignore` has no effect on several folders with `--doc`. */
function testedPaths(): string[] {
  const onControlPlane = ["conformance", "e2e"];
  const folders = readdirSync("tests").filter((name) => !onControlPlane.includes(name)).map((name) => `tests/${name}`);
  return ["mod.ts", "README.md", "lib", "scripts", ...folders].filter((path) => existsSync(path));
}
