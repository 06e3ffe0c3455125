import { match, strictEqual } from "node:assert/strict";
import { testCluster } from "../cluster/attach.ts";
import { runKubescript, startKubescript, succeed, tempFolder, writeScript } from "./kubescript.ts";
import { kubectl, until } from "./objects.ts";

const cluster = testCluster();

/** A rule that makes a ConfigMap for each Secret with a label. */
function scriptFor(namespace: string, label: string): string {
  return `
import { each, script } from "@kubescript/kubescript";
import { ConfigMap, Secret } from "@kubescript/kubescript/kinds";
export default script("guarded", {
  namespace: "${namespace}",
  rules: {
    copies: each(Secret, { labels: { app: "${label}" }, namespaces: ["${namespace}"], owns: [ConfigMap] }, (secret) =>
      ConfigMap({ metadata: { name: \`of-\${secret.metadata.name}\` }, data: { of: secret.metadata.name } })),
  },
});
`;
}

async function setUp() {
  const stack = new AsyncDisposableStack();
  const { name } = stack.use(await cluster.namespace("guarded"));
  const folder = stack.use(await tempFolder());
  const items = Array.from({ length: 8 }, (_, i) => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: `s${i}`, namespace: name, labels: { app: "web" } },
  }));
  await kubectl(["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  const write = (label: string) => writeScript(folder, scriptFor(name, label));
  const names = () => kubectl(["get", "configmaps", "-n", name, "-l", "kubescript.dev/rule=copies", "-o", "name"]);
  const copies = async () => (await names()).split("\n").length - 1;
  const mark = async () => {
    const path = "jsonpath={.metadata.annotations.blocked\\.kubescript\\.dev/copies}";
    return await kubectl(["get", "configmap/kubescript-guarded", "-n", name, "-o", path]);
  };
  const file = await write("web");
  await succeed(["run", file, "--once"]);
  // A set has one home: the next test makes another one.
  stack.defer(async () => void await succeed(["delete", file, "--yes"]));
  strictEqual(await copies(), 8);
  return { name, file, write, names, copies, mark, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

Deno.test("run keeps the children of many objects that a changed selector lost, until somebody approves", async () => {
  await using t = await setUp();
  const early = await runKubescript(["approve", t.file, "copies"]);
  match(early.stderr, /Cannot approve rule "copies" of "guarded": it is not blocked/);
  strictEqual(early.code, 1);

  await t.write("wbe");
  const once = await runKubescript(["run", t.file, "--once"]);
  strictEqual(once.code, 1);
  match(once.stderr, /warn {2}copies: blocked: 8 of 8 objects are missing at once: their children stay; to prune them/);
  strictEqual(await t.copies(), 8);

  await using running = startKubescript(["run", t.file]);
  await until("the rule is blocked", () => Promise.resolve(running.output.includes("blocked")));
  match(await t.mark(), /^8 of 8/);
  const events = await kubectl(["get", "events", "-n", t.name, "-o", "jsonpath={.items[*].message}"]);
  match(events, /Rule "copies": 8 of 8 objects are missing at once/);

  // Drift makes the rule look at what is lost; the new object has its turn afterwards.
  await kubectl(["patch", "configmap", "of-s0", "-n", t.name, "-p", '{"data":{"of":"somebody else"}}']);
  await kubectl(["create", "secret", "generic", "new", "-n", t.name]);
  await kubectl(["label", "secret", "new", "app=wbe", "-n", t.name]);
  await until("the new object has its child", async () => /of-new/.test(await t.names()));
  strictEqual(await t.copies(), 9);

  await succeed(["approve", t.file, "copies"]);
  await until("the children are pruned", async () => await t.names() === "configmap/of-new\n");
  await until("the mark is gone", async () => await t.mark() === "");
  running.kill("SIGTERM");
  strictEqual((await running.result).code, 0);
});

Deno.test("run ends the block by itself when the objects are back, and prunes what is seen leaving", async () => {
  await using t = await setUp();
  await t.write("wbe");
  await runKubescript(["run", t.file, "--once"]);
  match(await t.mark(), /^8 of 8/);
  await t.write("web");
  await using running = startKubescript(["run", t.file]);
  await until("the mark is gone", async () => await t.mark() === "");
  await kubectl(["label", "secrets", "-n", t.name, "--all", "app-"]);
  await until("the children are pruned", async () => await t.copies() === 0);
  strictEqual(running.output.includes("blocked"), false, running.output);
  running.kill("SIGTERM");
  strictEqual((await running.result).code, 0);
});
