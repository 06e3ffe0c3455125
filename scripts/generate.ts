/**
 * `deno task generate`: writes `lib/kinds` from what a real API server says about itself, and `lib/sandbox/schema` from
 * the Go types of the same version.
 *
 * It starts the test control plane for that, or uses the one that `deno task cluster env` names, and it needs Go.
 *
 * @module
 */
import { systemClock } from "../lib/base/clock.ts";
import { connect } from "../lib/client/connect.ts";
import { formatTypeScript } from "../lib/typegen/format.ts";
import { selectKinds } from "../lib/typegen/model.ts";
import { attachVariable, testCluster } from "../tests/cluster/attach.ts";
import { startControlPlane } from "../tests/cluster/control_plane.ts";
import { type BuiltInApi, readApi } from "./generate/api.ts";
import { type Columns, printColumns, readColumns } from "./generate/column_data.ts";
import { printGoTypes, readGoTypes } from "./generate/go_types.ts";
import { printKindFiles } from "./generate/kind_files.ts";
import { findLenience } from "./generate/lenience.ts";
import { printOpenApi } from "./generate/openapi_data.ts";
import { withKindExports } from "./generate/project_exports.ts";
import { type Lenience, printSchemas } from "./generate/schema_data.ts";

const ROOT = new URL("../", import.meta.url);
const KINDS = new URL("lib/kinds/", ROOT);
const GO_TYPES = new URL("lib/sandbox/schema/", ROOT);
const FIXTURE = new URL("scripts/generate/fixtures/policy.json", ROOT);
const GO_FIXTURE = new URL("scripts/generate/fixtures/go_types.json", ROOT);
const PROJECT = new URL("deno.json", ROOT);

const { api, lenience, columns } = await readRunningApi();
const files = printKindFiles(api);
const schemas = printSchemas(api, lenience);
const published = new Map([...printOpenApi(api), ...printColumns(columns)]);

for (const { name, isDirectory } of Deno.readDirSync(KINDS)) {
  if (isDirectory) Deno.removeSync(new URL(name, KINDS), { recursive: true });
}
for (const [path, text] of [...files, ...schemas, ...published]) {
  const file = new URL(path, KINDS);
  Deno.mkdirSync(new URL("./", file), { recursive: true });
  Deno.writeTextFileSync(file, path.endsWith(".ts") ? await formatTypeScript(text, ROOT) : text);
}
const goTypes = await readGoTypes();
for (const [path, text] of printGoTypes(goTypes, schemas)) Deno.writeTextFileSync(new URL(path, GO_TYPES), text);
Deno.writeTextFileSync(PROJECT, withKindExports(Deno.readTextFileSync(PROJECT), files.keys()));
const policy = { serverVersion: api.serverVersion, ...selectKinds(api, ({ group }) => group === "policy") };
Deno.writeTextFileSync(FIXTURE, JSON.stringify(policy, null, 2) + "\n");
const policyTypes = goTypes.filter(({ name }) => /^policy\/v1\.|^meta\/v1\.TypeMeta$/.test(name));
Deno.writeTextFileSync(GO_FIXTURE, JSON.stringify(policyTypes, null, 2) + "\n");
for (const paths of [files.keys(), schemas.keys(), published.keys()]) {
  const sizes = [...paths].map((path) => Deno.statSync(new URL(path, KINDS)).size);
  const kibibytes = Math.round(sizes.reduce((sum, size) => sum + size) / 1024);
  console.log(`lib/kinds: ${sizes.length} files, ${kibibytes} KiB, from kube-apiserver ${api.serverVersion}`);
}

async function readRunningApi(): Promise<{ api: BuiltInApi; lenience: Lenience; columns: Columns }> {
  await using stack = new AsyncDisposableStack();
  const cluster = Deno.env.has(attachVariable) ? testCluster() : stack.use(await startControlPlane());
  const { kubeconfig } = cluster;
  using client = await connect({ kubeconfig, concurrency: 4, requestTimeoutMs: 30_000, clock: systemClock });
  const api = await readApi(client);
  return { api, lenience: await findLenience(client, api), columns: await readColumns(client, api) };
}
