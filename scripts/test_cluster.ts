/**
 * `deno task test:cluster [FILE…] [--filter NAME]`: the end-to-end tests, on a real control plane that is started for
 * them.
 *
 * The arguments are those of `deno test`; without a file among them all end-to-end tests run.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { attachVariable } from "../tests/cluster/attach.ts";
import { startControlPlane } from "../tests/cluster/control_plane.ts";
import { type Counts, countTests, formatCounts } from "./count.ts";

const counts = await testOnControlPlane(Deno.args);
console.log(formatCounts(counts));
Deno.exitCode = counts.failed > 0 ? 1 : 0;

async function testOnControlPlane(args: readonly string[]): Promise<Counts> {
  await using plane = await startControlPlane();
  const files = args.some((arg) => existsSync(arg)) ? [] : ["tests/e2e"];
  return await countTests(async (report) => {
    const process = new Deno.Command(Deno.execPath(), {
      args: ["test", "--allow-all", report, ...files, ...args],
      env: { KUBECONFIG: plane.kubeconfig, [attachVariable]: JSON.stringify(plane) },
      stdin: "null",
      signal: plane.stopping,
    }).spawn();
    return (await process.status).success;
  });
}
