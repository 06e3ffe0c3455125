import { strictEqual } from "node:assert/strict";
import { testCluster } from "../cluster/attach.ts";
import { type RunningKubescript, startKubescript, tempFolder } from "./kubescript.ts";
import { getObject, until } from "./objects.ts";

const cluster = testCluster();

const MAIN = `
import { manifests, script } from "@kubescript/kubescript";
import { ConfigMap } from "@kubescript/kubescript/kinds";
import { text } from "./text.ts";

export default script("watched", {
  resources: async () => [
    ConfigMap({ metadata: { name: "from-module" }, data: { text } }),
    await manifests(new URL("./base/", import.meta.url)),
  ],
});
`;

function manifest(text: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: from-manifest }\ndata: { text: ${text} }\n`;
}

Deno.test("run --watch starts anew when a module or a manifest changes, and waits for one that loads", async () => {
  await using namespace = await cluster.namespace("watch-mode");
  await using folder = await tempFolder();
  const write = (name: string, text: string) => Deno.writeTextFile(`${folder.path}/${name}`, text);
  await Deno.mkdir(`${folder.path}/base`);
  await write("main.ts", MAIN);
  await write("text.ts", 'export const text = "one";');
  await write("base/a.yaml", manifest("one"));
  await using run = startKubescript(["run", "main.ts", "--watch", "-n", namespace.name], { cwd: folder.path });
  const has = (name: string, text: string) =>
    orEnd(
      run,
      until(`${name} says ${text}`, async () => {
        return (await getObject(`configmap/${name}`, namespace.name).catch(() => undefined))?.data.text === text;
      }),
    );
  const says = (text: string) => orEnd(run, until(text, () => Promise.resolve(run.output.includes(text))));

  await has("from-module", "one");
  await has("from-manifest", "one");
  await write("text.ts", 'export const text = "two";');
  await has("from-module", "two");
  await says("text.ts has changed: starting anew");

  await write("text.ts", "export const text = ;");
  await says("Waiting for a change of the script");
  await write("text.ts", 'export const text = "three";');
  await has("from-module", "three");

  await write("base/a.yaml", "{");
  await says("a.yaml has changed: starting anew");
  await write("base/a.yaml", manifest("two"));
  await has("from-manifest", "two");
  await write("base/b.yaml", manifest("three").replace("from-manifest", "from-another"));
  await has("from-another", "three");

  run.kill("SIGTERM");
  strictEqual((await run.result).code, 0, run.output);
});

/** Fails early if the run ends by itself. */
async function orEnd(run: RunningKubescript, wait: Promise<void>): Promise<void> {
  const ended = run.result.then(({ stderr }) => {
    throw new Error(`Cannot go on: the run has ended: ${stderr}`);
  });
  await Promise.race([wait, ended]);
  ended.catch(() => {});
}
