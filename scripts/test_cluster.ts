/**
 * `deno task test:cluster [FILE…] [--filter NAME]`: the conformance suite and the end-to-end tests, on a real control
 * plane that is started for them.
 *
 * The arguments are those of `deno test`; without a file among them all of these tests run. In the end, the rows of the
 * conformance suite are listed with their results.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { attachVariable } from "../tests/cluster/attach.ts";
import { startControlPlane } from "../tests/cluster/control_plane.ts";
import { type Counts, countTests, formatCounts } from "./count.ts";
import { formatRows, readRows } from "./rows.ts";

const counts = await testOnControlPlane(Deno.args);
console.log(formatCounts(counts));
Deno.exitCode = counts.failed > 0 ? 1 : 0;

async function testOnControlPlane(args: readonly string[]): Promise<Counts> {
  await using plane = await startControlPlane();
  const files = args.some((arg) => existsSync(arg)) ? [] : ["tests/conformance", "tests/e2e"];
  const test = async (report: string) => {
    const process = new Deno.Command(Deno.execPath(), {
      args: ["test", "--allow-all", report, ...files, ...args],
      env: { KUBECONFIG: plane.kubeconfig, [attachVariable]: JSON.stringify(plane) },
      stdin: "null",
      signal: plane.stopping,
    }).spawn();
    return (await process.status).success;
  };
  return await countTests(test, (report) => {
    for (const line of formatRows(readRows(report))) console.log(line);
  });
}
