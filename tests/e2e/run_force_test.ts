/**
 * What a runner takes back from others, and what it leaves to them.
 *
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { testCluster } from "../cluster/attach.ts";
import { runForJson, startKubescript, succeed, tempFolder, writeScript } from "./kubescript.ts";
import { getObject, kubectl, until } from "./objects.ts";

const cluster = testCluster();

function scriptOf(name: string): string {
  return `
import { each, script } from "@kubescript/kubescript";
import { ConfigMap } from "@kubescript/kubescript/kinds";

const labels = { source: "${name}" };
export default script("${name}", {
  rules: {
    copies: each(ConfigMap, { labels, owns: [ConfigMap] }, ({ metadata, data }) => [
      ConfigMap({ metadata: { name: "copy-of-" + metadata.name }, data }),
    ]),
    adopted: each(ConfigMap, { labels, owns: [ConfigMap] }, ({ metadata, data }) => [
      ConfigMap({ metadata: { name: "adopted-by-" + metadata.name }, data }, { adopt: true }),
    ]),
  },
});
`;
}

Deno.test("run takes back what its rules own, while plan and apply leave a conflict to people", async () => {
  await using namespace = await cluster.namespace("force");
  await using folder = await tempFolder();
  const args = [await writeScript(folder, scriptOf(namespace.name)), "-n", namespace.name];
  const applyAs = async (
    manager: string,
    name: string,
    value: string,
    labels: Record<string, string> = { app: "web" },
  ) => {
    const metadata = { name, namespace: namespace.name, labels };
    const object = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata, data: { value } });
    await kubectl(["apply", "--server-side", "--force-conflicts", `--field-manager=${manager}`, "-f", "-"], object);
  };
  const children = ["copy-of-a", "adopted-by-a"];
  const read = () => Promise.all(children.map((name) => getObject(`configmap/${name}`, namespace.name)));
  const values = async () => (await read()).map(({ data }) => data.value);
  const source = (name: string, value: string) => applyAs("owner", name, value, { source: namespace.name });
  await applyAs("stranger", "adopted-by-a", "1");
  await source("a", "1");
  await succeed(["run", ...args, "--once"]);
  const before = await read();

  // What others have changed since is to change as well.
  for (const name of children) await applyAs("stranger", name, "theirs");
  await source("a", "2");
  for (const command of ["plan", "apply"]) {
    const { code, document } = await runForJson([command, ...args]);
    deepStrictEqual([code, document.summary], [4, { conflict: 2 }], command);
  }
  deepStrictEqual(await values(), ["theirs", "theirs"]);
  await succeed(["run", ...args, "--once"]);
  deepStrictEqual(await values(), ["2", "2"]);
  deepStrictEqual((await read()).map(({ metadata }) => metadata.uid), before.map(({ metadata }) => metadata.uid));

  // So it is while it runs; but what it never owned stays with whoever has it.
  await applyAs("stranger", "copy-of-b", "theirs");
  await using run = startKubescript(["run", ...args]);
  const said = (pattern: RegExp) => until(`it says ${pattern}`, () => Promise.resolve(pattern.test(run.output)));
  await said(/This process leads/);
  await source("b", "1");
  await said(/copy-of-b: field "data.value" is owned by "stranger"/);
  for (const name of children) {
    await kubectl(["patch", "configmap", name, "-n", namespace.name, "-p", '{"data":{"value":"x"}}']);
  }
  await source("a", "3");
  await until("a is as it should be", async () => (await values()).join() === "3,3");
  strictEqual((await getObject("configmap/copy-of-b", namespace.name)).data.value, "theirs");
  run.kill("SIGTERM");
  strictEqual((await run.result).code, 0, run.output);
});
