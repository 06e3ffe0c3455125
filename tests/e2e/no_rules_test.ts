import { deepStrictEqual } from "node:assert/strict";
import { testCluster } from "../cluster/attach.ts";
import { runForJson, succeed, tempFolder, writeScript } from "./kubescript.ts";
import { kubectl } from "./objects.ts";

const cluster = testCluster();

Deno.test("--no-rules leaves the children of rules as they are", async (t) => {
  await using namespace = await cluster.namespace("no-rules");
  await using folder = await tempFolder();
  const file = await writeScript(
    folder,
    `
import { each, param, script } from "@kubescript/kubescript";
import { ConfigMap } from "@kubescript/kubescript/kinds";

export default script("${namespace.name}", {
  params: { value: param.string({ default: "1" }) },
  resources: ({ params }) => [
    ConfigMap({ metadata: { name: "fixed" }, data: params }),
  ],
  rules: ({ params }) => ({
    copies: each(ConfigMap, { labels: { source: "${namespace.name}" }, owns: [ConfigMap] }, () => [
      ConfigMap({ metadata: { name: "copy" }, data: params }),
    ]),
  }),
});
`,
  );
  const flags = [file, "-n", namespace.name];
  const values = async () => {
    const names = ["fixed", "copy"];
    const text = await kubectl(["get", "configmaps", "-n", namespace.name, "-o", "json"]);
    const items = JSON.parse(text).items as { metadata: { name: string }; data?: { value?: string } }[];
    return names.map((name) => items.find(({ metadata }) => metadata.name === name)?.data?.value);
  };
  await kubectl(["create", "configmap", "source", "-n", namespace.name]);
  await kubectl(["label", "configmap/source", `source=${namespace.name}`, "-n", namespace.name]);
  await succeed(["apply", ...flags]);
  deepStrictEqual(await values(), ["1", "1"]);

  await t.step("plan and apply", async () => {
    const changed = [...flags, "--param", "value=2"];
    const summary = async (...args: string[]) => (await runForJson(["plan", ...changed, ...args])).document.summary;
    deepStrictEqual(await summary(), { update: 2 });
    deepStrictEqual(await summary("--no-rules"), { update: 1 });
    await succeed(["apply", ...changed, "--no-rules"]);
    deepStrictEqual(await values(), ["2", "1"]);
  });
  await t.step("delete", async () => {
    await succeed(["delete", ...flags, "--no-rules", "--yes"]);
    deepStrictEqual(await values(), [undefined, "1"]);
    // What is known about the children stays with them.
    await succeed(["delete", ...flags, "--yes"]);
    deepStrictEqual(await values(), [undefined, undefined]);
  });
});
