/**
 * `deno task generate`: writes `lib/kinds` from what a real API server says about itself.
 *
 * It starts the test control plane for that, or uses the one that `deno task cluster env` names.
 *
 * @module
 */
import { systemClock } from "../lib/base/clock.ts";
import { connect } from "../lib/client/connect.ts";
import { attachVariable, testCluster } from "../tests/cluster/attach.ts";
import { startControlPlane } from "../tests/cluster/control_plane.ts";
import { type Api, readApi } from "./generate/api.ts";
import { modelFiles, selectGroup } from "./generate/model.ts";
import { formatTypeScript, printFiles } from "./generate/print.ts";
import { withKindExports } from "./generate/project_exports.ts";

const ROOT = new URL("../", import.meta.url);
const KINDS = new URL("lib/kinds/", ROOT);
const FIXTURE = new URL("scripts/generate/fixtures/policy.json", ROOT);
const PROJECT = new URL("deno.json", ROOT);

const api = await readRunningApi();
const files = printFiles(modelFiles(api), api);

for (const { name, isDirectory } of Deno.readDirSync(KINDS)) {
  if (isDirectory) Deno.removeSync(new URL(name, KINDS), { recursive: true });
}
let bytes = 0;
for (const [path, text] of files) {
  const file = new URL(path, KINDS);
  const formatted = await formatTypeScript(text);
  bytes += new TextEncoder().encode(formatted).length;
  Deno.mkdirSync(new URL("./", file), { recursive: true });
  Deno.writeTextFileSync(file, formatted);
}
Deno.writeTextFileSync(PROJECT, withKindExports(Deno.readTextFileSync(PROJECT), files.keys()));
Deno.writeTextFileSync(FIXTURE, JSON.stringify(selectGroup(api, "policy"), null, 2) + "\n");
console.log(
  `lib/kinds: ${files.size} files, ${Math.round(bytes / 1024)} KiB, from kube-apiserver ${api.serverVersion}`,
);

async function readRunningApi(): Promise<Api> {
  await using stack = new AsyncDisposableStack();
  const cluster = Deno.env.has(attachVariable) ? testCluster() : stack.use(await startControlPlane());
  const { kubeconfig } = cluster;
  using client = await connect({ kubeconfig, concurrency: 4, requestTimeoutMs: 30_000, clock: systemClock });
  return await readApi(client);
}
