import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { systemClock } from "../../lib/base/clock.ts";
import { parseYamlDocuments } from "../../lib/base/yaml.ts";
import type { Client } from "../../lib/client/client.ts";
import { connect } from "../../lib/client/connect.ts";
import { ApiError } from "../../lib/client/errors.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import { testCluster } from "../cluster/attach.ts";
import { BAD_MANIFESTS, gadgetDefinition, ODD_MANIFESTS } from "./bad_manifests.ts";
import { runKubescript, succeed, type TempFolder, tempFolder } from "./kubescript.ts";
import { configMap, create, ManifestSet } from "./manifest_set.ts";
import { kubectl, until } from "./objects.ts";

const cluster = testCluster();

/** A namespace, and the kind Gadget in a group of its own. */
async function setUp(stack: AsyncDisposableStack): Promise<{ namespace: string; group: string }> {
  const { name: namespace } = stack.use(await cluster.namespace("validate"));
  const group = `${namespace}.example.com`;
  await kubectl(["create", "--filename=-"], gadgetDefinition(group));
  stack.defer(async () => void await kubectl(["delete", "customresourcedefinition", `gadgets.${group}`]));
  await until("the schema of the new kind is published", async () => {
    const { code } = await cluster.kubectl(["get", "--raw", `/openapi/v3/apis/${group}/v1`]);
    return code === 0;
  });
  return { namespace, group };
}

function connectTo(): Promise<Client> {
  return connect({
    kubeconfig: cluster.kubeconfig,
    concurrency: 4,
    requestTimeoutMs: 30_000,
    clock: systemClock,
  });
}

/** Fills in the names that a manifest leaves open. */
function fill(yaml: string, index: number, group: string): string {
  return yaml.replaceAll("NAME", `case-${index}`).replaceAll("GROUP", group);
}

async function writeManifests({ path }: TempFolder, texts: readonly string[]): Promise<void> {
  for (const [index, text] of texts.entries()) {
    await Deno.writeTextFile(join(path, `${String(index).padStart(3, "0")}.yaml`), text);
  }
}

Deno.test("plan refuses what the API server would refuse, and nothing else", async (t) => {
  await using stack = new AsyncDisposableStack();
  const { namespace, group } = await setUp(stack);
  const texts = BAD_MANIFESTS.map(({ yaml }, index) => fill(yaml, index, group));
  const oddTexts = ODD_MANIFESTS.map(({ yaml }, index) => fill(yaml, index, group));

  await t.step("it names all mistakes at once, each with its file, line and field", async () => {
    await using folder = await tempFolder();
    await writeManifests(folder, texts);
    const expected = BAD_MANIFESTS.map(({ name, problem }, index) => `${name}: ${fill(problem, index, group)}`);
    deepStrictEqual(await readProblems(folder, namespace), expected);
    // With the definition in the set its schema comes from there, and the mistakes are the same.
    await Deno.writeTextFile(join(folder.path, "definition.json"), gadgetDefinition(group));
    deepStrictEqual(await readProblems(folder, namespace), expected);
  });

  await t.step("it takes what looks wrong and is not", async () => {
    await using folder = await tempFolder();
    await writeManifests(folder, oddTexts);
    await succeed(["plan", ".", `--namespace=${namespace}`, "--name=odd"], { cwd: folder.path });
  });

  using client = await connectTo();
  for (const [index, { name, server }] of BAD_MANIFESTS.entries()) {
    await t.step(
      `the server refuses ${name}`,
      () =>
        rejects(dryRun(client, texts[index]!, namespace), (error: unknown) => {
          ok(error instanceof ApiError, String(error));
          match(error.message, server);
          return true;
        }),
    );
  }
  for (const [index, { name }] of ODD_MANIFESTS.entries()) {
    await t.step(`the server takes ${name}`, () => dryRun(client, oddTexts[index]!, namespace));
  }
});

/** Plans a folder of manifests and reads what is wrong with them. */
async function readProblems({ path: cwd }: TempFolder, namespace: string): Promise<string[]> {
  const { code, stdout, stderr } = await runKubescript(["plan", ".", `--namespace=${namespace}`, "--name=bad"], {
    cwd,
  });
  deepStrictEqual({ code, stdout }, { code: 1, stdout: "" });
  match(stderr, /\nhint: If the server accepts this, leave the check to it with --validate=false\n$/);
  return stderr.split("\n").flatMap((line) => {
    const [, file, rest] = /^ {2}- \.\/(\d+)\.yaml:(.*)$/.exec(line) ?? [];
    if (file === undefined) return [];
    // Numbers of secrets depend on what else is secret, and each object is known by its file.
    const text = rest!.replace(/<redacted #\d+>/, "<redacted #N>").replace(/ \(\w+\/[^)]*\)/, "");
    return [`${BAD_MANIFESTS[Number(file)]!.name}: ${text}`];
  });
}

async function dryRun(client: Client, yaml: string, namespace: string): Promise<void> {
  const [document] = parseYamlDocuments(yaml);
  const object = document!.value as KubeObject;
  const metadata = { ...object.metadata, namespace };
  await client.apply({ ...object, metadata }, { fieldManager: "test", fieldValidation: "Strict", dryRun: "All" });
}

Deno.test("an object that exists may be given in part", async () => {
  await using home = await cluster.namespace("validate");
  const set = new ManifestSet(home.name);
  const labels = { app: "web" };
  const containers = [{ name: "web", image: "web:1" }];
  const spec = {
    replicas: 0,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers } },
  };
  const deployment = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" } };
  const part = {
    ...deployment,
    spec: { template: { spec: { containers: [{ name: "web", env: [{ name: "A", value: "1" }] }] } } },
  };
  const refused = await runKubescript(["plan", "-", "--name=x", `--namespace=${home.name}`], {
    stdin: JSON.stringify(part),
  });
  strictEqual(refused.code, 1);
  match(refused.stderr, /2 problems\n.*spec\.selector .*: is missing\n.*containers\[0\]\.image .*: is missing\n/s);

  await create(home.name, { ...deployment, spec });
  deepStrictEqual((await set.succeed([part])).actions, { "Deployment/web": "adopt" });
});

Deno.test("apply writes nothing if one object is wrong, unless validation is left to the server", async () => {
  await using home = await cluster.namespace("validate");
  const objects = [configMap("a"), { ...configMap("b"), dataa: {} }];
  const stdin = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
  const args = ["apply", "-", "--name=x", `--namespace=${home.name}`];
  const names = async () => (await kubectl(["get", "configmaps", "-o", "name", "-n", home.name])).split("\n");
  const checked = await runKubescript(args, { stdin });
  strictEqual(checked.code, 1);
  match(
    checked.stderr,
    /^error: Cannot plan script "x": stdin:1 items\[1\]\.dataa \(ConfigMap\/b\): is unknown: did you/,
  );
  ok(!(await names()).includes("configmap/a"));
  const unchecked = await runKubescript([...args, "--validate=false"], { stdin });
  strictEqual(unchecked.code, 1);
  match(unchecked.stdout, /failed +ConfigMap\/.*\/b: dataa: field not declared in schema\n/);
  ok((await names()).includes("configmap/a"));
});
