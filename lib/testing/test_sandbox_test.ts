import { deepStrictEqual, match, rejects, strictEqual } from "node:assert/strict";
import { Deployment } from "../kinds/apps/v1.ts";
import { ConfigMap, Namespace, Pod } from "../kinds/core/v1.ts";
import { each } from "../script/rules/each.ts";
import { reconcile } from "../script/rules/reconcile.ts";
import { script } from "../script/script.ts";
import { waitFor } from "../watch/wait_for.ts";
import { changesOf, type IncompleteError } from "./commands.ts";
import { startSandbox } from "./test_sandbox.ts";

const settings = ConfigMap({ metadata: { name: "settings" }, data: { color: "blue" } });
const web = Deployment({
  metadata: { name: "web" },
  spec: {
    selector: { matchLabels: { app: "web" } },
    template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image: "nginx" }] } },
  },
});
const shop = script("shop", { resources: () => [settings, web] });

Deno.test("TestSandbox.apply() applies a script and waits until it is ready, without any time", async () => {
  await using sandbox = await startSandbox({ now: "2031-02-03T04:05:06Z" });
  await sandbox.apply(shop);
  strictEqual((await sandbox.client.get(Deployment, "web")).status?.readyReplicas, 1);
  deepStrictEqual(changesOf(await sandbox.plan(shop)), []);
  strictEqual(sandbox.now.toISOString(), "2031-02-03T04:05:06.000Z");
});

Deno.test("TestSandbox.apply() lets time pass while it waits, and tells what was not ready in time", async () => {
  await using sandbox = await startSandbox({ podStartMs: 20_000 });
  await rejects(sandbox.apply(shop, { timeout: "10s" }), (error: IncompleteError) => {
    match(error.message, /Deployment\/default\/web is not ready/);
    return error.result.notReady.length === 1;
  });
  await sandbox.apply(shop, { timeout: "1m" });
});

Deno.test("TestSandbox.as() changes the world from outside, which the next apply repairs", async () => {
  await using sandbox = await startSandbox();
  await sandbox.apply(shop);
  await sandbox.as("ada").patch(ConfigMap, "settings", { data: { color: "red" } });
  const plan = await sandbox.plan(shop);
  deepStrictEqual(changesOf(plan), ["update ConfigMap/default/settings"]);
  match(plan.changes.find(({ drift }) => drift)?.fields[0]?.note ?? "", /set by "ada"/);
  await sandbox.apply(shop);
  deepStrictEqual(changesOf(await sandbox.plan(shop)), []);
});

Deno.test("TestSandbox.delete() takes everything away", async () => {
  await using sandbox = await startSandbox();
  await sandbox.apply(shop);
  await sandbox.delete(shop);
  strictEqual(await sandbox.client.find(ConfigMap, "settings"), undefined);
});

Deno.test("TestSandbox.load() takes YAML, a status, and namespaces that are not there", async () => {
  await using sandbox = await startSandbox();
  const [pod] = await sandbox.load(`
apiVersion: v1
kind: Pod
metadata: { name: old, namespace: attic }
spec: { containers: [{ name: main, image: x }], nodeName: gone }
status: { phase: Failed }
`);
  strictEqual(pod?.metadata.namespace, "attic");
  strictEqual((await sandbox.client.get(Pod, "attic/old")).status?.phase, "Failed");
  await rejects(sandbox.load("{ apiVersion: v1, kind: Frobnicator }"), /does not serve/);
});

Deno.test("two sandboxes with the same seed are the same world", async () => {
  const uids = await Promise.all([1, 2].map(async () => {
    await using sandbox = await startSandbox();
    return (await sandbox.load(settings))[0]?.metadata.uid;
  }));
  strictEqual(uids[0], uids[1]);
});

Deno.test("TestSandbox.run() has done what there was to do, and so has every settled()", async () => {
  await using sandbox = await startSandbox();
  await sandbox.load(Namespace({ metadata: { name: "a", labels: { team: "x" } } }));
  const script1 = script("teams", {
    rules: {
      settings: each(Namespace, { labels: "team", owns: [ConfigMap] }, ({ metadata: { name: namespace } }) => {
        return ConfigMap({ metadata: { name: "team", namespace } });
      }),
    },
  });
  await using run = await sandbox.run(script1);
  await sandbox.client.get(ConfigMap, "a/team");
  for (let i = 0; i < 10; i++) {
    await sandbox.as("ada").delete(ConfigMap, "a/team");
    await run.settled();
    await sandbox.client.get(ConfigMap, "a/team");
    // Who deletes again and again is not contradicted for long.
    await sandbox.advance("2m");
  }
});

Deno.test("TestSandbox.settled() does not wait for functions that wait for something else", async () => {
  await using sandbox = await startSandbox();
  let found = "";
  const waiting = script("waiting", {
    rules: {
      wait: reconcile(ConfigMap, { labels: "wait" }, async (_, { k, signal }) => {
        const late = await waitFor(k, ConfigMap, "late", () => true, { signal });
        found = late.metadata.name;
      }),
    },
  });
  await using run = await sandbox.run(waiting);
  await sandbox.load({ ...settings, metadata: { name: "first", labels: { wait: "x" } } });
  strictEqual(found, "");
  await sandbox.load(ConfigMap({ metadata: { name: "late" } }));
  await run.settled();
  strictEqual(found, "late");
});

Deno.test("TestSandbox.run() fails with the run", async () => {
  await using sandbox = await startSandbox();
  await rejects(sandbox.run(shop, { rules: ["nothing"] }), /no rule "nothing"/);
});
