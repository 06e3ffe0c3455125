import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { testCluster } from "../cluster/attach.ts";
import type { FaultProxy } from "../../lib/testing/faults/fault_proxy.ts";
import { connectThroughFaults, writeKubeconfigWith } from "./faulty_client.ts";
import { runKubescript, startKubescript, succeed, tempFolder, writeScript } from "./kubescript.ts";
import { kubectl, until } from "./objects.ts";

const cluster = testCluster();

function scriptOf(group: string): string {
  return `
import { changed, each, every, script, task } from "@kubescript/kubescript";
import { ConfigMap, Pod } from "@kubescript/kubescript/kinds";

const labels = { source: "${group}" };
export default script("${group}", {
  resources: [ConfigMap({ metadata: { name: "fixed" }, data: { a: "1" } })],
  rules: {
    copies: each(ConfigMap, { labels, owns: [ConfigMap] }, ({ metadata, data }) => [
      ConfigMap({ metadata: { name: "copy-of-" + metadata.name }, data }),
    ]),
    values: changed(ConfigMap, { labels, of: ({ data }) => data?.value }, (c, { log, dryRun }) => {
      if (c.event === "changed") log.info("changed", { from: c.old, to: c.now, dryRun });
    }),
    mark: every("1h", {}, async ({ k }) => {
      await k.patch(ConfigMap, "a", { metadata: { annotations: { marked: "yes" } } });
    }),
    enter: task("Runs a command", {}, async ({}, { k }) => {
      await k.delete(ConfigMap, "a");
      await k.exec(Pod, "any", ["ls"]);
    }),
  },
});
`;
}

/** The requests that were not only tried. */
function writes({ requests }: FaultProxy): string[] {
  const isTried = /"dryRun":\["All"\]|[?&]dryRun=All/;
  return requests.filter(({ method, path, body }) => method !== "GET" && !isTried.test(path + body))
    .filter(({ path }) => !/selfsubjectaccessreviews/.test(path))
    .map(({ method, path }) => `${method} ${path}`);
}

async function source(name: string, value: string, namespace: string): Promise<void> {
  const metadata = { name, namespace, labels: { source: namespace } };
  await kubectl(
    ["apply", "-f", "-"],
    JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata, data: { value } }),
  );
}

Deno.test("run --dry-run tells what it would write, and writes nothing", async (t) => {
  await using namespace = await cluster.namespace("dry-run");
  await using folder = await tempFolder();
  await using faulty = await connectThroughFaults();
  const { proxy } = faulty;
  const file = await writeScript(folder, scriptOf(namespace.name));
  const env = { KUBECONFIG: await writeKubeconfigWith(proxy, {}) };
  const flags = [file, "-n", namespace.name];
  const dry = async (...args: string[]) => await runKubescript(["run", ...flags, "--dry-run", ...args], { env });
  const version = () => kubectl(["get", "configmaps,leases,events", "-n", namespace.name, "-o", "json"]);
  await source("a", "1", namespace.name);
  const before = await version();

  await t.step("of everything, before the script ran for the first time", async () => {
    const { code, stdout, stderr } = await dry("--once");
    strictEqual(code, 0, stderr);
    match(stdout, /\+ create ConfigMap\/dry-run-\w+\/fixed/);
    match(stderr, /would create ConfigMap\/dry-run-\w+\/copy-of-a/);
    match(stderr, /would patch ConfigMap\/dry-run-\w+\/a\n +metadata.annotations.marked: \(none\) → yes/);
    match(stderr, /Dry run: would (create 1 ConfigMap, patch|patch 1 ConfigMap, create) 1 ConfigMap/);
    deepStrictEqual(writes(proxy), []);
    strictEqual(await version(), before);
  });

  await t.step("of everything, after that", async () => {
    await succeed(["run", ...flags, "--once"]);
    await source("a", "2", namespace.name);
    const after = await version();
    proxy.requests.length = 0;
    for (let round = 0; round < 2; round++) {
      const { code, stderr } = await dry("--once");
      strictEqual(code, 0, stderr);
      match(stderr, /would apply ConfigMap\/dry-run-\w+\/copy-of-a\n +data.value: "1" → "2"/);
      // The checkpoint stays as it was, so that it is told again.
      match(stderr, /values ConfigMap\/dry-run-\w+\/a: changed from="1" to="2" dryRun=true/);
    }
    deepStrictEqual(writes(proxy), []);
    strictEqual(await version(), after);
  });

  await t.step("of one rule, as JSON", async () => {
    proxy.requests.length = 0;
    const { code, stdout } = await dry("copies", "--once", "-o", "json");
    strictEqual(code, 0);
    const lines = stdout.trim().split("\n").map((line) => JSON.parse(line).message as string);
    match(lines.at(-1)!, /^Dry run: would /);
    strictEqual(lines.length, 2);
    deepStrictEqual(writes(proxy), []);
  });

  await t.step("of a task, to what cannot be tried", async () => {
    await kubectl(["run", "any", "--image=any", "-n", namespace.name]);
    proxy.requests.length = 0;
    const { code, stderr } = await dry("enter");
    strictEqual(code, 1);
    match(stderr, /would delete ConfigMap\/dry-run-\w+\/a/);
    match(stderr, /this is a dry run, and there is no way to try it/);
    deepStrictEqual(writes(proxy), []);
  });

  await t.step("until it is stopped, beside a run that leads", async () => {
    await using leader = startKubescript(["run", ...flags, "values"]);
    await until("the other one leads", () => Promise.resolve(leader.output.includes("This process leads")));
    proxy.requests.length = 0;
    await using run = startKubescript(["run", ...flags, "--dry-run"], { env });
    await source("b", "1", namespace.name);
    await until("it tells", () => Promise.resolve(/would create ConfigMap\/\S+\/copy-of-b/.test(run.output)));
    run.kill("SIGTERM");
    strictEqual((await run.result).code, 0, run.output);
    deepStrictEqual(writes(proxy), []);
    leader.kill("SIGTERM");
    await leader.result;
  });
});
