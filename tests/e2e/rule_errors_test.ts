import { match, strictEqual } from "node:assert/strict";
import { testCluster } from "../cluster/attach.ts";
import { runKubescript, startKubescript, succeed, tempFolder, writeScript } from "./kubescript.ts";
import { kubectl, until } from "./objects.ts";

const cluster = testCluster();

/** Rules whose functions fail for the Secret `bad`. */
function scriptFor(namespace: string): string {
  return `
import { changed, each, script } from "@kubescript/kubescript";
import { ConfigMap, Secret } from "@kubescript/kubescript/kinds";
const fail = (secret) => {
  if (secret.metadata.name === "bad") throw new Error("the function of " + secret.metadata.name + " fails");
  return true;
};
const here = { namespaces: ["${namespace}"], labels: { app: "web" } };
export default script("failing", {
  namespace: "${namespace}",
  rules: {
    copies: each(Secret, { ...here, where: fail, owns: [ConfigMap] }, ({ metadata: { name } }) =>
      ConfigMap({ metadata: { name: "of-" + name } })),
    seen: changed(Secret, { ...here, of: fail, on: ["appeared"] }, ({ object }, { log }) =>
      log.info("appeared", { name: object.metadata.name })),
  },
});
`;
}

Deno.test("a function that fails for one object stops neither the rule for others nor the runner", async () => {
  await using stack = new AsyncDisposableStack();
  const { name } = stack.use(await cluster.namespace("failing"));
  const file = await writeScript(stack.use(await tempFolder()), scriptFor(name));
  stack.defer(async () => void await succeed(["delete", file, "--yes"]));
  const create = async (secret: string) => {
    await kubectl(["create", "secret", "generic", secret, "-n", name]);
    await kubectl(["label", "secret", secret, "app=web", "-n", name]);
  };
  const copies = () => kubectl(["get", "configmaps", "-n", name, "-l", "kubescript.dev/rule", "-o", "name"]);
  for (const secret of ["bad", "good"]) await create(secret);

  const once = await runKubescript(["run", file, "--once"]);
  strictEqual(once.code, 1);
  match(once.stderr, /error copies Secret\/\S+\/bad: the function of bad fails/);
  match(once.stderr, /error seen Secret\/\S+\/bad: the function of bad fails/);
  match(once.stderr, /Cannot finish the run: (copies, seen|seen, copies) failed/);
  strictEqual(await copies(), "configmap/of-good\n");

  await using running = startKubescript(["run", file]);
  await until("the rules have failed", () => Promise.resolve(/error copies/.test(running.output)));
  await create("later");
  await until("the later one was seen", () => Promise.resolve(/seen \S+: appeared name="later"/.test(running.output)));
  await until("it has its child", async () => await copies() === "configmap/of-good\nconfigmap/of-later\n");
  running.kill("SIGTERM");
  strictEqual((await running.result).code, 0);
});
